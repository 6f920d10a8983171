"""A subnet as a map of its addresses, and what it needs as bars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from itertools import groupby
from typing import Final

from ...analysis.held_addresses import HeldAddresses, held_addresses
from ...capacity.horizons import HORIZONS
from ...capacity.subnets import SubnetCapacity
from ...inventory.resource_id import ResourceId
from ...model import Network
from ..escape import visible
from ..words import HORIZON_NAMES, count_of, need_words
from .growth import CELL, Growth, growths_of

COLUMNS: Final = 64
_MOST_CELLS: Final = 1024
"""In a larger subnet a square stands for several addresses."""
_COLOURS: Final = 6
"""Pools told apart; further ones begin again."""
_FIRST_RESERVED: Final = 4
"""Azure keeps the first four addresses of a prefix, and the last.

Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
"""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring squares in one row with the same holder."""

    x: int
    y: int
    width: int
    look: str
    words: str


@dataclass(frozen=True, slots=True)
class Legend:
    """What a colour stands for, and how many addresses have it."""

    look: str
    words: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressMap:
    """The addresses of one prefix."""

    prefix: IPv4Network
    each: int
    """Addresses in a square."""
    width: int
    height: int
    runs: tuple[Run, ...]
    legend: tuple[Legend, ...]
    unplaced: int
    """Addresses in use of which ARM does not show which they are."""
    growths: tuple[Growth, ...]
    """What more will be needed."""

    @property
    def patches(self) -> tuple[tuple[str, str], ...]:
        """All squares of one look as one path: a picture without hints, in few characters."""
        paths: dict[str, list[str]] = {}
        for run in self.runs:
            paths.setdefault(run.look, []).append(f"M{run.x} {run.y}h{run.width}v{CELL}h-{run.width}z")
        return tuple((look, "".join(parts)) for look, parts in paths.items())

    @property
    def words(self) -> str:
        parts = [f"{item.count:,} {item.words}" for item in self.legend]
        later = "; ".join(growth.words for growth in self.growths)
        return f"Addresses of {self.prefix}: {', '.join(parts)}. The subnet needs: {later}."


_Mark = tuple[str, str]
"""How a square looks, and what it stands for."""
_RESERVED: Final[_Mark] = ("reserved", "kept by Azure")
_FREE: Final[_Mark] = ("free", "free")
_UNSEEN: Final[_Mark] = ("unseen", "not seen in use; Azure does not show all that is held here")


def address_maps(network: Network, capacity: SubnetCapacity) -> tuple[AddressMap, ...]:
    """A map for each IPv4 prefix of a subnet."""
    prefixes = [prefix for prefix in capacity.subnet.prefixes if isinstance(prefix, IPv4Network)]
    held = held_addresses(network, capacity.subnet.id)
    looks = _looks(held)
    maps: list[AddressMap] = []
    before = 0
    for prefix in prefixes:
        maps.append(_map(prefix, held, looks, capacity, before))
        before += sum(item.count for item in maps[-1].legend if item.look in (_FREE[0], _UNSEEN[0]))
    return tuple(maps)


def _unplaced(capacity: SubnetCapacity, held: tuple[HeldAddresses, ...]) -> int | None:
    """Addresses in use that no NIC shows; None where nobody can say how many there are."""
    if capacity.used is None:
        return None
    return max(0, capacity.used - sum(item.count for item in held))


def _looks(held: Iterable[HeldAddresses]) -> dict[tuple[ResourceId | None, str | None], int]:
    """A number for each pool, in the order of the addresses."""
    pools: dict[tuple[ResourceId | None, str | None], int] = {}
    for item in held:
        if not item.holder.is_stranger:
            pools.setdefault((item.holder.cluster_id, item.holder.node_pool), len(pools) % _COLOURS)
    return pools


