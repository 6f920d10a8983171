"""What pools draw, by what one node of theirs takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...analysis.network_model import NetworkModel, model_of
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, NodePool
from ..horizons import pool_nodes
from ..limit import Draw
from ..models import PerNode, per_node


def draw(
    cluster: ManagedCluster, pool: NodePool, what: Callable[[PerNode], int | None], words: Callable[[NodePool], str]
) -> Draw:
    """What a pool draws of one thing. A model that is not recognised draws an unknown amount."""
    node = per_node(cluster, pool)
    return Draw(
        cluster=cluster,
        pool=pool,
        nodes=pool_nodes(pool),
        each=what(node) if node else None,
        words=words(pool),
    )


def draws_of(cluster: ManagedCluster, what: Callable[[PerNode], int | None]) -> tuple[Draw, ...]:
    """What every pool of a cluster draws of one thing."""
    return tuple(draw(cluster, pool, what, lambda _: "") for pool in cluster.node_pools)


def gap_of(draws: Iterable[Draw]) -> Gap | None:
    """Why what is drawn is not known: a value that ARM left out or that did not parse, or nodes it does not list."""
    for item in draws:
        if item.nodes is None or item.each is None:
            what = "count" if item.nodes is None else "maxPods"
            if model_of(item.cluster, item.pool) is NetworkModel.UNRECOGNISED:
                what = "network model"
            return item.cluster.gap or _not_known(item.cluster, f"the {what} of pool {item.pool.name} is not known")
    return None


def _not_known(cluster: ManagedCluster, message: str) -> Gap:
    return Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message)
