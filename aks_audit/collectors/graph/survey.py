"""What lies in the subscriptions, by Resource Graph; and by ARM's listings wherever that is not all there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from ...errors import AccessError
from ...inventory import types
from ...inventory.records import Resource
from ...inventory.resource_id import ResourceId
from ..connection.arm import Arm
from ..gather import Gatherer
from ..listings import is_zone_of_api_servers, of_subscription
from .ask import MAX_SUBSCRIPTIONS, ask, id_of
from .queries import QUERIES, SUBSCRIPTIONS, ZONE_LINKS, Query
from .rights import path_of, readable

Note = Callable[[str], None]
_LAG: Final = "which can be minutes behind; --collector arm asks each for everything anew"
_TYPES: Final = tuple(resource_type for query in QUERIES for resource_type in query.resource_types)


class GraphSurvey:
    """Reads subscriptions through Resource Graph.

    What a query brought counts as a whole listing of a subscription where the caller sees that subscription, may read
    the type all over it, and every row that Resource Graph counted came. In every other case ARM is asked for that
    type there, and its answer, a Gap most likely, is the one that counts.

    Args:
        arm: the connection.
        note: told what the person who runs it should know.
        is_optional: whether ARM's listings will do where Resource Graph refuses altogether.
        batches: the subscriptions that each query names; None: those that are wanted, as many as go into one query.
            A recording answers the queries that were recorded and no others.
    """

    def __init__(
        self, arm: Arm, note: Note, *, is_optional: bool = True, batches: Sequence[Sequence[str]] | None = None
    ) -> None:
        self._arm = arm
        self._note = note
        self._is_optional = is_optional
        self._batches = batches

    def __call__(self, gatherer: Gatherer, subscriptions: Sequence[str]) -> None:
        """Read them all.

        Raises:
            AccessError: Resource Graph refuses, and nothing else will do.
        """
        left = dict.fromkeys(subscriptions)
        read = 0
        for batch in self._batches if self._batches is not None else batches_of(subscriptions):
            wanted = [subscription for subscription in batch if subscription in left]
            unread = tuple(subscription for subscription in wanted if _unread(gatherer, subscription))
            if unread and not self._read(gatherer, _Batch(tuple(batch), unread)):
                break
            read += len(unread)
            for subscription in wanted:
                del left[subscription]
        if read:
            self._note(f"read {read} subscription{'' if read == 1 else 's'} through Azure Resource Graph, {_LAG}")
        gatherer.listings(listing for subscription in left for listing in of_subscription(subscription))

    def _read(self, gatherer: Gatherer, batch: _Batch) -> bool:
        """Read one batch; False where Resource Graph refuses."""
        broken = ask(self._arm, SUBSCRIPTIONS, batch.named, batch.see)
        if broken and not self._is_optional:
            raise AccessError(f"Azure Resource Graph refuses: {broken}", "try --collector arm, or auto")
        if broken:
            self._note(f"Azure Resource Graph refuses ({broken}); each subscription was listed by itself")
            return False
        gatherer.side_by_side(lambda place: self._look_up_rights(gatherer, batch, place), batch.places)
        gatherer.side_by_side(lambda query: self._ask(gatherer, batch, query), batch.queries)
        gatherer.settle()
        for zone in batch.zones_with_links:
            gatherer.note_complete(types.PRIVATE_DNS_ZONE_LINKS, zone.text)
        gatherer.listings(
            listing
            for subscription in batch.wanted
            for listing in of_subscription(subscription)
            if batch.leaves(listing.resource_type, subscription)
        )
        return True

    def _look_up_rights(self, gatherer: Gatherer, batch: _Batch, place: _Place) -> None:
        unread = _unread(gatherer, place.subscription)
        batch.readable[place.subscription] = readable(self._arm, place.subscription, unread)

    def _ask(self, gatherer: Gatherer, batch: _Batch, query: Query) -> None:
        open_to = {resource_type: batch.open_to(resource_type) for resource_type in query.resource_types}

        def is_asked_for(resource: Resource) -> bool:
            return resource.id.subscription in open_to.get(resource.type, ())

        def take(rows: list[msgspec.Raw]) -> bool:
            if types.PRIVATE_DNS_ZONES in open_to:
                batch.zones += [ResourceId.of(id_of(row)) for row in rows]
            return gatherer.take(rows, query.resource_types[0], query.label, is_asked_for)

        broken = ask(self._arm, query, batch.named, take)
        if broken:
            self._note(f"Azure Resource Graph does not give all {query.name} ({broken}); ARM was asked for them")
            return
        batch.whole.update(query.resource_types)
        for resource_type, subscriptions in open_to.items() if query is not ZONE_LINKS else ():
            for subscription in sorted(subscriptions):
                gatherer.note_complete(resource_type, f"/subscriptions/{subscription}")


def _unread(gatherer: Gatherer, subscription: str) -> list[str]:
    """The types that no earlier run has read in a subscription; links go with their zones."""
    scope = f"/subscriptions/{subscription}"
    listed = [t for t in _TYPES if t != types.PRIVATE_DNS_ZONE_LINKS and not gatherer.knows(t, scope)]
    return [*listed, types.PRIVATE_DNS_ZONE_LINKS] if types.PRIVATE_DNS_ZONES in listed else listed


def batches_of(subscriptions: Iterable[str]) -> list[list[str]]:
    """Subscriptions in a fixed order, as many together as one query may name."""
    ordered = sorted(subscriptions)
    return [ordered[start : start + MAX_SUBSCRIPTIONS] for start in range(0, len(ordered), MAX_SUBSCRIPTIONS)]


@dataclass(frozen=True, slots=True)
class _Place:
    """A subscription whose permissions are asked for."""

    subscription: str

    @property
    def label(self) -> str:
        return f"permissions in {self.subscription}"

    @property
    def path(self) -> str:
        return path_of(self.subscription)


@dataclass(slots=True)
class _Batch:
    """The subscriptions that one query names, and what is known of them so far."""

    named: tuple[str, ...]
    wanted: tuple[str, ...]
    """Those of them whose resources are asked for."""
    seen: set[str] = field(default_factory=set)
    """Those that Resource Graph shows the caller."""
    readable: dict[str, frozenset[str]] = field(default_factory=dict)
    """By subscription: the types that the caller may read all over it."""
    whole: set[str] = field(default_factory=set)
    """The types of which every row came."""
    zones: list[ResourceId] = field(default_factory=list)

    def see(self, rows: list[msgspec.Raw]) -> bool:
        self.seen.update(ResourceId.of(id_of(row)).subscription for row in rows)
        return True

    @property
    def places(self) -> list[_Place]:
        return [_Place(subscription) for subscription in self.wanted if subscription in self.seen]

    @property
    def queries(self) -> list[Query]:
        """Those that have something to bring."""
        return [query for query in QUERIES if any(map(self.open_to, query.resource_types))]

    def open_to(self, resource_type: str) -> frozenset[str]:
        """The subscriptions all over which the caller may read a type."""
        return frozenset(s for s, resource_types in self.readable.items() if resource_type in resource_types)

    @property
    def zones_with_links(self) -> list[ResourceId]:
        """The zones of API servers of which Resource Graph gave every link."""
        if types.PRIVATE_DNS_ZONE_LINKS not in self.whole:
            return []
        places = self.open_to(types.PRIVATE_DNS_ZONE_LINKS)
        return sorted({zone for zone in self.zones if zone.subscription in places and is_zone_of_api_servers(zone)})

    def leaves(self, resource_type: str, subscription: str) -> bool:
        """Whether ARM has to be asked for a type in a subscription."""
        if resource_type == types.ROLE_ASSIGNMENTS and subscription in self.seen:
            return False  # they are asked for later, where clusters need rights
        return resource_type not in self.whole or subscription not in self.open_to(resource_type)
