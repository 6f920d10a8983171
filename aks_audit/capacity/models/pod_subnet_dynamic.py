"""Azure CNI pod subnet with dynamic allocation: pods' addresses come to a node in batches of sixteen.

A node gets a batch when it starts and another when fewer than eight of its addresses are free. What it really holds
ARM does not show: the bounds are one batch a node and the batches of a node full of pods.

Source: https://learn.microsoft.com/azure/aks/configure-azure-cni-dynamic-ip-allocation,
Azure/azure-container-networking docs/feature/ipammath
"""

from __future__ import annotations

from typing import Final

from ...model import ManagedCluster, NodePool
from .per_node import PerNode

BATCH: Final = 16


def batches_held(pods: int) -> int:
    """Batches that a node holds with so many pods on the pod network: ceil(0.5 + pods / 16).

    >>> batches_held(0), batches_held(25), batches_held(30), batches_held(250)
    (1, 3, 3, 17)
    """
    return -(-(BATCH // 2 + pods) // BATCH)


def whole_batches(usable: int) -> int:
    """Batches that a subnet yields; the rest of its addresses can never be handed out.

    >>> whole_batches(251), 251 - 16 * whole_batches(251)
    (15, 11)
    """
    return usable // BATCH


def pods_at_most(batches: int, nodes: int, max_pods: int, host_network_pods: int = 0) -> int:
    """Pods on the pod network that so many batches serve at best.

    Args:
        batches: what the subnet has in all.
        max_pods: pods a node may run, those on the host's network included.
        host_network_pods: of them, how many take no address of the subnet. Only Kubernetes shows that.

    >>> pods_at_most(15, 8, 32), pods_at_most(15, 8, 32, host_network_pods=6)
    (240, 198)
    """
    whole, rest = divmod(max(0, max_pods - host_network_pods), BATCH)
    full = min(batches, nodes * whole)
    return BATCH * full + rest * min(batches - full, nodes)


def per_node(_cluster: ManagedCluster, pool: NodePool) -> PerNode:
    full = None if pool.max_pods is None else batches_held(pool.max_pods)
    return PerNode(pod_batches=1, pod_batches_when_full=full)
