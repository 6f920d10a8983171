"""The route tables that owners brought to kubenet clusters."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...analysis.cluster_networks import made_by_aks
from ...analysis.nodes import pools_gap
from ...findings import Unknown, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NotCollected, RouteTable, Subnet


@dataclass(frozen=True, slots=True)
class OwnTables:
    """The owner's tables on a cluster's node subnets, and what of them was not read."""

    subnets: dict[ResourceId, list[ResourceId]] = field(default_factory=dict)
    """By table: the node subnets that name it."""
    unread: list[Unknown] = field(default_factory=list)


def own_tables(network: Network, cluster: ManagedCluster) -> OwnTables:
    """The tables that exist and do not stand in the node resource group. What AKS made itself is not asked about."""
    found = OwnTables()
    gap = pools_gap(cluster)
    if gap:
        found.unread.append(unknown(cluster.id, gap))
    for subnet_id in dict.fromkeys(pool.subnet_id for pool in cluster.node_pools if pool.subnet_id):
        if made_by_aks(cluster, subnet_id):
            continue
        subnet = network.subnet(subnet_id)
        table = network.route_table_of(subnet) if isinstance(subnet, Subnet) else subnet
        if isinstance(table, NotCollected):
            found.unread.append(unknown(subnet_id, table))
        elif isinstance(table, RouteTable) and not made_by_aks(cluster, table.id):
            found.subnets.setdefault(table.id, []).append(subnet_id)
    return found
