"""The public addresses behind references to addresses and prefixes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_network

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import PUBLIC_IP_ADDRESSES, PUBLIC_IP_PREFIXES
from ..model import Missing, Network, NotCollected, PublicIp, PublicIpPrefix
from ..model.arm import IpNetwork
from .node_group import doubted


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAddresses:
    """What some references lead to."""

    ids: tuple[ResourceId, ...]
    """The addresses and prefixes that are named, each once."""
    known: tuple[IpNetwork, ...] = ()
    """The addresses of those that were read; a single address is a network of one."""
    missing: tuple[ResourceId, ...] = ()
    """Named, and gone."""
    gap: Gap | None = None
    """Why there may be more addresses than the known ones."""

    @property
    def is_whole(self) -> bool:
        """Every address is known."""
        return self.gap is None and not self.missing

    def count(self, version: int = 4) -> int:
        """How many addresses of a family are known."""
        return sum(prefix.num_addresses for prefix in self.known if prefix.version == version)


def public_addresses(network: Network, ids: Iterable[ResourceId]) -> PublicAddresses:
    """Follow references to public IP addresses and prefixes, in their order."""
    wanted = tuple(dict.fromkeys(ids))
    known: list[IpNetwork] = []
    missing: list[ResourceId] = []
    gap: Gap | None = None
    for resource_id in wanted:
        match _range_of(network, resource_id):
            case Missing():
                missing.append(resource_id)
            case NotCollected(unread):
                gap = gap or unread
            case found:
                known.append(found)
    return PublicAddresses(ids=wanted, known=tuple(known), missing=tuple(missing), gap=gap)


def one_or_prefix(prefix: IpNetwork) -> str:
    """An address without its length, a prefix with it.

    >>> one_or_prefix(ip_network("20.1.2.3/32")), one_or_prefix(ip_network("20.1.2.0/30"))
    ('20.1.2.3', '20.1.2.0/30')
    """
    return str(prefix.network_address) if prefix.num_addresses == 1 else str(prefix)


def is_prefix(resource_id: ResourceId) -> bool:
    """Whether a reference names a prefix, not an address."""
    return resource_id.type.lower() == PUBLIC_IP_PREFIXES.lower()


def _range_of(network: Network, resource_id: ResourceId) -> IpNetwork | Missing | NotCollected:
    if is_prefix(resource_id):
        match network.public_ip_prefix(resource_id):
            case PublicIpPrefix() as prefix:
                return prefix.prefix or _unset(PUBLIC_IP_PREFIXES, resource_id, prefix.gap)
            case absent:
                return doubted(network, absent)
    match network.public_ip(resource_id):
        case PublicIp() as public_ip:
            address = public_ip.address
            return ip_network(str(address)) if address else _unset(PUBLIC_IP_ADDRESSES, resource_id, public_ip.gap)
        case absent_address:
            return doubted(network, absent_address)


def _unset(resource_type: str, resource_id: ResourceId, gap: Gap | None) -> NotCollected:
    message = "the resource shows no address"
    return NotCollected(gap or Gap(resource_type, resource_id.text, None, "NotCollected", message))
