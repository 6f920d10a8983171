"""Where the name of a private API server is answered, and from where its address is reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import PRIVATE_DNS_ZONES, VIRTUAL_NETWORKS
from ..model import ManagedCluster, Missing, Network, NotCollected, PrivateDnsZone, PrivateDnsZoneLink, VirtualNetwork
from ..model.arm import IpAddress, IpNetwork
from ..model.network import remembered
from .cluster_networks import networks_of
from .peering_graph import peerings_of, ranges_behind, reached_directly, reached_through

AZURE_DNS: Final = "168.63.129.16"
"""The resolver of every virtual network; a host address that no route or peering leads away.

Source: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
"""
RESOLVER: Final = "microsoft.network/dnsresolvers"
"""What the subnets of a private resolver are delegated to, in lower case."""
_NOT_SETTLED: Final = ("creating", "deleting")


def has_private_name(cluster: ManagedCluster) -> bool:
    """Whether a private API server's name matters to the nodes: with VNet integration they need none.

    A cluster that is being made or taken away has its zone in the making too.
    """
    settled = cluster.provisioning_state.lower() not in _NOT_SETTLED
    return cluster.is_private and not cluster.api_server_vnet_integration and settled


def zone_mode(cluster: ManagedCluster) -> str:
    """`system`, `none` or `custom`; answers of old api-versions say nothing and mean `system`."""
    text = cluster.api_server.private_dns_zone
    return "custom" if text.startswith("/") else text.lower() or "system"


def zone_name(cluster: ManagedCluster) -> str:
    """The zone that a private API server's name belongs to: all after its first label."""
    return cluster.api_server.private_fqdn.partition(".")[2].lower()


def zone_of(network: Network, cluster: ManagedCluster) -> PrivateDnsZone | Missing | NotCollected | None:
    """The private DNS zone that answers for a cluster's API server; None: it has none, by choice."""
    match zone_mode(cluster), cluster.api_server.private_dns_zone_id:
        case "none", _:
            return None
        case "custom", ResourceId() as zone_id:
            return network.private_dns_zone(zone_id)
        case "system", _ if zone_name(cluster):
            group = f"/subscriptions/{cluster.id.subscription}/resourceGroups/{cluster.node_resource_group}"
            return network.private_dns_zone(
                ResourceId.of(f"{group}/providers/{PRIVATE_DNS_ZONES}/{zone_name(cluster)}")
            )
        case mode, _:
            what = "it has no privateFQDN" if mode == "system" else f"privateDNSZone {mode!r} is not known"
            return NotCollected(Gap(PRIVATE_DNS_ZONES, cluster.id.text, None, "NotCollected", what))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedZone:
    """A zone with its links."""

    zone: PrivateDnsZone
    links: tuple[PrivateDnsZoneLink, ...]
    network_ids: frozenset[ResourceId]
    """The networks that it is linked to."""


def linked_zone_of(network: Network, cluster: ManagedCluster) -> LinkedZone | Missing | NotCollected | None:
    """A cluster's zone and the networks it is linked to, as `zone_of` has it."""
    zone = zone_of(network, cluster)
    return _linked(network, zone.id) if isinstance(zone, PrivateDnsZone) else zone


@remembered
def _linked(network: Network, zone_id: ResourceId) -> LinkedZone | NotCollected:
    zone = network.private_dns_zones[zone_id]
    links = network.links_of(zone)
    if isinstance(links, NotCollected):
        return links
    gap = next((link.gap for link in links if link.gap), None)
    if gap:
        return NotCollected(gap)
    linked_to = frozenset(link.virtual_network_id for link in links if link.virtual_network_id)
    return LinkedZone(zone=zone, links=links, network_ids=linked_to)


@remembered
def users_of_zones(network: Network) -> dict[ResourceId, tuple[ManagedCluster, ...]]:
    """For each zone: the clusters, judged or not, whose nodes ask for their API server's name in it."""
    users: dict[ResourceId, list[ManagedCluster]] = {}
    for cluster in network.all_clusters:
        zone = zone_of(network, cluster) if has_private_name(cluster) else None
        if isinstance(zone, PrivateDnsZone):
            users.setdefault(zone.id, []).append(cluster)
    return {zone_id: tuple(clusters) for zone_id, clusters in users.items()}


# ------------------------------------------------------------------------------------------------- DNS servers


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsServer:
    """A DNS server that a virtual network names, and the network it stands in."""

    text: str
    """As written."""
    network_id: ResourceId | NotCollected | None
    """None: neither in a network that is peered here nor behind a hub; beyond a gateway, or nowhere."""


@remembered
def dns_servers_of(network: Network, vnet_id: ResourceId) -> tuple[DnsServer, ...]:
    """The DNS servers of a virtual network's own; empty where Azure's resolver answers."""
    vnet = network.virtual_networks.get(vnet_id)
    if vnet is None:
        return ()
    return tuple(
        DnsServer(text=text, network_id=_place_of(network, vnet, text))
        for text in vnet.dns_servers
        if text.strip() != AZURE_DNS
    )


def asks_azure(vnet: VirtualNetwork) -> bool:
    """Whether Azure's resolver is among those that a network asks."""
    return not vnet.dns_servers or any(text.strip() == AZURE_DNS for text in vnet.dns_servers)


