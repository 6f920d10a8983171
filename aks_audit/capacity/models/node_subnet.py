"""Azure CNI node subnet: every node holds an address for itself and one for each pod it may run, used or not.

Source: https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning
"""

from __future__ import annotations

from ...model import ManagedCluster, NodePool
from .per_node import PerNode


def addresses(max_pods: int) -> int:
    """Addresses of one node.

    >>> (50 + 1) * addresses(30)  # fifty nodes and one for surge: the page's own example
    1581
    """
    return max_pods + 1


def per_node(_cluster: ManagedCluster, pool: NodePool) -> PerNode:
    count = None if pool.max_pods is None else addresses(pool.max_pods)
    return PerNode(subnet_addresses=count, nic_addresses=count)
