"""How the stand-in behaves, all of it switchable while it runs, and what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .faults import Fault
from .quotas import Quotas
from .store import Json, Store


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A request that came in. The token itself is never kept."""

    method: str
    path: str
    raw_query: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case, `authorization` left out."""
    authorized: bool
    """Whether there was a bearer token."""
    body: bytes
    at: float
    """`time.monotonic()` at arrival."""
    in_flight: int
    """Requests being answered at that moment, this one included."""


@dataclass(kw_only=True)
class Behaviour:
    """Switches and records."""

    store: Store = field(default_factory=Store)
    base_url: str = ""
    page_size: int = 1000
    page_sizes: dict[str, int] = field(default_factory=dict)
    """By type in lower case, for instance `microsoft.network/routetables`; for the rest `page_size` holds."""
    latency_seconds: float = 0.0
    date: str | None = None
    """The `Date` header; None is the time of the answer."""
    remaining_reads: int = 16499
    quotas: Quotas | None = None
    """None: as many requests as anybody likes."""
    oldest_api_version: str = "2015-01-01"
    newest_api_version: str = "2030-01-01"
    refused_api_versions: set[str] = field(default_factory=set)
    management_groups: dict[str, list[str]] = field(default_factory=dict)
    """Subscription ids by management group; a group that is not named holds them all."""
    rights: dict[str, list[Json]] = field(default_factory=dict)
    """The caller's permissions by subscription, as ARM lists them; of one that is not named they may be read whole."""
    readable_groups: dict[str, set[str]] = field(default_factory=dict)
    """By subscription: the only groups that the caller may read, in lower case. Listings don't say what they lack."""
    hidden_from_graph: set[str] = field(default_factory=set)
    """Subscriptions of which Resource Graph shows the caller nothing."""
    not_in_graph_yet: set[str] = field(default_factory=set)
    """Ids, in lower case, of what is newer than Resource Graph's index."""
    graph_page_size: int = 1000
    graph_quota: int = 15
    """Queries that may be sent; then 429, until a test sets it anew. The headers say what is left."""
    graph_quota_counts: bool = False
    graph_max_bytes: int = 16_777_216
    identity_header: str = "stand-in"
    token_seconds: int = 86_400
    """What a token says of its life; for less than five minutes libraries do not keep it."""
    token_uses: int | None = None
    """Requests that a token is good for, whatever it says; then another is issued. None: for ever."""
    tokens: int | None = None
    """How often the identity endpoint gives one before it refuses; None: always."""
    token_number: int = 1
    token_used: int = 0
    faults: list[Fault] = field(default_factory=list)
    chance: Callable[[str, str], Fault | None] | None = None
    """Asked for a fault, by path and raw query, where none of `faults` strikes."""
    requests: list[Recorded] = field(default_factory=list)
    token_requests: list[Recorded] = field(default_factory=list)
    in_flight: int = 0
    max_in_flight: int = 0

    def fault(self, pattern: str, **what: Any) -> Fault:
        """Add a fault (see `Fault` for what there is); the first one that strikes counts."""
        fault = Fault(pattern=pattern, **what)
        self.faults.append(fault)
        return fault

    def clear(self) -> None:
        """No faults, nothing recorded."""
        self.faults.clear()
        self.requests.clear()
        self.token_requests.clear()
        self.max_in_flight = 0

    def takes_token(self, number: int) -> bool:
        """Whether a token is good, which it is for a while only."""
        if self.token_uses is None:
            return True
        if number == self.token_number:
            self.token_used += 1
            if self.token_used > self.token_uses:
                self.token_number, self.token_used = number + 1, 0
        return number == self.token_number

    def page_size_of(self, resource_type: str) -> int:
        return self.page_sizes.get(resource_type, self.page_size)
