"""How many addresses more a subnet needs later, as marks on the free squares of its map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ...capacity.subnets import SubnetCapacity

CELL: Final = 11
"""Pixels of a square of a map."""
_MARKED: Final = {
    "upgrade": ("upgrade", "in an upgrade of all pools", 3),
    "autoscale_max": ("maximum", "at the autoscaler's maximum", 8),
}
"""By horizon: how its marks look, when that is, and how far down in a square they stand, in pixels."""


@dataclass(frozen=True, slots=True)
class Growth:
    """What a subnet needs at one horizon beyond what is in use now."""

    look: str
    when: str
    more: int | None
    """Addresses; None where that is not known."""
    short: int
    """Those beyond the subnet's end."""
    path: str
    """A line through each row of free squares that it would take; where Azure would really put them nobody knows."""

    @property
    def words(self) -> str:
        """`93 more in an upgrade of all pools, short by 62`"""
        count = "not known how many" if self.more is None else f"{self.more:,}"
        return f"{count} more {self.when}{f', short by {self.short:,}' if self.short else ''}"


def growths_of(capacity: SubnetCapacity, free: Sequence[int], columns: int, each: int, before: int) -> Iterator[Growth]:
    """The marks on one map.

    Args:
        free: the squares of the map that nobody is seen to hold, in order.
        columns: squares in a row.
        each: addresses in a square.
        before: free addresses in the subnet's earlier prefixes, which are taken first.
    """
    for horizon, (look, when, down) in _MARKED.items():
        need: int | None = getattr(capacity.needed, horizon)
        more = None if need is None or capacity.used is None else max(0, need - capacity.used)
        room = (more or 0) if capacity.usable is None else capacity.usable - (capacity.used or 0)
        here = max(0, min(more or 0, room) - before)
        squares = free[: -(-here // each)]
        yield Growth(look, when, more, capacity.short(horizon) or 0, _path(squares, columns, down))


def _path(squares: Sequence[int], columns: int, down: int) -> str:
    lines: list[tuple[int, int]] = []
    for square in squares:
        start, length = lines[-1] if lines else (0, 0)
        if lines and square == start + length and square % columns:
            lines[-1] = (start, length + 1)
        else:
            lines.append((square, 1))
    left = down - 2
    return "".join(
        f"M{start % columns * CELL + left} {start // columns * CELL + down}h{length * CELL - left}"
        for start, length in lines
    )
