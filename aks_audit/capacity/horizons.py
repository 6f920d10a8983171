"""The points in time at which a need is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..model import NodePool
from .surge import surge_nodes

HORIZONS = ("now", "upgrade", "upgrade_one_pool", "autoscale_max", "worst")


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizons:
    """One quantity at each horizon; None where it is not known."""

    now: int | None
    """Current nodes."""
    upgrade: int | None
    """Current nodes, and every pool's surge at once."""
    upgrade_one_pool: int | None
    """Current nodes, and the surge of the one pool that takes most."""
    autoscale_max: int | None
    """Every autoscaled pool at maxCount, no surge."""
    worst: int | None
    """maxCount, and the surge of pools of that size."""

    def __add__(self, other: Horizons | int) -> Horizons:
        """Sum horizon by horizon. The largest single surge of two sums is not the sum of both; see `sum_up`."""
        if isinstance(other, int):
            return self._map(lambda value: value + other)
        pairs = {name: (getattr(self, name), getattr(other, name)) for name in HORIZONS}
        return Horizons(**{n: None if a is None or b is None else a + b for n, (a, b) in pairs.items()})

    def times(self, factor: int) -> Horizons:
        """The same in a smaller unit."""
        return self._map(lambda value: value * factor)

    def _map(self, change: Callable[[int], int]) -> Horizons:
        values = {name: getattr(self, name) for name in HORIZONS}
        return Horizons(**{name: None if value is None else change(value) for name, value in values.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolNodes:
    """How many nodes a pool has at each point."""

    now: int
    surge: int
    """On top of `now`, while it upgrades."""
    maximum: int
    """The autoscaler's maximum, or the count where there is none."""
    surge_at_maximum: int

    def at(self, horizon: str) -> tuple[int, int]:
        """The nodes and the surge at a horizon."""
        return {
            "now": (self.now, 0),
            "upgrade": (self.now, self.surge),
            "upgrade_one_pool": (self.now, self.surge),
            "autoscale_max": (self.maximum, 0),
            "worst": (self.maximum, self.surge_at_maximum),
        }[horizon]


def pool_nodes(pool: NodePool) -> PoolNodes | None:
    """The node counts of a pool; None where ARM does not say how many it has."""
    if pool.count is None:
        return None
    maximum = pool.max_count if pool.autoscaled and pool.max_count is not None else pool.count
    maximum = max(maximum, pool.count)
    return PoolNodes(
        now=pool.count,
        surge=surge_nodes(pool, pool.count),
        maximum=maximum,
        surge_at_maximum=surge_nodes(pool, maximum),
    )


def sum_up(demands: list[tuple[PoolNodes | None, int | None]]) -> Horizons:
    """The need of several pools together, each given as its nodes and what one node of it takes.

    A pool of which either is not known makes the whole sum not known.
    """
    known = [(nodes, each) for nodes, each in demands if nodes is not None and each is not None]
    if len(known) < len(demands):
        return Horizons(now=None, upgrade=None, upgrade_one_pool=None, autoscale_max=None, worst=None)
    now = sum(nodes.now * each for nodes, each in known)
    return Horizons(
        now=now,
        upgrade=now + sum(nodes.surge * each for nodes, each in known),
        upgrade_one_pool=now + max((nodes.surge * each for nodes, each in known), default=0),
        autoscale_max=sum(nodes.maximum * each for nodes, each in known),
        worst=sum((nodes.maximum + nodes.surge_at_maximum) * each for nodes, each in known),
    )
