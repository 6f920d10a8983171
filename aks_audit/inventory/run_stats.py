"""What a live run cost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

Phase = Literal["signIn", "collect", "analyse", "report"]


@dataclass(slots=True)
class RunStats:
    """Counts of what went over the wire, and seconds by phase."""

    requests: int = 0
    """Those tried again included; the sign-in's own not."""
    retries: int = 0
    bytes: int = 0
    """Of the answers' bodies, unpacked."""
    waited_seconds: float = 0.0
    """Over all requests, before they were sent: quotas, retries, tokens."""
    seconds: dict[Phase, float] = field(default_factory=dict)

    @contextmanager
    def during(self, phase: Phase) -> Iterator[None]:
        """Count the time of a phase."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + time.monotonic() - started
