"""Inventories of parts of an estate into one, as a stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .. import __version__
from ..inventory.read import read_inventory
from ..inventory.records import Complete, Gap, Header, Resource, gap_order
from ..inventory.resource_id import ResourceId
from ..inventory.stream import Sink, Unique
from ..inventory.types import canonical_type, listed_by_being_there

_ABOUT_CONTENT: Final = frozenset({"InvalidValue", "DuplicateId"})
"""Gaps that say something of a resource that is there; another inventory does not mend them."""


def merge_inventories(paths: Sequence[str], sink: Sink) -> Header:
    """Hand the records of several inventories to a sink, each resource once; returns the header of them all.

    What one could not obtain and another has is no Gap any more: the listing came back whole there, as its header says,
    or the resource itself is there. Two unlike resources with one id are a Gap `DuplicateId`; the first one counts.

    Raises:
        InventoryError: a file cannot be read, or is no inventory.
    """
    joined = _Joined(sink)
    for path in paths:
        joined.read(path)
    return joined.finish()


class _Joined:
    """A sink before the sink: holds the Gaps back until it is known which of them remain."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._unique = Unique(self)
        self._headers: list[Header] = []
        self._gaps: dict[Gap, None] = {}
        self._complete: set[Complete] = set()
        self._said: set[tuple[str, str]] = set()
        self._subscriptions: dict[str, str] = {}
        self._there: set[tuple[str, str]] = set()

    def read(self, path: str) -> None:
        of_file = _OfFile(self._unique)
        header = read_inventory(path, of_file)
        has_header = header is not None
        header = header or Header(subscriptions=tuple(sorted(of_file.subscriptions)))
        self._headers.append(header)
        self._said.update(_key(item.resource_type, item.scope) for item in header.complete)
        self._complete.update(header.complete if has_header else of_file.listed)
        for subscription in header.subscriptions:
            self._subscriptions.setdefault(subscription.lower(), subscription)

    def add(self, record: Resource | Gap) -> None:
        """What the files have, once."""
        if isinstance(record, Gap):
            self._gaps[record] = None
        else:
            self._there.add((record.type.lower(), record.id.key))
            self._sink.add(record)

    def finish(self) -> Header:
        for gap in sorted(self._gaps, key=gap_order):
            if gap.code in _ABOUT_CONTENT or not self._is_mended(gap):
                self._sink.add(gap)
        return Header(
            tool=f"aks-audit {__version__}",
            collected_at=min((h.collected_at for h in self._headers if h.collected_at), default=None),
            subscriptions=tuple(sorted(self._subscriptions.values())),
            complete=tuple(sorted(self._complete)),
        )

    def _is_mended(self, gap: Gap) -> bool:
        places = [_key(gap.resource_type, scope) for scope in _scopes(gap)]
        return places[0] in self._there or not self._said.isdisjoint(places)


class _OfFile:
    """A sink before the sink that notes what counts as completely listed where the file does not say."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.listed: set[Complete] = set()
        self.subscriptions: set[str] = set()

    def add(self, record: Resource | Gap) -> None:
        if isinstance(record, Resource):
            if record.id.subscription:
                self.subscriptions.add(record.id.subscription)
            if listed_by_being_there(record.type):
                self.listed.add(Complete(record.type, record.id.subscription_id))
        self._sink.add(record)


def _scopes(gap: Gap) -> list[str]:
    """What was asked about, and outwards the places whose listing would have it: its group, its subscription."""
    scope = ResourceId(gap.scope)
    if scope.type and canonical_type(scope.type) != canonical_type(gap.resource_type):
        return [gap.scope]  # a listing of what belongs to a resource, such as the NICs of a scale set
    group = f"{scope.subscription_id}/resourcegroups/{scope.resource_group}" if scope.resource_group else gap.scope
    return [gap.scope, group, scope.subscription_id or gap.scope]


def _key(resource_type: str, scope: str) -> tuple[str, str]:
    return canonical_type(resource_type).lower(), scope.rstrip("/").lower()