def _place_of(network: Network, vnet: VirtualNetwork, text: str) -> ResourceId | NotCollected | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        message = f"properties.dhcpOptions.dnsServers does not parse: {text!r}"
        return NotCollected(Gap(VIRTUAL_NETWORKS, vnet.id.text, None, "InvalidValue", message))
    if holds(vnet.prefixes, address):
        return vnet.id
    unread: NotCollected | None = None
    for link in peerings_of(network, vnet.id):
        far = network.virtual_network(link.far_id)
        told = far.prefixes if isinstance(far, VirtualNetwork) else link.near.peering.remote_prefixes
        if holds(told, address):
            return link.far_id
        if isinstance(far, NotCollected) and not told:
            unread = unread or far
    return _place_behind_hubs(network, vnet.id, address) or unread


def _place_behind_hubs(network: Network, vnet_id: ResourceId, address: IpAddress) -> ResourceId | NotCollected | None:
    """The network behind a hub that has an address: domain controllers often stand in a spoke of their own."""
    unread: NotCollected | None = None
    for hub in reached_directly(network, vnet_id):
        behind = ranges_behind(network, hub.id)
        if isinstance(behind, NotCollected):
            unread = unread if hub.link.is_virtual_hub else unread or behind
            continue
        for _, there in behind.overlapping(ip_network(address)):
            return there.id
    return unread


def holds(prefixes: tuple[IpNetwork, ...], address: IpAddress) -> bool:
    return any(prefix.version == address.version and address in prefix for prefix in prefixes)


@remembered
def may_forward_to(network: Network, zone_id: ResourceId) -> tuple[ResourceId, ...]:
    """The networks linked to a zone in which something may answer a DNS server that forwards it there.

    The networks of the zone's clusters are linked for the nodes' sake, and need a private resolver to answer others;
    any other network was linked for some such reason.
    """
    linked = _linked(network, zone_id)
    if isinstance(linked, NotCollected):
        return ()
    homes = {vnet_id for user in users_of_zones(network).get(zone_id, ()) for vnet_id in networks_of(network, user).ids}
    return tuple(
        sorted(vnet_id for vnet_id in linked.network_ids if vnet_id not in homes or has_resolver(network, vnet_id))
    )


def has_resolver(network: Network, vnet_id: ResourceId) -> bool:
    """Whether a network, as far as it was read, has a subnet of a private resolver."""
    vnet = network.virtual_networks.get(vnet_id)
    return vnet is not None and any(RESOLVER in map(str.lower, subnet.delegations) for subnet in vnet.subnets)


# ------------------------------------------------------------------------------------------------- reach


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServerReach:
    """From where a private API server is reached: a network needs a path to it, and an answer to its name."""

    own: tuple[ResourceId, ...]
    """The networks of the cluster itself."""
    with_path_and_name: tuple[ResourceId, ...]
    """Peered, and the zone is linked there."""
    with_path_only: tuple[ResourceId, ...]
    """Peered, but the zone is not linked there."""


@remembered
def api_server_reach(network: Network, cluster: ManagedCluster) -> ApiServerReach | Missing | NotCollected | None:
    """Which of its peers reach a private API server; None where it has no private zone."""
    linked = linked_zone_of(network, cluster)
    if not isinstance(linked, LinkedZone):
        return linked
    own = networks_of(network, cluster).ids
    peers = sorted(_peers(network, own) - set(own))
    return ApiServerReach(
        own=tuple(sorted(own)),
        with_path_and_name=tuple(peer for peer in peers if peer in linked.network_ids),
        with_path_only=tuple(peer for peer in peers if peer not in linked.network_ids),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneReach:
    """The networks that a zone is linked to and that no cluster of the zone lives in, nor is peered with."""

    homes: frozenset[ResourceId]
    """The networks of the zone's clusters."""
    without_path: tuple[ResourceId, ...]
    """No peering and no appliance in a shared hub leads from there to a cluster of the zone."""
    unread: tuple[tuple[ResourceId, NotCollected], ...]
    """Not read, so what they are peered with is not known."""


@remembered
def zone_reach(network: Network, zone_id: ResourceId) -> ZoneReach | NotCollected:
    """What a zone is linked to without a path to any of its clusters."""
    linked = _linked(network, zone_id)
    if isinstance(linked, NotCollected):
        return linked
    users = users_of_zones(network).get(zone_id, ())
    homes = frozenset(vnet_id for user in users for vnet_id in networks_of(network, user).ids)
    far = sorted(linked.network_ids - homes - _peers(network, homes))
    unread = {vnet_id: gap for vnet_id in far if isinstance(gap := network.virtual_network(vnet_id), NotCollected)}
    return ZoneReach(
        homes=homes,
        without_path=tuple(v for v in far if v not in unread and not _is_reached_through(network, homes, v)),
        unread=tuple(unread.items()),
    )


def _peers(network: Network, vnet_ids: Iterable[ResourceId]) -> set[ResourceId]:
    return {reached.id for vnet_id in vnet_ids for reached in reached_directly(network, vnet_id)}


def _is_reached_through(network: Network, homes: Iterable[ResourceId], vnet_id: ResourceId) -> bool:
    other = network.virtual_networks.get(vnet_id)
    found = (network.virtual_networks.get(home) for home in homes)
    return other is not None and any(home and reached_through(network, home, other) for home in found)
