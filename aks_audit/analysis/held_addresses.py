"""Who holds which address of a subnet, one by one, as far as ARM shows it. For IPv4."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from ..inventory.resource_id import ResourceId
from ..model import Network
from ..model.network import remembered
from .subnet_consumers import Consumer, addresses_held, holder_of


@dataclass(frozen=True, slots=True)
class HeldAddresses:
    """One address, or one block of them."""

    first: int
    """The address as a number."""
    count: int
    holder: Consumer
    is_primary: bool
    """A node's own address, or a stranger's; False: held for pods."""
    name: str
    """Of the NIC, load balancer or firewall."""


@remembered
def held_addresses(network: Network, subnet_id: ResourceId) -> tuple[HeldAddresses, ...]:
    """What is held in a subnet, in the order of the addresses."""
    owners: dict[ResourceId, Consumer] = {}
    found: list[HeldAddresses] = []
    for first, count, holder_id, is_primary in _by_subnet(network).get(subnet_id, ()):
        owner = owners.get(holder_id) or owners.setdefault(holder_id, holder_of(network, holder_id))
        found.append(HeldAddresses(first, count, owner, is_primary or owner.is_stranger, _name(holder_id)))
    return tuple(sorted(found, key=lambda held: (held.first, held.name)))


def _name(holder_id: ResourceId) -> str:
    """A scale set's NICs all have the same name: the instance tells them apart."""
    scale_set, instance = holder_id.ancestor("virtualMachineScaleSets"), holder_id.ancestor("virtualMachines")
    return f"{scale_set.name} instance {instance.name}" if scale_set and instance else holder_id.name


_Row = tuple[int, int, ResourceId, bool]


@remembered
def _by_subnet(network: Network) -> dict[ResourceId, list[_Row]]:
    rows: dict[ResourceId, list[_Row]] = {}
    for subnet_id, row in _rows(network):
        rows.setdefault(subnet_id, []).append(row)
    return rows


def _rows(network: Network) -> Iterator[tuple[ResourceId, _Row]]:
    scale_set_nics = (nic for nics in network.scale_set_nics.values() for nic in nics)
    for nic in (*network.network_interfaces.values(), *scale_set_nics):
        own = nic.primary_address
        for held in nic.ip_configurations:
            if held.subnet_id and held.address and not held.is_ipv6:
                count = addresses_held(held)
                first = int(IPv4Address(held.address)) // count * count  # a block starts at a multiple of its size
                yield held.subnet_id, (first, count, nic.id, held.address == own)
    for balancer in network.load_balancers.values():
        for frontend in balancer.frontends:
            if frontend.subnet_id and isinstance(frontend.address, IPv4Address):
                yield frontend.subnet_id, (int(frontend.address), 1, balancer.id, True)
    for firewall in network.firewalls.values():
        for item in firewall.configurations:
            if item.subnet_id and isinstance(item.address, IPv4Address):
                yield item.subnet_id, (int(item.address), 1, firewall.id, True)
