"""Where the name of a private API server is answered, and from where its address is reached."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import PRIVATE_DNS_ZONES, VIRTUAL_NETWORKS
from ..model import ManagedCluster, Missing, Network, NotCollected, PrivateDnsZone, PrivateDnsZoneLink, VirtualNetwork
from ..model.arm import IpAddress, IpNetwork
from ..model.network import remembered
from .cluster_networks import networks_of
from .peering_graph import peerings_of, reached_directly, reached_through

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
    """A cluster's zone with its links."""

    zone: PrivateDnsZone
    links: tuple[PrivateDnsZoneLink, ...]

    @property
    def network_ids(self) -> frozenset[ResourceId]:
        return frozenset(link.virtual_network_id for link in self.links if link.virtual_network_id)


@remembered
def linked_zone_of(network: Network, cluster: ManagedCluster) -> LinkedZone | Missing | NotCollected | None:
    """A cluster's zone and the networks it is linked to, as `zone_of` has it."""
    match zone_of(network, cluster):
        case PrivateDnsZone() as zone:
            links = network.links_of(zone)
            if isinstance(links, NotCollected):
                return links
            gap = next((link.gap for link in links if link.gap), None)
            return NotCollected(gap) if gap else LinkedZone(zone=zone, links=links)
        case other:
            return other


# ------------------------------------------------------------------------------------------------- DNS servers


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsServer:
    """A DNS server that a virtual network names, and the network it stands in."""

    text: str
    """As written."""
    network_id: ResourceId | NotCollected | None
    """None: in none of the networks that are peered here; beyond a gateway, or nowhere."""


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
    return unread


def holds(prefixes: tuple[IpNetwork, ...], address: IpAddress) -> bool:
    return any(prefix.version == address.version and address in prefix for prefix in prefixes)


def may_forward_to(network: Network, cluster: ManagedCluster, linked: LinkedZone) -> tuple[ResourceId, ...]:
    """The linked networks in which something may answer a DNS server that forwards the zone there.

    A network besides the cluster's was linked for some reason; the cluster's own needs a private resolver.
    """
    own = set(networks_of(network, cluster).ids)
    return tuple(
        sorted(vnet_id for vnet_id in linked.network_ids if vnet_id not in own or _has_resolver(network, vnet_id))
    )


def _has_resolver(network: Network, vnet_id: ResourceId) -> bool:
    vnet = network.virtual_networks.get(vnet_id)
    return vnet is not None and any(RESOLVER in map(str.lower, subnet.delegations) for subnet in vnet.subnets)


# ------------------------------------------------------------------------------------------------- reach


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServerReach:
    """From where a private API server is reached: a network needs a path to it, and an answer to its name."""

    own: tuple[ResourceId, ...]
    """The networks of the cluster itself."""
    with_path_and_name: tuple[ResourceId, ...]
    with_path_only: tuple[ResourceId, ...]
    """Peered, but the zone is not linked there."""
    with_name_only: tuple[ResourceId, ...]
    """The zone is linked there, and no open peering or appliance leads to the cluster."""
    unread: tuple[tuple[ResourceId, NotCollected], ...]
    """Linked networks that were not read and are not peered: their path is not known."""


@remembered
def api_server_reach(network: Network, cluster: ManagedCluster) -> ApiServerReach | Missing | NotCollected | None:
    """Who reaches a private API server; None where it has no private zone."""
    linked = linked_zone_of(network, cluster)
    if not isinstance(linked, LinkedZone):
        return linked
    homes = networks_of(network, cluster)
    own = set(homes.ids)
    peered = {reached.id for home in homes.found for reached in reached_directly(network, home.id)} - own
    named = linked.network_ids - own
    unread = [(vnet_id, answer) for vnet_id in sorted(named - peered) if (answer := _unread(network, vnet_id))]
    unread += homes.unread
    far = [vnet_id for vnet_id in sorted(named - peered) if vnet_id not in dict(unread)]
    through = {vnet_id for vnet_id in far if _is_reached_through(network, homes.found, vnet_id)}
    return ApiServerReach(
        own=tuple(sorted(own)),
        with_path_and_name=tuple(sorted((peered & named) | through)),
        with_path_only=tuple(sorted(peered - named)),
        with_name_only=tuple(vnet_id for vnet_id in far if vnet_id not in through),
        unread=tuple(unread),
    )


def _unread(network: Network, vnet_id: ResourceId) -> NotCollected | None:
    answer = network.virtual_network(vnet_id)
    return answer if isinstance(answer, NotCollected) else None


def _is_reached_through(network: Network, homes: tuple[VirtualNetwork, ...], vnet_id: ResourceId) -> bool:
    other = network.virtual_networks.get(vnet_id)
    return other is not None and any(reached_through(network, home, other) for home in homes)
