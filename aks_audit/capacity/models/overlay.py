"""Azure CNI overlay: an address of the node subnet and a fixed /24 of the pod CIDR a node, whatever maxPods is.

Source: https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ...model import ManagedCluster, NodePool
from ...model.arm import IpNetwork
from .per_node import PerNode

RANGE_SIZE: Final = 256
_RANGE_PREFIX: Final = 24


def node_ranges(pod_cidrs: Iterable[IpNetwork]) -> int:
    """Nodes that the IPv4 pod CIDRs have a /24 for; all 256 addresses of a range count.

    >>> from ipaddress import ip_network
    >>> node_ranges([ip_network("10.240.100.0/22")]), node_ranges([ip_network("10.244.0.0/16")])
    (4, 256)
    """
    return sum(1 << (_RANGE_PREFIX - c.prefixlen) for c in pod_cidrs if c.version == 4 and c.prefixlen <= _RANGE_PREFIX)


def per_node(_cluster: ManagedCluster, _pool: NodePool) -> PerNode:
    return PerNode(pod_ranges=1)
