"""Networks for tests, made from an `Estate` the way an inventory would be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial

import msgspec

from aks_audit.findings import Finding, Rule, Unknown
from aks_audit.inventory.records import Complete, Gap, Header, Resource, Source
from aks_audit.inventory.split import split
from aks_audit.inventory.stream import Sink, Unique
from aks_audit.inventory.types import canonical_type
from aks_audit.model import Network, NetworkBuilder
from aks_audit.settings import Settings

from .estate import TYPES, Estate
from .observed import REFUSED, Origin, answers, remember


@dataclass(frozen=True, slots=True)
class Made:
    """What a network was made of, as it would be read."""

    records: list[Resource | Gap]
    header: Header
    as_of: date | None
    settings: Settings


_watchers: list[list[Made]] = []


@contextmanager
def watching() -> Iterator[list[Made]]:
    """What networks are made of while this lasts."""
    made: list[Made] = []
    _watchers.append(made)
    try:
        yield made
    finally:
        _watchers.remove(made)


@dataclass(frozen=True, slots=True)
class Both:
    """A sink that notes what passes."""

    sink: Sink
    records: list[Resource | Gap]

    def add(self, record: Resource | Gap) -> None:
        self.records.append(record)
        self.sink.add(record)


def network_of(
    estate: Estate,
    *others: Estate,
    refused: Iterable[str] = (),
    unasked: Iterable[str] = (),
    collected_at: str | None = "2026-11-20T06:00:00Z",
    as_of: date | None = None,
    settings: Settings | None = None,
) -> Network:
    """The network of some estates, completely collected but for the listings that were refused.

    Args:
        refused: resource types; none of them is in the network, and their listing is a Gap. What only the listing
            of such a type brings along was not listed either.
        unasked: resource types that nobody asked for: none is in the network, and there is no Gap either.
        collected_at: what the header says.
        as_of: the day on which dated rules judge; the day of collection without it.
        settings: what the team decided for itself.
    """
    refused, unasked = list(refused), list(unasked)
    without = {absent.lower() for absent in (*refused, *unasked)}
    builder = NetworkBuilder()
    records: list[Resource | Gap] = []
    sink = Unique(Both(builder, records))
    scopes = [f"/subscriptions/{e.subscription}" for e in (estate, *others)]
    for resource in (resource for e in (estate, *others) for resource in e.resources):
        for record in split(msgspec.json.encode(resource), "the estate"):
            if isinstance(record, Gap) or record.type.lower() not in without:
                sink.add(record)
    for scope in dict.fromkeys(scopes):
        for refused_type in sorted(refused):
            sink.add(Gap(canonical_type(refused_type), scope, REFUSED, "AuthorizationFailed", "no right to read"))
    listed = [t for t in TYPES if not any(f"{t}/".lower().startswith(f"{refused}/") for refused in without)]
    complete = tuple(Complete(t, scope) for scope in scopes for t in listed)
    header = Header(
        collected_at=collected_at, subscriptions=tuple(s.rpartition("/")[2] for s in scopes), complete=complete
    )
    network = builder.build(Source("inventory", header), as_of, settings)
    for watcher in _watchers:
        watcher.append(Made(records, header, as_of, settings or Settings()))
    again = partial(network_of, estate, *others, collected_at=collected_at, as_of=as_of, settings=settings)
    remember(
        network,
        Origin(
            (estate, *others),
            refusing=lambda more: again(refused=[*refused, more], unasked=unasked),
            not_asking=lambda more: again(refused=refused, unasked=[*unasked, more]),
        ),
    )
    return network


def findings(rule: Rule, network: Network) -> list[Finding]:
    """What the rule found; fails where it could not tell."""
    given = answers(rule, network)
    unknowns = [answer for answer in given if isinstance(answer, Unknown)]
    assert not unknowns, unknowns
    return [answer for answer in given if isinstance(answer, Finding)]


def messages(rule: Rule, network: Network) -> list[str]:
    """The messages of what the rule found; fails where it could not tell."""
    return [finding.message for finding in findings(rule, network)]


def unknowns(rule: Rule, network: Network) -> list[Unknown]:
    """What the rule could not tell; fails where it found something."""
    given = answers(rule, network)
    found = [answer for answer in given if isinstance(answer, Finding)]
    assert not found, found
    return [answer for answer in given if isinstance(answer, Unknown)]


def only(items: Iterable[Finding]) -> Finding:
    """The one finding there is."""
    (item,) = items
    return item
