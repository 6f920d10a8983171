"""All ranges of the estate on one axis, and who shares addresses with whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import log2
from typing import Final

from ...analysis.overlaps import overlap_matrix
from ...analysis.ranges import Overlap, Range, RangeKind, ranges_of, space_of
from ...model import Network
from ...model.arm import IpNetwork
from ..escape import visible
from ..words import count_of

WIDTH: Final = 620
ROW: Final = 18
LEFT: Final = 300
_ROWS_DRAWN: Final = 120
_EMPTY: Final = 4.0
"""What a stretch of addresses that nobody uses weighs, however long it is."""
_LISTED: Final = 60
_LOOKS: Final = {
    RangeKind.VIRTUAL_NETWORK: "vnet",
    RangeKind.POD: "pod",
    RangeKind.SERVICE: "service",
    RangeKind.RESERVED: "reserved",
    RangeKind.EXTERNAL: "external",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One range in one row; lengths in pixels."""

    label: str
    words: str
    look: str
    is_broken: bool
    x: int
    y: int
    width: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ranges that share addresses."""

    a: str
    b: str
    shared: str
    relation: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapMap:
    """The picture and the list below it."""

    bars: tuple[Bar, ...]
    left_out: int
    """IPv4 ranges that are not drawn, since there are too many."""
    not_drawn: int
    """IPv6 ranges; they would stand in a picture of their own."""
    height: int
    harmful: tuple[Pair, ...]
    harmless: tuple[Pair, ...]
    harmful_left: int
    harmless_left: int

    @property
    def words(self) -> str:
        return " ".join(f"{bar.label}: {bar.words}." for bar in self.bars)


def overlap_map(network: Network) -> OverlapMap:
    """Every IPv4 range in use, those that overlap harmfully marked; equal ones share a row."""
    overlaps = overlap_matrix(network)
    harmful = [overlap for overlap in overlaps if overlap.is_relevant]
    harmless = [overlap for overlap in overlaps if not overlap.is_relevant]
    broken = {(one.kind, one.prefix) for overlap in harmful for one in (overlap.a, overlap.b)}
    rows: dict[tuple[RangeKind, IpNetwork], list[Range]] = {}
    for one in _ranges(network, harmful):
        names = rows.setdefault((one.kind, one.prefix), [])
        if one not in names:
            names.append(one)
    drawn = [key for key in rows if key[1].version == 4]
    shown = sorted(drawn, key=lambda key: (key not in broken, _order(key)))[:_ROWS_DRAWN]
    shown.sort(key=_order)
    scale = _scale(prefix for _, prefix in shown)
    bars = []
    for number, (kind, prefix) in enumerate(shown):
        start, end = scale[_first(prefix)], scale[_last(prefix) + 1]
        is_broken = (kind, prefix) in broken
        words = f"{kind.value} {prefix}" + (", shares addresses with another" if is_broken else "")
        label = _names(rows[kind, prefix])
        bars.append(Bar(label, words, _LOOKS.get(kind, "vnet"), is_broken, start, number * ROW, max(3, end - start)))
    return OverlapMap(
        bars=tuple(bars),
        left_out=len(drawn) - len(bars),
        not_drawn=len(rows) - len(drawn),
        height=len(bars) * ROW,
        harmful=tuple(map(_pair, harmful[:_LISTED])),
        harmless=tuple(map(_pair, harmless[:_LISTED])),
        harmful_left=max(0, len(harmful) - _LISTED),
        harmless_left=max(0, len(harmless) - _LISTED),
    )


def _ranges(network: Network, harmful: list[Overlap]) -> Iterable[Range]:
    """What networks and clusters bring, and of what belongs to nobody that which somebody is in the way of."""
    for vnet in network.virtual_networks.values():
        yield from space_of(vnet)
    for cluster in network.all_clusters:
        yield from (one for one in ranges_of(cluster) if one.kind is not RangeKind.DOCKER_BRIDGE)
    for overlap in harmful:
        yield from (one for one in (overlap.a, overlap.b) if one.kind is not RangeKind.SUBNET)


def _names(ranges: list[Range]) -> str:
    names = sorted({visible(one.name, 40) for one in ranges})
    return names[0] if len(names) == 1 else f"{names[0]} and {count_of(len(names) - 1, 'other')}"


def _order(key: tuple[RangeKind, IpNetwork]) -> tuple[int, int, str]:
    kind, prefix = key
    return _first(prefix), -_last(prefix), kind.value


def _first(prefix: IpNetwork) -> int:
    return int(prefix.network_address)


def _last(prefix: IpNetwork) -> int:
    return int(prefix.broadcast_address)


def _scale(prefixes: Iterable[IpNetwork]) -> dict[int, int]:
    """Where each end of a range stands. Large stretches are pressed together, unused ones most."""
    spans = sorted((_first(prefix), _last(prefix) + 1) for prefix in prefixes)
    ends = sorted({end for span in spans for end in span})
    used, reach, number = [], 0, 0
    for start, _ in pairwise(ends):
        while number < len(spans) and spans[number][0] <= start:
            reach = max(reach, spans[number][1])
            number += 1
        used.append(reach > start)
    weights = [
        log2(end - start + 1) + _EMPTY if is_used else _EMPTY
        for (start, end), is_used in zip(pairwise(ends), used, strict=True)
    ]
    whole, so_far = sum(weights) or 1.0, 0.0
    scale = {ends[0]: 0} if ends else {}
    for end, weight in zip(ends[1:], weights, strict=True):
        so_far += weight
        scale[end] = round(so_far * WIDTH / whole)
    return scale


def _pair(overlap: Overlap) -> Pair:
    return Pair(
        a=f"{overlap.a.kind.value} {overlap.a.prefix} of {visible(overlap.a.name, 60)}",
        b=f"{overlap.b.kind.value} {overlap.b.prefix} of {visible(overlap.b.name, 60)}"
        if len(overlap.owners) < 3
        else f"{count_of(len(overlap.owners) - 1, 'other')} with the same range",
        shared=f"{overlap.shared}",
        relation=overlap.relation.value,
        why=overlap.why,
    )
