"""A connection that asks the stand-in without a network between: for tests that make very many requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aks_audit.collectors.connection.answers import Answer
from aks_audit.collectors.connection.arm import Arm, Service
from aks_audit.collectors.connection.clouds import Cloud

from ..arm import envelopes
from ..arm.arm import answer
from ..arm.behaviour import Behaviour
from ..arm.store import Store


class DirectArm(Arm):
    """
    Args:
        refused: patterns of paths that are answered with 403.
        interrupt_after: somebody presses Ctrl-C when so many answers have come.
        at: the date of every answer, as an inventory says it.
    """

    def __init__(
        self,
        resources: Iterable[Mapping[str, Any]] | Store,
        *,
        refused: Iterable[str] = (),
        interrupt_after: int | None = None,
        page_size: int = 1000,
        at: str = "2026-11-20T08:00:00Z",
    ) -> None:
        super().__init__(Cloud("https://arm.invalid", "", ""), None)
        store = resources if isinstance(resources, Store) else Store(resources)
        self._arm = Behaviour(store=store, base_url="https://arm.invalid", page_size=page_size)
        self._refused = tuple(pattern.lower() for pattern in refused)
        self._left = interrupt_after
        self._at = at
        self.asked: list[str] = []
        """Every address with its query, in turn."""

    @property
    def collected_at(self) -> str | None:
        return self._at if self.asked else None

    def get(self, url: str, service: Service) -> Answer:
        if self._left is not None:
            if self._left == 0:
                raise KeyboardInterrupt
            self._left -= 1
        parts = urlsplit(url)
        self.asked.append(f"{parts.path}?{parts.query}")
        if any(fnmatchcase(parts.path.lower(), pattern) for pattern in self._refused):
            return Answer(403, envelopes.arm(403))
        given = answer(self._arm, parts.path, dict(parse_qsl(parts.query)))
        return Answer(given.status, given.body)
