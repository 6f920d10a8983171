"""Ceilings on nodes, on the addresses of one NIC, and on those of a virtual network."""

from __future__ import annotations

from typing import Final

from ...analysis.kubenet_routes import KUBENET_NODES_LIMIT
from ...analysis.network_model import NetworkModel, cluster_model, model_of
from ...analysis.nodes import NodeSubnet, node_subnets
from ...analysis.subnet_consumers import consumers_of
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NodePool
from ...model.network import remembered
from ..horizons import pool_nodes
from ..limit import AzureError, Draw, Limit, LimitKind
from ..models import node_subnet
from .draws import draw, gap_of

CLUSTER_NODES_LIMIT: Final = 5_000
POOL_NODES_LIMIT: Final = 1_000
"""Source: https://learn.microsoft.com/azure/aks/quotas-skus-regions"""
NIC_ADDRESSES_LIMIT: Final = 256
VNET_ADDRESSES_LIMIT: Final = 65_536
"""Source: https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits"""

_MAY_BE_FLAT: Final = (NetworkModel.NODE_SUBNET, NetworkModel.UNRECOGNISED)
"""The models whose pods take addresses of the virtual network, or may do so for all we know."""


def pool_nodes_limits(cluster: ManagedCluster) -> tuple[Limit, ...]:
    """The nodes of each pool. The resource is the pool."""
    return tuple(
        Limit(
            kind=LimitKind.POOL_NODES,
            resource_id=cluster.id.child("agentPools", pool.name),
            draws=(item := Draw(cluster=cluster, pool=pool, nodes=pool_nodes(pool), each=1),),
            available=POOL_NODES_LIMIT,
            room=f"{POOL_NODES_LIMIT} nodes in a pool",
            gap=gap_of([item]),
        )
        for pool in cluster.node_pools
    )


def cluster_nodes(cluster: ManagedCluster) -> Limit:
    """The nodes of a cluster; kubenet ends at 400, dual stack at half of it."""
    draws = tuple(Draw(cluster=cluster, pool=pool, nodes=pool_nodes(pool), each=1) for pool in cluster.node_pools)
    limit, what = CLUSTER_NODES_LIMIT, "a cluster"
    if cluster_model(cluster) is NetworkModel.KUBENET:
        limit, what = KUBENET_NODES_LIMIT, "a kubenet cluster"
        if cluster.is_dual_stack:
            limit, what = KUBENET_NODES_LIMIT // 2, "a dual-stack kubenet cluster"
    return Limit(
        kind=LimitKind.CLUSTER_NODES,
        resource_id=cluster.id,
        draws=draws,
        available=limit,
        room=f"{limit} nodes in {what}",
        gap=gap_of(draws),
    )


def nic_addresses(cluster: ManagedCluster) -> tuple[Limit, ...]:
    """The addresses of one NIC of each pool whose pods have theirs there. The resource is the pool."""
    return tuple(
        Limit(
            kind=LimitKind.NIC_ADDRESSES,
            resource_id=cluster.id.child("agentPools", pool.name),
            others=node_subnet.addresses(pool.max_pods),
            others_words=f"[{cluster.name}/{pool.name}]",
            available=NIC_ADDRESSES_LIMIT,
            room=f"{NIC_ADDRESSES_LIMIT} addresses on a NIC",
            error=AzureError(code="SecondaryIpConfigurationCountPerVMSSVMExceeded"),
        )
        for pool in cluster.node_pools
        if model_of(cluster, pool) is NetworkModel.NODE_SUBNET and pool.max_pods is not None
    )


def virtual_network_addresses(network: Network, cluster: ManagedCluster) -> tuple[Limit, ...]:
    """The addresses that node-subnet pools of all clusters take of each virtual network of this one."""
    if not any(model_of(cluster, pool) in _MAY_BE_FLAT for pool in cluster.node_pools):
        return ()
    places = (place.id.parent for place in node_subnets(network, cluster) if isinstance(place, NodeSubnet))
    return tuple(_virtual_network(network, vnet_id) for vnet_id in dict.fromkeys(places) if vnet_id)


def _virtual_network(network: Network, vnet_id: ResourceId) -> Limit:
    draws = tuple(
        draw(cluster, pool, lambda node: node.subnet_addresses, lambda pool: f"({pool.max_pods} + 1)")
        for cluster, pool in ((c, p) for c, pools in _users(network).get(vnet_id, ()) for p in pools)
    )
    vnet = network.virtual_networks.get(vnet_id)
    consumers = (c for subnet in (vnet.subnets if vnet else ()) for c in consumers_of(network, subnet.id))
    return Limit(
        kind=LimitKind.VNET_ADDRESSES,
        resource_id=vnet_id,
        draws=draws,
        others=sum(consumer.addresses or 0 for consumer in consumers if consumer.is_stranger),
        available=VNET_ADDRESSES_LIMIT,
        room=f"{VNET_ADDRESSES_LIMIT} addresses in a virtual network",
        gap=gap_of(draws),
    )


@remembered
def _users(network: Network) -> dict[ResourceId, list[tuple[ManagedCluster, tuple[NodePool, ...]]]]:
    users: dict[ResourceId, list[tuple[ManagedCluster, tuple[NodePool, ...]]]] = {}
    for cluster in network.all_clusters:
        for place in node_subnets(network, cluster):
            if isinstance(place, NodeSubnet) and place.id.parent:
                flat = tuple(pool for pool in place.pools if model_of(cluster, pool) in _MAY_BE_FLAT)
                users.setdefault(place.id.parent, []).append((cluster, flat))
    return users
