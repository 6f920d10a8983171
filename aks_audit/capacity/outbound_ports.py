"""SNAT ports: how many a node has, and how many there are.

Source: https://learn.microsoft.com/azure/aks/load-balancer-standard,
https://learn.microsoft.com/azure/load-balancer/load-balancer-outbound-connections,
https://learn.microsoft.com/azure/nat-gateway/nat-gateway-snat
"""

from __future__ import annotations

from typing import Final

LOAD_BALANCER_PORTS_PER_ADDRESS: Final = 64_000
NAT_GATEWAY_PORTS_PER_ADDRESS: Final = 64_512
PORT_STEP: Final = 8
"""allocatedOutboundPorts must be a multiple of it."""

_DEFAULT_BY_POOL_SIZE: Final = ((50, 1024), (100, 512), (200, 256), (400, 128), (800, 64))
_DEFAULT_BEYOND: Final = 32


def default_ports(nodes: int) -> int:
    """Ports a node gets where allocatedOutboundPorts is 0, by the number of nodes in the backend pool.

    >>> default_ports(48), default_ports(52), default_ports(1000)
    (1024, 512, 32)
    """
    return next((ports for most, ports in _DEFAULT_BY_POOL_SIZE if nodes <= most), _DEFAULT_BEYOND)


def highest_allocation(nodes: int, addresses: int) -> int:
    """The largest valid allocatedOutboundPorts for so many nodes, surge included.

    >>> highest_allocation(50, 1), highest_allocation(4, 1), highest_allocation(25, 3)
    (1280, 16000, 7680)
    """
    if nodes <= 0:
        return LOAD_BALANCER_PORTS_PER_ADDRESS
    ports = min(LOAD_BALANCER_PORTS_PER_ADDRESS * addresses // nodes, LOAD_BALANCER_PORTS_PER_ADDRESS)
    return ports // PORT_STEP * PORT_STEP


def addresses_needed(nodes: int, ports: int) -> int:
    """Outbound addresses that so many nodes with so many ports each need.

    >>> addresses_needed(56, 1280)
    2
    """
    return -(-nodes * ports // LOAD_BALANCER_PORTS_PER_ADDRESS)
