"""Who holds a private address, seen from a virtual network: for next hops, DNS servers and frontends.

Networks of one estate may use the same ranges, so an address means something only from somewhere: first in the
network itself, then in those peered with it, and only then anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from ..inventory import types
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..model import Missing, Network, NetworkInterface, NotCollected, Peering, Subnet, VirtualNetwork
from ..model.arm import IpAddress, IpNetwork
from ..model.network import remembered
from .cluster_networks import subnets_by_network
from .effective_routes import prefixes_behind

HOLDERS: Final = (types.NETWORK_INTERFACES, types.LOAD_BALANCERS, types.AZURE_FIREWALLS)
"""What must be listed whole before an address counts as free."""


class OwnerKind(StrEnum):
    """What holds an address, or why nothing does."""

    FIREWALL = "firewall"
    """An Azure Firewall in a virtual network."""
    HUB_FIREWALL = "hub-firewall"
    """An Azure Firewall in the hub of a virtual WAN."""
    NETWORK_INTERFACE = "network-interface"
    """The NIC of a virtual machine, an appliance, a private link service."""
    NODE = "node"
    """An instance of a scale set: in a cluster's node resource group an AKS node, or one of its pods."""
    LOAD_BALANCER = "load-balancer"
    """The frontend of an internal load balancer."""
    PRIVATE_ENDPOINT = "private-endpoint"
    GATEWAY = "gateway"
    """Somewhere in a GatewaySubnet."""
    UNALLOCATED = "unallocated"
    """In a subnet, and nothing there has it."""
    NO_SUBNET = "no-subnet"
    """In a network's space, outside of all its subnets."""
    NOWHERE = "nowhere"
    """In no network that is known."""
    NOT_COLLECTED = "not-collected"
    """It cannot be told; see the gap."""


class Distance(StrEnum):
    """How far an address is from the network that asks."""

    HERE = "here"
    PEERED = "peered"
    """In a directly peered network, and the peering is connected."""
    UNCONNECTED = "unconnected"
    """In a directly peered network, and the peering is not connected, or forbids access."""
    FURTHER = "further"
    """In a network that is known and not peered with this one."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The answer about one address."""

    kind: OwnerKind
    distance: Distance
    resource_id: ResourceId | None = None
    """What holds it."""
    subnet_id: ResourceId | None = None
    virtual_network_id: ResourceId | None = None
    peering: Peering | None = None
    """The peering that leads to it, or would."""
    ip_forwarding: bool | None = None
    """Of a NIC: ARM's enableIPForwarding; None where absent, and for what needs none."""
    gap: Gap | None = None

    @property
    def is_known(self) -> bool:
        """Something holds it, and it is known what."""
        return self.resource_id is not None

    @property
    def is_dead(self) -> bool:
        """Surely nothing answers there: neither a holder nor a reason for doubt."""
        return self.kind in (OwnerKind.UNALLOCATED, OwnerKind.NO_SUBNET, OwnerKind.NOWHERE)


@remembered
def owner_of(network: Network, address: IpAddress, from_vnet: ResourceId) -> Owner:
    """Who holds an address, seen from a virtual network."""
    vnet = network.virtual_network(from_vnet)
    if isinstance(vnet, NotCollected):
        return Owner(kind=OwnerKind.NOT_COLLECTED, distance=Distance.UNKNOWN, gap=vnet.gap)
    if isinstance(vnet, VirtualNetwork):
        if _covers(vnet.prefixes, address):
            return _in_network(network, vnet, address, Distance.HERE, None)
        found = _behind_peerings(network, vnet, address)
        if found:
            return found
    hub = _hub_firewalls(network).get(address)
    if hub:
        return Owner(kind=OwnerKind.HUB_FIREWALL, distance=Distance.UNKNOWN, resource_id=hub)
    further = _networks_with(network, address)
    if len(further) == 1:
        return _in_network(network, network.virtual_networks[further[0]], address, Distance.FURTHER, None)
    if further:
        return Owner(kind=OwnerKind.NOWHERE, distance=Distance.FURTHER)
    gap = vnet.gap if isinstance(vnet, VirtualNetwork) else None
    if gap:
        return Owner(kind=OwnerKind.NOT_COLLECTED, distance=Distance.UNKNOWN, gap=gap)
    return Owner(kind=OwnerKind.NOWHERE, distance=Distance.UNKNOWN)


