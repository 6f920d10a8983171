"""Kubenet: an address, a /24 of the pod CIDR and a route a node; two routes where the cluster is dual stack.

Source: https://learn.microsoft.com/azure/aks/configure-kubenet
"""

from __future__ import annotations

from ...model import ManagedCluster, NodePool
from .per_node import PerNode


def per_node(cluster: ManagedCluster, _pool: NodePool) -> PerNode:
    return PerNode(pod_ranges=1, routes=2 if cluster.is_dual_stack else 1)
