"""What the policy rules about pools share: whose pools were read, and one finding for all of a cluster's."""

from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import pools_gap
from ...findings import Evidence, Finding, Unknown, unknown
from ...inventory.records import Gap
from ...inventory.types import AGENT_POOLS
from ...model import ManagedCluster, Network, NodePool

MOST_LISTED = 5
"""So many pools stand in a message; the evidence and `affected` have them all."""


def clusters_with_pools(network: Network) -> Iterator[ManagedCluster | Unknown]:
    """The clusters to judge, and an Unknown for each whose pools, or some values of them, were not read."""
    for cluster in network.clusters:
        gap = cluster.gap or pools_gap(cluster)
        yield unknown(cluster.id, gap) if gap else cluster


def path_of(pool: NodePool, field: str) -> str:
    return f"properties.agentPoolProfiles[{pool.name}].{field}"


def not_told(cluster: ManagedCluster, pool: NodePool, message: str) -> Unknown:
    """A pool of which something is absent that Azure always gives, or that this version does not know."""
    pool_id = cluster.id.child("agentPools", pool.name)
    return unknown(pool_id, Gap(AGENT_POOLS, pool_id.text, None, "NotCollected", message))


def names(pools: list[NodePool], said: list[str]) -> str:
    """The pools with what is said of each: `system (30), batch (40) and 3 more`."""
    shown = ", ".join(f"{pool.name} ({text})" for pool, text in list(zip(pools, said, strict=True))[:MOST_LISTED])
    return shown + (f" and {len(pools) - MOST_LISTED} more" if len(pools) > MOST_LISTED else "")


def finding_on(cluster: ManagedCluster, message: str, pools: list[NodePool], evidence: tuple[Evidence, ...]) -> Finding:
    """One finding on the cluster, which affects the pools."""
    return Finding(
        cluster.id,
        message,
        evidence,
        cluster_id=cluster.id,
        affected=tuple(cluster.id.child("agentPools", pool.name) for pool in pools),
    )
