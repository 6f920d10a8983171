"""The subnets that clusters leave from, each once, with all the pools that do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, Network, NodePool, NotCollected, Subnet
from .nodes import NodeSubnet, node_subnets


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A subnet and the pools that have their nodes, or their pods, in it."""

    subnet: Subnet
    pools: tuple[tuple[ManagedCluster, NodePool], ...]

    @property
    def clusters(self) -> tuple[ManagedCluster, ...]:
        """The clusters of these pools, each once."""
        return tuple({cluster.id: cluster for cluster, _ in self.pools}.values())

    @property
    def cluster_id(self) -> ResourceId | None:
        """The one cluster, None where there are several."""
        return self.clusters[0].id if len(self.clusters) == 1 else None

    @property
    def pool_ids(self) -> tuple[ResourceId, ...]:
        return tuple(pool_id(cluster, pool) for cluster, pool in self.pools)

    @property
    def names(self) -> str:
        """`aks1/np1, aks1/np2`"""
        return ", ".join(f"{cluster.name}/{pool.name}" for cluster, pool in self.pools)


def pool_id(cluster: ManagedCluster, pool: NodePool) -> ResourceId:
    """A pool's own id, which the cluster does not show."""
    return cluster.id.child("agentPools", pool.name)


def homes(
    network: Network, wanted: Callable[[ManagedCluster], bool], *, pods: bool = True
) -> tuple[list[Home], dict[ResourceId, NotCollected]]:
    """The subnets of the clusters wanted, and by subnet or cluster what could not be read.

    A subnet that does not exist is left out: another rule names it.

    Args:
        pods: the subnets of pods too, where pods have their own.
    """
    found: dict[ResourceId, tuple[Subnet, list[tuple[ManagedCluster, NodePool]]]] = {}
    unread: dict[ResourceId, NotCollected] = {}
    for cluster in network.clusters:
        if not wanted(cluster):
            continue
        for place in _places(network, cluster, pods):
            match place:
                case NotCollected():
                    unread.setdefault(cluster.id, place)
                case NodeSubnet(subnet=NotCollected() as gap):
                    unread.setdefault(place.id, gap)
                case NodeSubnet(subnet=Subnet() as subnet):
                    own = found.setdefault(subnet.id, (subnet, []))[1]
                    own.extend((cluster, pool) for pool in place.pools if (cluster, pool) not in own)
    return [Home(subnet=subnet, pools=tuple(pools)) for subnet, pools in found.values()], unread


def _places(network: Network, cluster: ManagedCluster, pods: bool) -> tuple[NodeSubnet | NotCollected, ...]:
    if not pods:
        return node_subnets(network, cluster)
    pools: dict[ResourceId, list[NodePool]] = {}
    for pool in cluster.node_pools:
        if pool.pod_subnet_id:
            pools.setdefault(pool.pod_subnet_id, []).append(pool)
    more = (NodeSubnet(id=i, subnet=network.subnet(i), pools=tuple(own)) for i, own in pools.items())
    return (*node_subnets(network, cluster), *more)
