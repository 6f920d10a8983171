"""One query, from its first page to its last, and whether what came is all there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from ...inventory.split import NOT_JSON
from ..connection.answers import Answer, NoAnswer, fault_of
from ..connection.arm import Arm
from .queries import PATH, SUBSCRIPTIONS, Query

VERSIONS: Final = ("2024-04-01", "2022-10-01", "2021-03-01")
"""To be tried in this order until the cloud knows one."""
MAX_ROWS: Final = 1000
"""In a page. Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data"""
MAX_SUBSCRIPTIONS: Final = 1000
"""In a query. Source: https://learn.microsoft.com/azure/governance/resource-graph/troubleshoot/general"""
_MAX_PAGES: Final = 10_000
_OK: Final = 200
_TOO_LARGE: Final = b"ResponsePayloadTooLarge"
"""A page of over 16 MiB is refused with this code, in the details of a BadRequest; fewer rows fit."""
_UNKNOWN_VERSION: Final = ("NoRegisteredProviderFound", "InvalidApiVersionParameter", "UnsupportedApiVersion")

Take = Callable[[list[msgspec.Raw]], bool]
"""Takes the rows of a page; False where one of them is no resource."""


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]
    total: int = msgspec.field(name="totalRecords")
    truncated: str | bool = msgspec.field(default="false", name="resultTruncated")
    skip_token: str | None = msgspec.field(default=None, name="$skipToken")

    @property
    def is_truncated(self) -> bool:
        """More rows exist and no token leads to them. A page with a token says "false" all the same."""
        return str(self.truncated).lower() == "true" and not self.skip_token


class _RowId(msgspec.Struct):
    id: str = ""


_decode_row = msgspec.json.Decoder(_RowId).decode


def id_of(row: msgspec.Raw) -> str:
    """The id in a row, "" where it has none."""
    return _decode_row(row).id


@dataclass(frozen=True, slots=True)
class Broken:
    """Why the rows of a query are not all there are."""

    status: int | None
    code: str
    message: str

    def __str__(self) -> str:
        if self.status in (None, _OK):
            return f"{self.code}: {self.message}"
        return f"{self.status} {self.code}"


def ask(arm: Arm, query: Query, subscriptions: Sequence[str], take: Take) -> Broken | None:
    """Hand all rows of a query on, page by page.

    Args:
        subscriptions: at most `MAX_SUBSCRIPTIONS` ids.

    Returns:
        None where every row came, else what is wrong; what came before it was handed on.
    """
    try:
        return _pages(arm, query, subscriptions, take)
    except NoAnswer as error:
        return Broken(None, error.code, error.message)
    except NOT_JSON as error:
        return Broken(_OK, "InvalidJson", str(error))


def _pages(arm: Arm, query: Query, subscriptions: Sequence[str], take: Take) -> Broken | None:
    rows, token = MAX_ROWS, None
    tokens: set[str] = set()
    ids: set[int] = set()
    whole = True
    while True:
        answer = _answer(arm, _body(query, subscriptions, rows, token))
        if answer.status != _OK and _TOO_LARGE in answer.body and rows > 1:
            rows = max(1, rows // 4)
            continue
        if answer.status != _OK:
            return Broken(answer.status, *fault_of(answer))
        page = msgspec.json.decode(answer.body, type=_Page)
        ids.update(hash(id_of(row).lower()) for row in page.data)
        whole = take(page.data) and whole
        token = page.skip_token
        if not token:
            break
        if token in tokens or len(tokens) >= _MAX_PAGES:
            return Broken(_OK, "PagingLoop", "the $skipToken leads back")
        tokens.add(token)
    if page.is_truncated or len(ids) != page.total:
        return Broken(_OK, "Truncated", f"{len(ids)} rows came of {page.total}")
    return None if whole else Broken(_OK, "InvalidValue", "a row is no resource")


def _answer(arm: Arm, body: bytes) -> Answer:
    for version in VERSIONS:
        answer = arm.query(f"{PATH}?api-version={version}", body)
        if answer.status == _OK or fault_of(answer)[0] not in _UNKNOWN_VERSION:
            break
    return answer


class _Asked(msgspec.Struct):
    query: str = ""
    subscriptions: list[str] = []


def named_in(body: bytes) -> tuple[str, ...]:
    """The subscriptions that a recorded query names; none where it is no query of ours."""
    try:
        asked = msgspec.json.decode(body, type=_Asked)
    except NOT_JSON:
        return ()
    return tuple(sorted(s.lower() for s in asked.subscriptions)) if asked.query == SUBSCRIPTIONS.text else ()


def _body(query: Query, subscriptions: Sequence[str], rows: int, token: str | None) -> bytes:
    options = {"$top": rows, "resultFormat": "objectArray"} | ({"$skipToken": token} if token else {})
    return msgspec.json.encode({"subscriptions": list(subscriptions), "query": query.text, "options": options})
