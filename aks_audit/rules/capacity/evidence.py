"""What the capacity rules show as proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...analysis.nodes import NodeSubnet, node_subnets
from ...capacity.limit import Draw
from ...capacity.subnets import SubnetCapacity
from ...findings import Evidence, Unknown, unknown
from ...model import Network, NotCollected

_NAMES = {
    "now": "now",
    "upgrade_one_pool": "upgrade of one pool",
    "upgrade": "upgrade of all pools",
    "autoscale_max": "autoscaler's maximum",
    "worst": "upgrade at the maximum",
}


def capacity_evidence(capacity: SubnetCapacity) -> tuple[Evidence, ...]:
    """The prefixes, and of each pool what its need is made of."""
    prefixes = tuple(map(str, capacity.subnet.prefixes))
    return (
        Evidence(capacity.subnet.id, "properties.addressPrefixes", prefixes),
        *draw_evidence(capacity.demands),
    )


def draw_evidence(draws: Iterable[Draw]) -> tuple[Evidence, ...]:
    """Of each pool what its need is made of."""
    found: list[Evidence] = []
    for draw in draws:
        pool = draw.pool
        values = {
            "count": pool.count,
            "maxCount": pool.max_count,
            "maxPods": pool.max_pods,
            "upgradeSettings.maxSurge": pool.max_surge,
        }
        path = f"properties.agentPoolProfiles[{pool.name}]"
        found += [
            Evidence(draw.cluster.id, f"{path}.{name}", value) for name, value in values.items() if value is not None
        ]
    return tuple(found)


def other_horizons(capacity: SubnetCapacity, besides: str) -> str:
    """The need at the other horizons, in brackets."""
    parts = [
        f"{label} {need}"
        for name, label in _NAMES.items()
        if name != besides and (need := getattr(capacity.needed, name)) is not None
    ]
    return f" ({', '.join(parts)})" if parts else ""


def unread_node_subnets(network: Network) -> Iterator[Unknown]:
    """One Unknown for each node subnet that was not read. A subnet that does not exist has a rule of its own."""
    for cluster in network.clusters:
        for place in node_subnets(network, cluster):
            if isinstance(place, NotCollected):
                yield unknown(cluster.id, place)
            elif isinstance(place, NodeSubnet) and isinstance(place.subnet, NotCollected):
                yield unknown(place.id, place.subnet)


def short_of(short: int) -> str:
    """`4 addresses short of`"""
    return f"{short} {'address' if short == 1 else 'addresses'} short of"
