"""Peerings with both their halves, and what a virtual network reaches over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import PEERINGS
from ..model import Missing, Network, NotCollected, Peering, RouteTable, VirtualNetwork
from ..model.arm import IpAddress, IpNetwork
from ..model.network import remembered
from ..model.route_table import Route
from .cluster_networks import networks_in_use, peer_prefixes, subnets_by_network
from .prefix_index import PrefixIndex

STATES: Final = ("connected", "initiated", "disconnected")
"""The values of peeringState that Azure documents, in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """What one of two peered networks says of their peering."""

    owner: ResourceId
    peering: Peering

    @property
    def id(self) -> ResourceId:
        return self.owner.child("virtualNetworkPeerings", self.peering.name)

    def path(self, field: str) -> str:
        """Where a field of it stands in its network's JSON."""
        return f"properties.virtualNetworkPeerings[{self.peering.name}].{field}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeeringLink:
    """A peering as one of its networks sees it, with the other half as far as that was read."""

    network: VirtualNetwork
    near: Half
    far_id: ResourceId
    far: Half | Missing | NotCollected
    """Missing: the other network does not exist, or has no peering back."""

    @property
    def is_virtual_hub(self) -> bool:
        """Whether it leads to the hub of a virtual WAN: Azure keeps that network and its half to itself."""
        return self.far_id.name.lower().startswith("hv_") and self.near.peering.name.lower().startswith(
            "remotevnettohubpeering_"
        )

    @property
    def halves(self) -> tuple[Half, ...]:
        """The halves that were read, one's own first."""
        return (self.near, self.far) if isinstance(self.far, Half) else (self.near,)

    @property
    def is_connected(self) -> bool:
        """Both halves are; of a half that nobody could read, Azure's state of one's own tells."""
        return not isinstance(self.far, Missing) and all(half.peering.is_connected for half in self.halves)

    @property
    def is_open(self) -> bool:
        """Packets pass between the two networks."""
        return self.is_connected and all(half.peering.allows_access is not False for half in self.halves)


@remembered
def peerings_of(network: Network, vnet_id: ResourceId) -> tuple[PeeringLink, ...]:
    """The peerings of a virtual network, in ARM's order; those that name no remote network are left out."""
    vnet = network.virtual_networks.get(vnet_id)
    if vnet is None:
        return ()
    return tuple(
        PeeringLink(
            network=vnet,
            near=Half(owner=vnet.id, peering=peering),
            far_id=peering.remote_id,
            far=_other_half(network, vnet.id, peering.remote_id),
        )
        for peering in vnet.peerings
        if peering.remote_id
    )


@remembered
def peerings_in_use(network: Network) -> tuple[PeeringLink, ...]:
    """The peerings of the networks of the clusters to judge, each pair of networks once, sorted."""
    seen: dict[frozenset[ResourceId], PeeringLink] = {}
    for vnet in networks_in_use(network):
        for link in peerings_of(network, vnet.id):
            seen.setdefault(frozenset((vnet.id, link.far_id)), link)
    return tuple(seen.values())


def nameless_peerings(vnet: VirtualNetwork) -> tuple[Gap, ...]:
    """A Gap for each peering that names no remote network: nothing can be said of it."""
    return tuple(
        Gap(PEERINGS, vnet.id.text, None, "NotCollected", f"peering {peering.name} names no remote virtual network")
        for peering in vnet.peerings
        if peering.remote_id is None
    )


def _other_half(network: Network, own_id: ResourceId, remote_id: ResourceId) -> Half | Missing | NotCollected:
    match network.virtual_network(remote_id):
        case VirtualNetwork() as remote:
            back = _peerings_by_remote(network, remote_id).get(own_id)
            if back:
                return Half(owner=remote.id, peering=back)
            return NotCollected(remote.gap) if remote.gap else Missing(remote_id)
        case absent:
            return absent


@remembered
def _peerings_by_remote(network: Network, vnet_id: ResourceId) -> dict[ResourceId, Peering]:
    """A hub has hundreds of peerings, and each of its spokes looks for its own."""
    peerings = network.virtual_networks[vnet_id].peerings
    return {peering.remote_id: peering for peering in reversed(peerings) if peering.remote_id}


