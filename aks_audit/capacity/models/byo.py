"""Bring your own CNI: an address a node; what its pods take, ARM does not know.

Source: https://learn.microsoft.com/azure/aks/use-byo-cni
"""

from __future__ import annotations

from ...model import ManagedCluster, NodePool
from .per_node import PerNode


def per_node(_cluster: ManagedCluster, _pool: NodePool) -> PerNode:
    return PerNode()
