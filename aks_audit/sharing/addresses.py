"""Stand-ins for addresses that keep prefixes: two addresses that share their first n bits share n bits afterwards.

So whatever overlaps, lies inside or stands beside something else still does. As in Crypto-PAn, a bit of an
address is flipped or not, as a keyed function of the bits before it says. What has a meaning of its own stays where it
is, because no bit on the way to it is flipped.

Source: J. Xu, J. Fan, M. Ammar, S. Moon, Prefix-Preserving IP Address Anonymization, ICNP 2002.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from ipaddress import ip_network
from typing import Final

from .cipher import Cipher

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

KEPT: Final = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this host; 0.0.0.0/32 in authorized ranges
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host
        "169.254.0.0/16",  # link-local; kept by AKS
        "172.17.0.0/16",  # the docker bridge
        "172.30.0.0/16",  # kept by AKS, as the next two
        "172.31.0.0/16",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "224.0.0.0/3",  # multicast and above
        "::/8",
        "fe80::/10",
        "ff00::/8",
    )
)
"""Ranges whose addresses stay as they are."""
HOME: Final = {
    ip_network("10.0.0.0/8"): 16,
    ip_network("100.64.0.0/10"): 16,
    ip_network("172.16.0.0/12"): 16,
    ip_network("fd00::/8"): 48,
    ip_network("fc00::/8"): 48,
}
"""Private ranges, each mapped onto itself, and up to which bit.

What is behind that bit stays, so that the first, the last and the fourth address of a subnet are that afterwards too.
"""
_MOST_BITS: Final = {4: 32, 6: 64}
"""Of public addresses. The rest of an IPv6 address names a host of a network that nobody knows any more."""


class Addresses:
    """The stand-ins that a key gives."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher
        self._flips: dict[tuple[int, int, int], int] = {}
        self._fixed = _ways_to_known_ranges()
        self.address = lru_cache(maxsize=1 << 16)(self._address)

    def prefix(self, network: IpNetwork) -> IpNetwork:
        """The stand-in of a prefix: as long, with the stand-ins of its addresses in it."""
        return ip_network(f"{self.address(network.network_address)}/{network.prefixlen}", strict=False)

    def _address(self, address: IpAddress) -> IpAddress:
        bits = address.max_prefixlen
        number = result = int(address)
        for depth in range(self._depth_of(address)):
            before = number >> (bits - depth)
            if self._flip(address.version, depth, before):
                result ^= 1 << (bits - depth - 1)
        return type(address)(result)

    def _depth_of(self, address: IpAddress) -> int:
        """How many bits may change."""
        if any(address in kept for kept in KEPT if kept.version == address.version):
            return 0
        home = (depth for block, depth in HOME.items() if block.version == address.version and address in block)
        return next(home, _MOST_BITS[address.version])

    def _flip(self, version: int, depth: int, before: int) -> int:
        """Whether the bit after these is flipped."""
        node = version, depth, before
        found = self._flips.get(node)
        if found is None:
            found = 0 if node in self._fixed else self._cipher.bit("address", f"{version} {depth} {before}")
            self._flips[node] = found
        return found


def _ways_to_known_ranges() -> frozenset[tuple[int, int, int]]:
    """Every prefix that a known range lies in: no bit after one of these is flipped."""
    return frozenset(
        (known.version, depth, int(known.network_address) >> (known.max_prefixlen - depth))
        for known in (*KEPT, *HOME)
        for depth in range(known.prefixlen)
    )
