"""Every limit that a cluster can meet, one module for each thing that runs out."""

from __future__ import annotations

from ...model import ManagedCluster, Network
from ...model.network import remembered
from ..limit import Limit
from .nodes import cluster_nodes, nic_addresses, pool_nodes_limits, virtual_network_addresses
from .outbound import outbound_limits
from .pod_cidr import pod_ranges
from .route_table import route_table_limits
from .subnets import api_server_limits, node_subnet_limits, pod_subnet_limits


@remembered
def limits_of(network: Network, cluster: ManagedCluster) -> tuple[Limit, ...]:
    """The limits that a cluster draws on, with everything else that draws on them; sorted by kind and resource."""
    found = (
        *node_subnet_limits(network, cluster),
        *pod_subnet_limits(network, cluster),
        *api_server_limits(network, cluster),
        *pod_ranges(cluster),
        *route_table_limits(network, cluster),
        *outbound_limits(network, cluster),
        *pool_nodes_limits(cluster),
        cluster_nodes(cluster),
        *nic_addresses(cluster),
        *virtual_network_addresses(network, cluster),
    )
    return tuple(sorted(found, key=lambda limit: (limit.kind, limit.resource_id)))


__all__ = [
    "api_server_limits",
    "cluster_nodes",
    "limits_of",
    "nic_addresses",
    "node_subnet_limits",
    "outbound_limits",
    "pod_ranges",
    "pod_subnet_limits",
    "pool_nodes_limits",
    "route_table_limits",
    "virtual_network_addresses",
]