def _map(
    prefix: IPv4Network,
    held: tuple[HeldAddresses, ...],
    looks: dict[tuple[ResourceId | None, str | None], int],
    capacity: SubnetCapacity,
    before: int,
) -> AddressMap:
    unplaced = _unplaced(capacity, held)
    first, size = int(prefix.network_address), prefix.num_addresses
    empty = _FREE if unplaced == 0 else _UNSEEN
    each = max(1, size // _MOST_CELLS)
    squares: list[_Mark] = [empty] * (size // each)
    counts: dict[_Mark, int] = {}
    taken = 0
    for item in held:
        start, end = max(item.first, first), min(item.first + item.count, first + size)
        if start < end:
            mark = _mark(item, looks)
            counts[mark] = counts.get(mark, 0) + end - start
            taken += end - start
            for square in range((start - first) // each, (end - 1 - first) // each + 1):
                squares[square] = mark
    reserved = [*range(min(_FIRST_RESERVED, size)), *([size - 1] if size > _FIRST_RESERVED else [])]
    for offset in reserved:
        if each == 1 or squares[offset // each] == empty:
            squares[offset // each] = _RESERVED
    counts[_RESERVED] = len(reserved)
    counts[empty] = max(0, size - taken - len(reserved))
    columns = min(COLUMNS, len(squares))
    return AddressMap(
        prefix=prefix,
        each=each,
        width=columns * CELL,
        height=-(-len(squares) // columns) * CELL,
        runs=tuple(_runs(squares, columns, first, each, empty)),
        legend=tuple(Legend(look, words, count) for (look, words), count in counts.items() if count),
        unplaced=unplaced or 0,
        growths=tuple(
            growths_of(capacity, [n for n, mark in enumerate(squares) if mark == empty], columns, each, before)
        ),
    )


def _mark(item: HeldAddresses, looks: dict[tuple[ResourceId | None, str | None], int]) -> _Mark:
    holder = item.holder
    if holder.is_stranger:
        return "stranger", f"{_plain(holder.kind)} {visible(holder.resource_id.name, 60)}"
    cluster = holder.cluster_id.name if holder.cluster_id else ""
    number = looks[holder.cluster_id, holder.node_pool]
    pool = f"{visible(cluster, 60)}/{visible(holder.node_pool or '?', 60)}"
    return (f"n{number}", f"nodes of {pool}") if item.is_primary else (f"p{number}", f"for pods of {pool}")


def _plain(kind: str) -> str:
    """`privateEndpoint` in words."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in visible(kind, 60)).strip()


def _runs(squares: list[_Mark], columns: int, first: int, each: int, empty: _Mark) -> Iterable[Run]:
    for row in range(0, len(squares), columns):
        column = 0
        for mark, group in groupby(squares[row : row + columns]):
            length = len(list(group))
            if mark != empty:
                start, end = first + (row + column) * each, first + (row + column + length) * each - 1
                span = f"{IPv4Address(start)} to {IPv4Address(end)}" if end > start else f"{IPv4Address(start)}"
                yield Run(column * CELL, row // columns * CELL, length * CELL, mark[0], f"{span}: {mark[1]}")
            column += length


# ------------------------------------------------------------------------------------------------- needs


@dataclass(frozen=True, slots=True)
class Bar:
    """Addresses at one point in time; lengths in parts of a thousand of the longest."""

    name: str
    words: str
    length: int
    is_short: bool


@dataclass(frozen=True, slots=True)
class Needs:
    """What a subnet holds now and needs later, against what it has."""

    bars: tuple[Bar, ...]
    capacity: int | None
    """Where its room ends, in parts of a thousand."""
    usable: int | None

    @property
    def words(self) -> str:
        room = "an unknown number of" if self.usable is None else f"{self.usable:,}"
        return f"{room} addresses usable; " + "; ".join(f"{bar.name}: {bar.words}" for bar in self.bars) + "."


def needs_of(capacity: SubnetCapacity) -> Needs:
    """Bars for what is in use, and for the need at each horizon."""
    values = {horizon: getattr(capacity.needed, horizon) for horizon in HORIZONS}
    most = max([value for value in (capacity.usable, capacity.used, *values.values()) if value], default=1)

    def length(value: int | None) -> int:
        return 0 if value is None else max(0, round(value * 1000 / most))

    used = "not shown by Azure" if capacity.used is None else f"{capacity.used:,}"
    bars = [Bar("in use", used, length(capacity.used), is_short=False)]
    for horizon in _NAMES:
        short = capacity.short(horizon)
        words = f"{need_words(capacity, horizon)}{f', short by {short:,}' if short else ''}"
        bars.append(Bar(_NAMES[horizon], words, length(values[horizon]), is_short=bool(short)))
    room = None if capacity.usable is None else length(capacity.usable)
    return Needs(tuple(bars), room, capacity.usable)


_NAMES: Final = {
    **HORIZON_NAMES,
    "now": "needed now",
    "autoscale_max": "autoscaler's maximum",
    "worst": "upgrade at maximum",
}


def headroom_words(capacity: SubnetCapacity) -> str:
    """What runs out first in a subnet, in a few words."""
    for horizon, when in _WHEN.items():
        short = capacity.short(horizon)
        if short:
            need: int | None = getattr(capacity.needed, horizon)
            room = "" if capacity.usable is None else f" of {capacity.usable:,} usable"
            needs = f"{when} needs {'?' if need is None else f'{need:,}'}{room}"
            return f"{needs}: {count_of(short, 'address', 'addresses')} short"
    if any(capacity.fits(horizon) is None for horizon in HORIZONS):
        return "cannot be told: something deciding was not read"
    worst = capacity.needed.worst
    if capacity.usable is None or worst is None:
        return "fits"
    return f"fits, with {capacity.usable - worst:,} of {capacity.usable:,} left in an upgrade at the maximum"


_WHEN: Final = {
    "now": "what runs now",
    "upgrade_one_pool": "an upgrade of one pool",
    "upgrade": "an upgrade of all pools",
    "autoscale_max": "the autoscaler's maximum",
    "worst": "an upgrade at the maximum",
}
