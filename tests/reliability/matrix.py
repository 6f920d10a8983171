"""The fault matrix: each fault as a person would say it, what the stand-in does, and what must come of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from aks_audit.collectors.connection.patience import Patience

from ..arm import StandIn
from ..estate import SUBSCRIPTION
from .bed import DATE, QUICK

CLEAN: Final = 0
CANNOT: Final = 2
CANNOT_TELL: Final = 3

BALANCERS: Final = "*/loadBalancers"
"""A listing that nothing else makes up for."""
TABLES: Final = "*/routeTables"
"""What is needed of these is read by its id where the listing fails."""
NICS: Final = "*/virtualMachineScaleSets/*/networkInterfaces"
AHEAD: Final = "Mon, 20 Nov 2079 06:00:00 GMT"
STALLED: Final = replace(QUICK, read_seconds=1.0, retries=1)
SUNDRY: Final = "*/subscriptions/*/providers/*"

Fault = Mapping[str, Any]
"""Of `StandIn.fault`; `pattern` says which requests."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault."""

    fault: str
    faults: tuple[Fault, ...] = ()
    switches: Mapping[str, Any] = field(default_factory=dict)
    """Of the stand-in, for the faulty run alone."""
    words: tuple[str, ...] = ()
    """Options of the command line."""
    patience: Patience = QUICK
    away: str = ""
    """`refused`: nobody listens at the endpoint; `untrusted`: its certificate is by a stranger."""
    codes: frozenset[str] = frozenset()
    """Of the Gaps, exactly these; none where retries heal it all."""
    exit_code: int = CLEAN
    says: str = ""
    """What the one line on standard error says where there is no report."""
    most_asked: int = QUICK.retries + 1
    """The same address is asked for no more often than that."""

    @property
    def is_healed(self) -> bool:
        return not self.codes and not self.says

    def prepare(self, standin: StandIn) -> None:
        """Make the stand-in behave so."""
        standin.clear()
        for name, value in self.switches.items():
            setattr(standin, name, value)
        for fault in self.faults:
            standin.fault(**fault)


def healed(fault: str, pattern: str = BALANCERS, /, times: int | None = 1, **what: Any) -> Row:
    """A fault that leaves no trace."""
    return Row(fault=fault, faults=({"pattern": pattern, "times": times, **what},))


def gap(fault: str, code: str, pattern: str = BALANCERS, /, *, patience: Patience = QUICK, **what: Any) -> Row:
    """A fault that stays, and becomes a Gap."""
    return Row(
        fault=fault,
        faults=({"pattern": pattern, **what},),
        codes=frozenset({code}),
        exit_code=CANNOT_TELL,
        patience=patience,
    )


def refused(fault: str, says: str, **what: Any) -> Row:
    """A run that cannot be done."""
    return Row(fault=fault, says=says, exit_code=CANNOT, **what)


def _bursts() -> tuple[Fault, ...]:
    """Each on a listing of its own: which request comes first is a matter of luck."""
    places = {500: BALANCERS, 502: TABLES, 503: "*/virtualNetworks", 504: "*/managedClusters"}
    return tuple({"pattern": place, "status": status, "times": 2} for status, place in places.items())


