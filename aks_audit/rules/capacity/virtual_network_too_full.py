from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.cluster_networks import networks_of
from ...analysis.network_model import NetworkModel
from ...analysis.nodes import users_of_subnets
from ...capacity.subnets import PoolDemand, SubnetCapacity, subnet_capacity
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import Network
from .evidence import unread_node_subnets

ADDRESSES_PER_NETWORK: Final = 65_536
"""Private addresses that may be in use in one virtual network, whatever its size.

Source: https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits
"""


@rule(
    title="The clusters may take more addresses than a virtual network can have",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
)
def virtual_network_too_full(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A virtual network in which the pools that give pods addresses of the node subnet (Azure CNI node subnet) would
    together take more than 65,536 addresses with every pool at its maximum, over all clusters in the network.

    ## Why it matters
    65,536 private addresses is the limit of one virtual network, however large its prefixes are. Beyond it no node
    can be added anywhere in the network, and other resources there get no address either.

    ## How to fix it
    Lower `maxCount`, or add pools with a lower `maxPods` and delete the old ones: every node takes `maxPods` + 1.
    Put further clusters into virtual networks of their own. Overlay takes one address a node; a cluster can be
    moved there with `az aks update --resource-group RG --name CLUSTER --network-plugin-mode overlay --pod-cidr CIDR`,
    which cannot be undone.
    """
    yield from unread_node_subnets(network)
    vnet_ids = {vnet_id for cluster in network.clusters for vnet_id in networks_of(network, cluster).ids}
    demands: dict[ResourceId, list[PoolDemand]] = {}
    for subnet_id in users_of_subnets(network):
        if subnet_id.parent in vnet_ids:
            capacity = subnet_capacity(network, subnet_id)
            if isinstance(capacity, SubnetCapacity):
                demands.setdefault(capacity.subnet.virtual_network_id, []).extend(capacity.demands)
                if capacity.gap and any(_need(demand) is None for demand in capacity.demands):
                    yield unknown(subnet_id, capacity.gap)
    for vnet_id, found in sorted(demands.items()):
        finding = _judge(vnet_id, [demand for demand in found if _need(demand)])
        if finding:
            yield finding


def _need(demand: PoolDemand) -> int | None:
    """What a pool takes at its maximum; 0 where its pods take no addresses of the node subnet."""
    if demand.model not in (NetworkModel.NODE_SUBNET, NetworkModel.UNRECOGNISED):
        return 0
    if demand.nodes is None or demand.addresses_per_node is None:
        return None
    return demand.nodes.maximum * demand.addresses_per_node


def _judge(vnet_id: ResourceId, demands: list[PoolDemand]) -> Finding | None:
    total = sum(_need(demand) or 0 for demand in demands)
    if total <= ADDRESSES_PER_NETWORK:
        return None
    clusters = tuple(dict.fromkeys(demand.cluster.id for demand in demands))
    terms = " + ".join(
        f"{demand.nodes.maximum} x ({(demand.addresses_per_node or 1) - 1} + 1) [{demand.label}]"
        for demand in demands
        if demand.nodes
    )
    evidence = [
        Evidence(demand.cluster.id, f"properties.agentPoolProfiles[{demand.pool.name}].{name}", value)
        for demand in demands
        for name, value in (("maxPods", demand.pool.max_pods), ("maxCount", demand.pool.max_count or demand.pool.count))
    ]
    return Finding(
        vnet_id,
        f"{vnet_id.name}: nodes and pods of {len(clusters)} {'cluster' if len(clusters) == 1 else 'clusters'} may take "
        f"{total:,} addresses, of {ADDRESSES_PER_NETWORK:,} that a virtual network can have",
        tuple(evidence),
        cluster_id=clusters[0] if len(clusters) == 1 else None,
        affected=clusters,
        arithmetic=f"{total} = {terms}; limit {ADDRESSES_PER_NETWORK}; short by {total - ADDRESSES_PER_NETWORK}",
    )
