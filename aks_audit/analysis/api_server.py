"""How a cluster's API server is exposed, as one verdict, and what its authorized ranges come to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, collapse_addresses, ip_network
from typing import Final

from ..inventory.records import Gap
from ..inventory.types import MANAGED_CLUSTERS
from ..model import ManagedCluster
from ..model.arm import IpAddress, IpNetwork, parse_prefix

ACCESS: Final = "properties.apiServerAccessProfile"
RANGES: Final = f"{ACCESS}.authorizedIPRanges"

OWN_EGRESS_ONLY: Final = IPv4Network("0.0.0.0/32")
"""As an authorized range it means: nobody but the cluster's own load balancer address.

Source: https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges
"""

USELESS: Final[tuple[IpNetwork, ...]] = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7")
)
"""Nobody arrives at a public endpoint from here: RFC 1918, RFC 6598, link-local and unique local addresses."""

_TAG: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*")
"""How service tags are spelled: `AzureCloud.WestEurope`."""


class Exposure(StrEnum):
    """Who can open a connection to the API server, whatever they may do then."""

    OPEN = "public, without authorized ranges"
    RANGES = "public, with authorized ranges"
    PRIVATE = "private, by Private Link"
    INTEGRATED_OPEN = "VNet-integrated and public, without authorized ranges"
    INTEGRATED_RANGES = "VNet-integrated and public, with authorized ranges"
    INTEGRATED_PRIVATE = "VNet-integrated and private"
    CLOSED = "public access disabled"

    @property
    def is_public(self) -> bool:
        return self in _PUBLIC

    @property
    def is_integrated(self) -> bool:
        return self in (Exposure.INTEGRATED_OPEN, Exposure.INTEGRATED_RANGES, Exposure.INTEGRATED_PRIVATE)

    @property
    def is_private(self) -> bool:
        return self in (Exposure.PRIVATE, Exposure.INTEGRATED_PRIVATE)


_PUBLIC: Final = {Exposure.OPEN, Exposure.RANGES, Exposure.INTEGRATED_OPEN, Exposure.INTEGRATED_RANGES}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizedRange:
    """One entry of the list, as written and as Azure understands it."""

    text: str
    prefix: IpNetwork | None
    """None for a service tag, and for what is neither."""
    has_host_bits: bool = False
    """An address that isn't the first of its range, such as 10.0.0.1/24."""
    is_tag: bool = False

    @property
    def is_useless(self) -> bool:
        """Whether nobody can arrive at a public endpoint from it."""
        prefix = self.prefix
        return prefix is not None and any(p.version == prefix.version and _within(prefix, p) for p in USELESS)

    @property
    def means_own_egress(self) -> bool:
        return self.prefix == OWN_EGRESS_ONLY


def exposure_of(cluster: ManagedCluster) -> Exposure | Gap:
    """The verdict on one cluster, or the Gap that hides it.

    Source: https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges
    """
    access = cluster.api_server
    if cluster.gap:
        return cluster.gap
    if cluster.is_private:
        return Exposure.INTEGRATED_PRIVATE if cluster.api_server_vnet_integration else Exposure.PRIVATE
    match access.public_network_access.lower():
        case "disabled":
            return Exposure.CLOSED
        case "" | "enabled":
            pass
        case _:
            path = f"properties.publicNetworkAccess is {access.public_network_access}"
            return _unsaid(cluster, f"{path}: what it lets in does not stand in the cluster")
    if access.authorized_ip_ranges:
        return Exposure.INTEGRATED_RANGES if cluster.api_server_vnet_integration else Exposure.RANGES
    if cluster.api_server_vnet_integration:
        return Exposure.INTEGRATED_OPEN
    if not access.fqdn:
        return _unsaid(cluster, f"{ACCESS} and properties.fqdn are absent")
    return Exposure.OPEN


def authorized_ranges(cluster: ManagedCluster) -> tuple[AuthorizedRange, ...]:
    """The cluster's list in its own order."""
    return tuple(_read(text) for text in cluster.api_server.authorized_ip_ranges)


def admits(ranges: Iterable[AuthorizedRange], wanted: IpNetwork) -> bool:
    """Whether every address of a range is in the list, service tags left aside."""
    prefixes = [item.prefix for item in ranges if item.prefix is not None]
    if wanted.version == 4:
        merged = collapse_addresses(prefix for prefix in prefixes if isinstance(prefix, IPv4Network))
        return any(_within(wanted, prefix) for prefix in merged)
    return any(prefix.version == 6 and _within(wanted, prefix) for prefix in prefixes)


def public_addresses(ranges: Iterable[AuthorizedRange]) -> int:
    """How many IPv4 addresses of the internet the list admits, each counted once."""
    prefixes = [item.prefix for item in ranges if isinstance(item.prefix, IPv4Network)]
    merged = list(collapse_addresses(prefixes))
    useless = [p for p in USELESS if isinstance(p, IPv4Network)]
    return sum(prefix.num_addresses - _shared(prefix, useless) for prefix in merged)


def _shared(prefix: IPv4Network, others: Iterable[IPv4Network]) -> int:
    """The addresses that a range has in common with ranges that don't overlap each other."""
    return sum(min(prefix.num_addresses, other.num_addresses) for other in others if prefix.overlaps(other))


def _within(inner: IpNetwork, outer: IpNetwork) -> bool:
    return outer.prefixlen <= inner.prefixlen and inner.network_address in outer


def _read(text: str) -> AuthorizedRange:
    prefix = parse_prefix(text)
    if prefix is None:
        return AuthorizedRange(text=text, prefix=None, is_tag=bool(_TAG.fullmatch(text)))
    written = parse_prefix(text.partition("/")[0])
    host_bits = written is not None and written.network_address != prefix.network_address
    return AuthorizedRange(text=text, prefix=prefix, has_host_bits=host_bits)


def _unsaid(cluster: ManagedCluster, message: str) -> Gap:
    return Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message)


def as_range(address: IpAddress | str) -> IpNetwork:
    """One address as a range.

    >>> as_range("20.50.0.1")
    IPv4Network('20.50.0.1/32')
    """
    return ip_network(str(address))