def _behind_peerings(network: Network, vnet: VirtualNetwork, address: IpAddress) -> Owner | None:
    """The owner in a directly peered network, connected ones first; None: no peering leads there."""
    unread: Gap | None = None
    for peering in sorted(vnet.peerings, key=lambda each: not _is_open(each)):
        space = _space_behind(network, vnet, peering)
        if isinstance(space, NotCollected):
            unread = unread or space.gap
        elif _covers(space, address):
            distance = Distance.PEERED if _is_open(peering) else Distance.UNCONNECTED
            return _in_peer(network, peering, address, distance)
    if unread:
        return Owner(kind=OwnerKind.NOT_COLLECTED, distance=Distance.UNKNOWN, gap=unread)
    return None


def _space_behind(network: Network, vnet: VirtualNetwork, peering: Peering) -> tuple[IpNetwork, ...] | NotCollected:
    """As `prefixes_behind`, but of a disconnected peering too: what it would lead to."""
    space = prefixes_behind(network, vnet, peering)
    return peering.remote_prefixes if space == () and peering.is_complete else space


def _is_open(peering: Peering) -> bool:
    return peering.is_connected and peering.allows_access is not False


def _in_peer(network: Network, peering: Peering, address: IpAddress, distance: Distance) -> Owner:
    remote = network.virtual_network(peering.remote_id) if peering.remote_id else None
    if isinstance(remote, VirtualNetwork):
        return _in_network(network, remote, address, distance, peering)
    hub = _hub_firewalls(network).get(address)  # the network behind a virtual WAN's hub is Microsoft's, never listed
    if hub:
        return Owner(kind=OwnerKind.HUB_FIREWALL, distance=distance, resource_id=hub, peering=peering)
    where = Owner(kind=OwnerKind.NOWHERE, distance=distance, virtual_network_id=peering.remote_id, peering=peering)
    match remote:
        case NotCollected(gap):
            return replace(where, kind=OwnerKind.NOT_COLLECTED, gap=gap)
        case _:
            return where


def _in_network(
    network: Network, vnet: VirtualNetwork, address: IpAddress, distance: Distance, peering: Peering | None
) -> Owner:
    """The owner of an address of this network's space."""
    subnet = next((s for s in subnets_by_network(network).get(vnet.id, ()) if _covers(s.prefixes, address)), None)
    place = Owner(
        kind=OwnerKind.UNALLOCATED,
        distance=distance,
        subnet_id=subnet.id if subnet else None,
        virtual_network_id=vnet.id,
        peering=peering,
    )
    holder = _holders(network, vnet.id).get(address)
    if holder:
        return replace(place, kind=holder.kind, resource_id=holder.resource_id, ip_forwarding=holder.ip_forwarding)
    if subnet is None:
        if vnet.gap or not _covers(vnet.prefixes, address):
            return replace(place, kind=OwnerKind.NOT_COLLECTED, gap=vnet.gap or _hidden_gap(vnet.id, "its space"))
        return replace(place, kind=OwnerKind.NO_SUBNET)
    if subnet.id.name.lower() == "gatewaysubnet":
        return replace(place, kind=OwnerKind.GATEWAY)
    gap = _doubt(network, vnet, subnet)
    return replace(place, kind=OwnerKind.NOT_COLLECTED, gap=gap) if gap else place


def _doubt(network: Network, vnet: VirtualNetwork, subnet: Subnet) -> Gap | None:
    """Why an address of the subnet may be taken although nothing that was read has it."""
    if subnet.gap:
        return subnet.gap
    if subnet.delegations:
        return _hidden_gap(subnet.id, "the addresses of what runs in a delegated subnet")
    known = _known_holders(network, vnet.id)
    for attachment in subnet.attachments:
        if attachment.resource_id not in known:
            message = f"the addresses of {attachment.resource_id.name} in {subnet.id.name} were not read"
            return Gap(attachment.resource_id.type, attachment.resource_id.text, None, "NotCollected", message)
    if subnet.application_gateway_ids:
        return _hidden_gap(subnet.application_gateway_ids[0], "the addresses of an application gateway's instances")
    for resource_type in HOLDERS:
        probe = ResourceId.of(
            f"{vnet.id.subscription_id}/resourceGroups/{vnet.id.resource_group}/providers/{resource_type}/any"
        )
        match network.completeness.absent(resource_type, probe):
            case NotCollected(gap) if gap.code == "NotCollected":
                return Gap(gap.resource_type, vnet.id.subscription_id, gap.status, gap.code, gap.message)
            case NotCollected(gap):
                return gap
            case Missing():
                pass
    return None


def _hidden_gap(resource_id: ResourceId, what: str) -> Gap:
    return Gap(types.canonical_type(resource_id.type), resource_id.text, None, "NotCollected", f"{what} do not show")


