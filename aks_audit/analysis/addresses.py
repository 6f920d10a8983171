"""Address arithmetic that Azure's own rules shape."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, ip_network  # noqa: F401 (ip_network: for the examples)
from typing import Final

from ..model.arm import IpNetwork

RESERVED_PER_PREFIX: Final = 5
"""Azure keeps the first four addresses and the last one of every IPv4 prefix of a subnet.

Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
"""

RESERVED_RANGES: Final = tuple(
    IPv4Network(text) for text in ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
)
"""Ranges that AKS keeps for itself.

Source: https://learn.microsoft.com/azure/aks/concepts-network-cni-overview
"""


def usable_addresses(prefixes: Iterable[IpNetwork]) -> int:
    """How many IPv4 addresses of a subnet's prefixes can be given out.

    >>> usable_addresses([ip_network("10.0.0.0/24")]), usable_addresses([ip_network("10.0.0.0/29")])
    (251, 3)
    >>> usable_addresses([ip_network("10.0.0.0/25"), ip_network("10.0.4.0/25")])
    246
    """
    return sum(max(0, prefix.num_addresses - RESERVED_PER_PREFIX) for prefix in prefixes if prefix.version == 4)


def overlapping(some: Iterable[IpNetwork], others: Iterable[IpNetwork]) -> list[tuple[IpNetwork, IpNetwork]]:
    """Every pair, one of each, that shares an address; families never overlap each other.

    >>> overlapping([ip_network("10.0.0.0/8")], [ip_network("10.1.0.0/16"), ip_network("fd00::/8")])
    [(IPv4Network('10.0.0.0/8'), IPv4Network('10.1.0.0/16'))]
    """
    others = list(others)
    return [(a, b) for a in some for b in others if a.version == b.version and a.overlaps(b)]


def smallest_prefix_length(addresses: int) -> int:
    """The longest IPv4 prefix whose usable addresses hold `addresses`.

    >>> smallest_prefix_length(251), smallest_prefix_length(252), smallest_prefix_length(1581)
    (24, 23, 21)
    """
    size = addresses + RESERVED_PER_PREFIX
    return min(29, 32 - (size - 1).bit_length())


def show(prefixes: Iterable[IpNetwork]) -> str:
    """Prefixes as people write them: `10.0.0.0/24, 10.1.0.0/24`."""
    return ", ".join(str(prefix) for prefix in prefixes)