# ------------------------------------------------------------------------------------------------- reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A virtual network, or the subnets of it, that stands at the other end of an open peering."""

    id: ResourceId
    prefixes: tuple[IpNetwork, ...]
    link: PeeringLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A virtual network that a peer is peered with in turn. Peering does not pass on: it takes an appliance there."""

    id: ResourceId
    prefixes: tuple[IpNetwork, ...]
    hub_id: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplianceRoute:
    """A user-defined route on a subnet of a network that leads to an appliance."""

    table_id: ResourceId
    route: Route
    prefix: IpNetwork
    next_hop: IpAddress


@remembered
def reached_directly(network: Network, vnet_id: ResourceId) -> tuple[Reached, ...]:
    """The networks at the other end of open peerings; what stands there as far as it is told."""
    return tuple(
        Reached(id=link.far_id, prefixes=_far_prefixes(network, link), link=link)
        for link in peerings_of(network, vnet_id)
        if link.is_open
    )


def _far_prefixes(network: Network, link: PeeringLink) -> tuple[IpNetwork, ...]:
    peering = link.near.peering
    if peering.is_complete:
        told = peer_prefixes(network, link.network, peering)
        return () if isinstance(told, NotCollected) else told
    names = {name.lower() for name in peering.remote_subnet_names}
    subnets = [s for s in subnets_by_network(network).get(link.far_id, ()) if s.id.name.lower() in names]
    if len(subnets) < len(names):  # not read: the peering's own space is all there is
        return peering.remote_prefixes
    return tuple(prefix for subnet in subnets for prefix in subnet.prefixes)


@remembered
def neighbours_of_hub(network: Network, hub_id: ResourceId) -> tuple[Behind, ...] | NotCollected:
    """The networks peered with a network: for one of them, the others are behind it."""
    match network.virtual_network(hub_id):
        case VirtualNetwork():
            return tuple(
                Behind(id=reached.id, prefixes=reached.prefixes, hub_id=hub_id)
                for reached in reached_directly(network, hub_id)
            )
        case Missing():
            return ()
        case not_collected:
            return not_collected


@remembered
def ranges_behind(network: Network, hub_id: ResourceId) -> PrefixIndex[Behind] | NotCollected:
    """The same, to be asked which of them has a range or an address."""
    neighbours = neighbours_of_hub(network, hub_id)
    if isinstance(neighbours, NotCollected):
        return neighbours
    return PrefixIndex((prefix, behind) for behind in neighbours for prefix in behind.prefixes)


@remembered
def appliance_routes(network: Network, vnet_id: ResourceId) -> tuple[ApplianceRoute, ...]:
    """The routes on a network's subnets that lead to an appliance, each once; tables that were not read show none."""
    tables: dict[ResourceId, RouteTable] = {}
    for subnet in subnets_by_network(network).get(vnet_id, ()):
        table = network.route_table_of(subnet)
        if isinstance(table, RouteTable):
            tables[table.id] = table
    return tuple(
        ApplianceRoute(table_id=table.id, route=route, prefix=route.prefix, next_hop=route.next_hop_address)
        for table in tables.values()
        for route in table.routes
        if route.to_appliance and route.prefix is not None and route.next_hop_address is not None
    )


def leads_to(route: ApplianceRoute, hub: Reached, towards: tuple[IpNetwork, ...]) -> bool:
    """Whether a route sends what goes `towards` a network to an appliance in a hub."""
    return any(_holds(prefix, route.next_hop) for prefix in hub.prefixes) and any(
        route.prefix.version == prefix.version and route.prefix.overlaps(prefix) for prefix in towards
    )


def reached_through(network: Network, vnet: VirtualNetwork, other: VirtualNetwork) -> ResourceId | None:
    """The hub whose appliance carries packets between two networks, both ways; None where there is none."""
    hubs = {reached.id: reached for reached in reached_directly(network, vnet.id)}
    for theirs in reached_directly(network, other.id):
        ours = hubs.get(theirs.id)
        if (
            ours
            and any(leads_to(route, ours, other.prefixes) for route in appliance_routes(network, vnet.id))
            and any(leads_to(route, theirs, vnet.prefixes) for route in appliance_routes(network, other.id))
        ):
            return theirs.id
    return None


def _holds(prefix: IpNetwork, address: IpAddress) -> bool:
    return prefix.version == address.version and address in prefix
