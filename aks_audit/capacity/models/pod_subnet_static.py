"""Azure CNI pod subnet with static blocks: a node holds whole /28 blocks for its lifetime.

One address of them is the node's own in the pod subnet. The blocks are aligned, so the five addresses that Azure
reserves spoil the first and the last block of every prefix.

Source: https://learn.microsoft.com/azure/aks/configure-azure-cni-static-block-allocation; that two blocks are spoiled
is deduced and not stated there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ...model import ManagedCluster, NodePool
from ...model.arm import IpNetwork
from .per_node import PerNode

BLOCK: Final = 16
_BLOCK_PREFIX: Final = 28


def blocks(max_pods: int) -> int:
    """Blocks of one node: ceil((maxPods + 1) / 16).

    >>> blocks(30), 16 * blocks(30) - 1  # two blocks hold 31 pods
    (2, 31)
    """
    return -(-(max_pods + 1) // BLOCK)


def whole_blocks(prefixes: Iterable[IpNetwork]) -> int:
    """Blocks that a subnet's IPv4 prefixes yield.

    >>> from ipaddress import ip_network
    >>> whole_blocks([ip_network("10.0.0.0/24")]), whole_blocks([ip_network("10.0.0.0/28")])
    (14, 0)
    """
    return sum(max(0, (1 << max(0, _BLOCK_PREFIX - p.prefixlen)) - 2) for p in prefixes if p.version == 4)


def aligned_blocks(prefixes: Iterable[IpNetwork]) -> int:
    """The same with the two that are deduced to be spoiled.

    >>> from ipaddress import ip_network
    >>> aligned_blocks([ip_network("10.0.0.0/24")])
    16
    """
    return sum(1 << (_BLOCK_PREFIX - p.prefixlen) for p in prefixes if p.version == 4 and p.prefixlen <= _BLOCK_PREFIX)


def per_node(_cluster: ManagedCluster, pool: NodePool) -> PerNode:
    return PerNode(pod_blocks=None if pool.max_pods is None else blocks(pool.max_pods))
