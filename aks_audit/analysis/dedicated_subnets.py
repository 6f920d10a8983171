"""Subnets meant for one thing alone: pods, or API servers. Who uses them, and who should not."""

from __future__ import annotations

from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, Network, Subnet
from ..model.network import remembered
from .subnet_consumers import Consumer, consumers_of


@remembered
def api_server_subnet_users(network: Network) -> dict[ResourceId, tuple[ManagedCluster, ...]]:
    """For each subnet of API server VNet integration: the clusters, judged or not, whose API server is in it."""
    users: dict[ResourceId, list[ManagedCluster]] = {}
    for cluster in network.all_clusters:
        if cluster.api_server_subnet_id:
            users.setdefault(cluster.api_server_subnet_id, []).append(cluster)
    return {subnet_id: tuple(found) for subnet_id, found in users.items()}


def foreign_consumers(network: Network, subnet: Subnet, clusters: tuple[ManagedCluster, ...]) -> tuple[Consumer, ...]:
    """What holds addresses in a subnet meant for these clusters alone: no node, and none of AKS's own making.

    What Azure itself puts into a delegated subnet stands in a subscription of Microsoft's and doesn't count.
    """
    own = {(cluster.id.subscription, cluster.node_resource_group.lower()) for cluster in clusters}
    return tuple(
        consumer
        for consumer in consumers_of(network, subnet.id)
        if consumer.is_stranger
        and (consumer.resource_id.subscription, consumer.resource_id.resource_group.lower()) not in own
        and (
            consumer.resource_id.subscription == subnet.id.subscription
            or consumer.resource_id in network.resource_types
        )
    )