_SHORT_LIVED: Final = {"token_seconds": 100}
SIGN_IN: Final[tuple[Row, ...]] = (
    refused("No token at the start", "no credential for Azure", switches={"tokens": 0}),
    refused(
        "Azure takes the token for nothing (401)", "Azure takes no token", faults=({"pattern": SUNDRY, "status": 401},)
    ),
    Row(fault="The token expires in mid-run; the credential has a new one", switches={"token_uses": 9, **_SHORT_LIVED}),
    Row(
        fault="The token expires in mid-run; the credential has no other",
        switches={"token_uses": 9},
        codes=frozenset({"ExpiredAuthenticationToken"}),
        exit_code=CANNOT_TELL,
    ),
    Row(
        fault="The credential gives no token any more in mid-run",
        switches={"tokens": 12, **_SHORT_LIVED},
        codes=frozenset({"NoToken"}),
        exit_code=CANNOT_TELL,
    ),
)
REFUSALS: Final[tuple[Row, ...]] = (
    gap(
        "The subscription may not be read (403)", "AuthorizationFailed", f"/subscriptions/{SUBSCRIPTION}/*", status=403
    ),
    gap("A resource group may not be read (403)", "AuthorizationFailed", "*/resourceGroups/mc_*", status=403),
    gap("One type may not be read (403)", "AuthorizationFailed", status=403),
    Row(
        fault="One type may not be listed (403), and what is needed of it may be read",
        faults=({"pattern": TABLES, "status": 403},),
        codes=frozenset({"AuthorizationFailed"}),
    ),
    gap("A scale set is gone between its listing and its NICs (404)", "ResourceNotFound", NICS, status=404, times=1),
    gap(
        "A resource group is gone between listing and reading (404)",
        "ResourceGroupNotFound",
        "*/resourceGroups/mc_*",
        status=404,
        code="ResourceGroupNotFound",
    ),
    gap("A resource provider is not registered (409)", "MissingSubscriptionRegistration", status=409),
    gap(
        "A redirect to another host (302)",
        "InternalServerError",
        status=302,
        headers={"Location": "https://arm.invalid/"},
    ),
    gap(
        "No api-version is known there (400)", "NoRegisteredProviderFound", status=400, code="NoRegisteredProviderFound"
    ),
)
THROTTLING: Final[tuple[Row, ...]] = (
    healed("Throttled once (429), no Retry-After", status=429),
    healed("Throttled once (429), Retry-After in seconds", status=429, retry_after="0.01"),
    healed("Throttled once (429), Retry-After as a date", status=429, retry_after=DATE),
    healed("Throttled by AKS, in its own envelope", "*/managedClusters", status=429, bare=True, retry_after="0.01"),
    *(
        healed(f"Throttled once (429), Retry-After is {text!r}", status=429, retry_after=text)
        for text in ("-5", "soon", "nan", "Fri, 31 Feb 2026 99:00:00 GMT")
    ),
    gap("Throttled (429) for 31 years", "TooManyRequests", status=429, retry_after=10**9),
    Row(
        fault="Throttled (429) for a minute, with --timeout",
        faults=({"pattern": BALANCERS, "status": 429, "retry_after": 60},),
        words=("--timeout", "3"),
        codes=frozenset({"Timeout"}),
        exit_code=CANNOT_TELL,
    ),
    gap("Throttled (429) without end", "TooManyRequests", status=429, retry_after="0.01"),
    Row(
        fault="Azure's clock is years ahead of this machine's, and Retry-After a date",
        faults=({"pattern": BALANCERS, "status": 429, "times": 1, "headers": {"Date": AHEAD, "Retry-After": AHEAD}},),
        words=("--timeout", "20"),
    ),
)
SERVER: Final[tuple[Row, ...]] = (
    Row(fault="A burst of 500, 502, 503 and 504", faults=_bursts()),
    *(gap(f"{status} without end", f"HTTP{status}", status=status) for status in (500, 502, 503, 504)),
    gap("An error of a resource provider without end", "InternalError", status=500, code="InternalError"),
)
CONNECTION: Final[tuple[Row, ...]] = (
    refused("Nobody listens at the endpoint", "Azure cannot be reached", away="refused"),
    refused("The endpoint's certificate is not trusted", "Azure cannot be reached", away="untrusted"),
    refused("Every connection is reset", "Azure cannot be reached", faults=({"pattern": SUNDRY, "how": "reset"},)),
    healed("A connection is reset once", how="reset"),
    gap("A connection is reset each time", "ConnectionError", how="reset"),
    healed("A body is cut in the middle once", how="cut"),
    gap("A body is cut in the middle each time", "ChunkedEncodingError", how="cut"),
    gap("A body stalls in the middle", "ConnectionError", how="stall", patience=STALLED),
    gap("No answer comes at all", "ReadTimeout", how="silence", patience=STALLED),
    gap("A body comes byte by byte", "SlowAnswer", how="trickle", patience=replace(QUICK, answer_seconds=2)),
    Row(
        fault="Everything stalls, with --timeout",
        faults=({"pattern": SUNDRY, "how": "silence"},),
        words=("--timeout", "1"),
        codes=frozenset({"Timeout"}),
        exit_code=CANNOT_TELL,
    ),
)
BODIES: Final[tuple[Row, ...]] = (
    healed("Good JSON that calls itself text/html", times=None, content_type="text/html"),
    gap("A proxy's page in place of JSON", "InvalidJson", body=b"<html>Sign in</html>", content_type="text/html"),
    gap("JSON that ends too early", "InvalidJson", how="truncate"),
    gap("JSON that is none", "InvalidJson", body=b'{"value":[{"id":}]}'),
    gap("An empty body", "InvalidJson", how="empty"),
    gap("A list where a page should be", "InvalidJson", body=b"[]"),
    gap("A page whose list is null", "InvalidJson", body=b'{"value":null}'),
    gap("A page with an error beside its list", "InvalidJson", body=b'{"value":[],"error":{"code":"PartialFailure"}}'),
    gap("JSON nested a hundred thousand times", "InvalidJson", body=b'{"value":' + b"[" * 100_000),
    gap("A broken element among good ones", "InvalidValue", how="broken-element"),
    gap("Garbage that calls itself gzip", "ContentDecodingError", how="gzip-garbage"),
    gap("A gzip bomb", "AnswerTooLarge", how="gzip-bomb", patience=replace(QUICK, free_bytes=1 << 20)),
    gap(
        "An answer beyond 1 GiB (here: beyond 10 kB)",
        "AnswerTooLarge",
        body=b'{"value":[' + b" " * 20_000 + b"]}",
        patience=replace(QUICK, answer_bytes=10_000),
    ),
)
PAGES: Final[tuple[Row, ...]] = (
    gap("A nextLink that leads to itself", "PagingLoop", how="next-loop"),
    gap("A nextLink that leads back to the first page", "PagingLoop", how="next-first"),
    gap("A nextLink to another host", "ForeignNextLink", how="next-other-host"),
    gap("A nextLink to plain http", "ForeignNextLink", how="next-http"),
    gap("A nextLink that is no text", "InvalidJson", body=b'{"value":[],"nextLink":5}'),
    healed("An empty page with a nextLink", how="empty-page"),
    healed("Each resource twice, its id spelled otherwise", times=None, how="doubled"),
    Row(
        fault="Two unlike resources with one id",
        faults=({"pattern": BALANCERS, "how": "unlike"},),
        codes=frozenset({"DuplicateId"}),
    ),
)
SECTIONS: Final[Mapping[str, tuple[Row, ...]]] = {
    "Sign-in": SIGN_IN,
    "Refusals": REFUSALS,
    "Throttling and clocks": THROTTLING,
    "Azure's own faults": SERVER,
    "The way there": CONNECTION,
    "What is in an answer": BODIES,
    "Pages": PAGES,
}
ROWS: Final = tuple(row for rows in SECTIONS.values() for row in rows)