# ------------------------------------------------------------------------------------------------- who holds what


@dataclass(frozen=True, slots=True)
class _Holder:
    kind: OwnerKind
    resource_id: ResourceId
    ip_forwarding: bool | None = None


@remembered
def _holders(network: Network, vnet_id: ResourceId) -> dict[IpAddress, _Holder]:
    """Who holds which address of a virtual network. Built only for networks that somebody asks about."""
    found: dict[IpAddress, _Holder] = {}
    for nic in _nics_by_network(network).get(vnet_id, ()):
        holder = _Holder(_nic_kind(nic), nic.private_endpoint_id or nic.id, nic.ip_forwarding)
        for configuration in nic.ip_configurations:
            if configuration.address and configuration.prefix_length is None:
                found.setdefault(ip_address(configuration.address), holder)
    for address, holder in _frontends(network).get(vnet_id, ()):
        found[address] = holder
    return found


@remembered
def _known_holders(network: Network, vnet_id: ResourceId) -> frozenset[ResourceId]:
    """The NICs, load balancers and firewalls with a place in a virtual network whose addresses were all read."""
    nics = (nic.id for nic in _nics_by_network(network).get(vnet_id, ()) if nic.gap is None)
    return frozenset((*nics, *(holder.resource_id for _, holder in _frontends(network).get(vnet_id, ()))))


def _nic_kind(nic: NetworkInterface) -> OwnerKind:
    if nic.private_endpoint_id:
        return OwnerKind.PRIVATE_ENDPOINT
    return OwnerKind.NODE if nic.scale_set_id else OwnerKind.NETWORK_INTERFACE


@remembered
def _nics_by_network(network: Network) -> dict[ResourceId, list[NetworkInterface]]:
    """By virtual network; a NIC's ipConfigurations are all in one."""
    found: dict[ResourceId, list[NetworkInterface]] = {}
    for nic in (*network.network_interfaces.values(), *(n for nics in network.scale_set_nics.values() for n in nics)):
        subnet_id = next((c.subnet_id for c in nic.ip_configurations if c.subnet_id), None)
        vnet_id = subnet_id.parent if subnet_id else None
        if vnet_id:
            found.setdefault(vnet_id, []).append(nic)
    return found


@remembered
def _frontends(network: Network) -> dict[ResourceId, list[tuple[IpAddress, _Holder]]]:
    """By virtual network: the private addresses of load balancers and firewalls."""
    found: dict[ResourceId, list[tuple[IpAddress, _Holder]]] = {}
    for subnet_id, address, holder in _private_addresses(network):
        vnet_id = subnet_id.parent if subnet_id else None
        if vnet_id and address:
            found.setdefault(vnet_id, []).append((address, holder))
    return found


def _private_addresses(network: Network) -> Iterator[tuple[ResourceId | None, IpAddress | None, _Holder]]:
    for balancer in network.load_balancers.values():
        holder = _Holder(OwnerKind.LOAD_BALANCER, balancer.id)
        yield from ((frontend.subnet_id, frontend.address, holder) for frontend in balancer.frontends)
    for firewall in network.firewalls.values():
        holder = _Holder(OwnerKind.FIREWALL, firewall.id)
        yield from ((item.subnet_id, item.address, holder) for item in firewall.configurations)


@remembered
def _hub_firewalls(network: Network) -> dict[IpAddress, ResourceId]:
    """The firewalls of virtual WAN hubs by their private address."""
    return {f.hub_address: f.id for f in network.firewalls.values() if f.hub_address}


# ------------------------------------------------------------------------------------------------- whose range it is


def _covers(prefixes: tuple[IpNetwork, ...], address: IpAddress) -> bool:
    return any(address in prefix for prefix in prefixes)


def _networks_with(network: Network, address: IpAddress) -> tuple[ResourceId, ...]:
    """The virtual networks with this address in their space."""
    index, lengths = _networks_by_prefix(network)
    number, width = int(address), address.max_prefixlen
    around = ((number >> (width - length) << (width - length), length) for length in lengths if length <= width)
    make = IPv4Network if address.version == 4 else IPv6Network
    return tuple(vnet_id for pair in around for vnet_id in index.get(make(pair), ()))


@remembered
def _networks_by_prefix(network: Network) -> tuple[dict[IpNetwork, list[ResourceId]], tuple[int, ...]]:
    index: dict[IpNetwork, list[ResourceId]] = {}
    for vnet in network.virtual_networks.values():
        for prefix in vnet.prefixes:
            index.setdefault(prefix, []).append(vnet.id)
    return index, tuple(sorted({prefix.prefixlen for prefix in index}))
