"""Where packets that leave a subnet go: system routes, the owner's, and what a gateway may have learned.

Azure takes the longest prefix; among equal ones the owner's route beats a learned one, and that a system route.
The routes of the network itself and of its peerings win over any learned route, even a longer one.

What ARM does not show, and these answers therefore say instead of guessing: the prefixes that a gateway learns by BGP
(`learned`), and the prefixes behind service tags (`tag_routes`) and service endpoints (`service_endpoints`). The
routes of single addresses that private endpoints bring are left out.

Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from typing import Any, Final, Literal

from ..findings import Evidence
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import ROUTE_TABLES
from ..model import Missing, Network, NotCollected, Peering, Route, RouteTable, Subnet, VirtualNetwork
from ..model.arm import IpAddress, IpNetwork
from ..model.network import remembered
from .cluster_networks import peer_prefixes

DEFAULT_V4: Final = IPv4Network("0.0.0.0/0")
DEFAULT_V6: Final = IPv6Network("::/0")
HALVES: Final = 2
PRIVATE_RANGES: Final = tuple(
    IPv4Network(text) for text in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
)
"""Azure drops what goes there and nowhere nearer, as long as nobody routes 0.0.0.0/0.

With a default route of the owner, packets to these ranges follow it: that is how spokes reach each other through a
hub's firewall, and what https://github.com/Azure/AKS/issues/3874 shows.
"""
_LEARNING: Final = {"gatewaysubnet": "virtualnetworkgateways", "routeserversubnet": "virtualhubs"}
"""The subnets in which something stands that learns routes by BGP, and its type."""

RouteSource = Literal["user", "bgp", "system"]
"""`bgp`: the route to a gateway is known, although its prefixes are not; no such route is made up here."""


class Learned(StrEnum):
    """Whether routes that a gateway learned apply in a subnet. Which ones, ARM never shows."""

    NONE = "none"
    """No gateway is in the network, and none of a peer's is used."""
    POSSIBLE = "possible"
    """There is a gateway: any prefix, 0.0.0.0/0 included, may be routed to it."""
    KEPT_OUT = "kept-out"
    """There is a gateway, and the route table keeps its routes away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveRoute:
    """One route as packets meet it."""

    prefix: IpNetwork
    source: RouteSource
    next_hop_type: str
    """As ARM words it in effective routes: `VnetLocal`, `VNetPeering`, `VNetGlobalPeering`, `VirtualAppliance`,
    `VirtualNetworkGateway`, `Internet`, `None`; of the owner's routes as sent."""
    next_hop_address: IpAddress | None = None
    name: str = ""
    """Of the owner's route, or of the peering."""
    table_id: ResourceId | None = None
    """The route table that it stands in; None for a system route."""
    peer_id: ResourceId | None = None
    """The network behind a peering."""

    @property
    def is_user(self) -> bool:
        return self.source == "user"

    @property
    def hop(self) -> str:
        """The next hop type in lower case, for comparing."""
        return self.next_hop_type.lower()

    @property
    def to_appliance(self) -> bool:
        return self.hop in ("virtualappliance", "virtualapplianceecmp")

    @property
    def path(self) -> str:
        """Where it stands in its table, in ARM's words."""
        return f"properties.routes[{self.name}]"

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The deciding line of the route table; nothing for a system route."""
        if self.table_id is None:
            return ()
        lines = [
            Evidence(self.table_id, f"{self.path}.addressPrefix", str(self.prefix)),
            Evidence(self.table_id, f"{self.path}.nextHopType", self.next_hop_type),
        ]
        if self.next_hop_address:
            lines.append(Evidence(self.table_id, f"{self.path}.nextHopIpAddress", str(self.next_hop_address)))
        return tuple(lines)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EffectiveRoutes:
    """The routes of one subnet, and what may be missing from them."""

    subnet_id: ResourceId
    table: RouteTable | None
    """The subnet's route table; None: it has none, or it was not read (then there is a gap)."""
    routes: tuple[EffectiveRoute, ...]
    """Those that packets can take, each prefix once: IPv4 first, then by prefix."""
    tag_routes: tuple[Route, ...]
    """The owner's routes for service tags, whose prefixes ARM does not show."""
    service_endpoints: tuple[str, ...]
    """Services that are reached on Azure's own ways, whatever the routes say."""
    learned: Learned
    gateway_id: ResourceId | None
    """Of the gateway or route server that may teach routes, or the peered network where it stands."""
    gap: Gap | None
    """The table, or the network, was not read whole: any answer might be another."""
    peers_gap: Gap | None
    """The space of a peered network is not known: answers about addresses outside of this network might be others."""
    _index: dict[IpNetwork, EffectiveRoute] = field(repr=False)
    _lengths: tuple[tuple[int, ...], tuple[int, ...]] = field(repr=False)
    """The lengths that occur, longest first, of IPv4 and IPv6 prefixes."""

    @property
    def default(self) -> EffectiveRoute | NotCollected | None:
        """The route of 0.0.0.0/0, or of its first half where the owner routes both the same way.

        With `default_may_be_learned` a hidden one may take its place.
        """
        return self._default(DEFAULT_V4)

    @property
    def default_v6(self) -> EffectiveRoute | NotCollected | None:
        """The route of ::/0; None in a network without IPv6."""
        return self._default(DEFAULT_V6)

    @property
    def default_may_be_learned(self) -> bool:
        """A gateway may advertise 0.0.0.0/0, and no route of the owner would stand before it."""
        default = self.default
        return self.learned is Learned.POSSIBLE and not (isinstance(default, EffectiveRoute) and default.is_user)

    def for_address(self, address: IpAddress) -> EffectiveRoute | NotCollected | None:
        """The route that a packet to this address takes; None: there is none, it is dropped."""
        if self.gap:
            return NotCollected(self.gap)
        found = self._longest(address)
        if self.peers_gap and not (found and found.hop == "vnetlocal"):
            return NotCollected(self.peers_gap)
        return found

    def for_prefix(self, prefix: IpNetwork) -> tuple[EffectiveRoute, ...] | NotCollected:
        """Every route that some address of the prefix takes, in the order of `routes`."""
        if self.gap:
            return NotCollected(self.gap)
        inside = [r for r in self.routes if r.prefix.version == prefix.version and _within(r.prefix, prefix)]
        taken = [r for r in inside if not _hidden(r.prefix, inside)]
        if prefix not in self._index and not _hidden(prefix, inside):
            around = self._longest(prefix.network_address, up_to=prefix.prefixlen)
            taken = [around, *taken] if around else taken
        if self.peers_gap and not all(route.hop == "vnetlocal" for route in taken):
            return NotCollected(self.peers_gap)
        return tuple(taken)

    def _default(self, prefix: IpNetwork) -> EffectiveRoute | NotCollected | None:
        found = self._index.get(prefix)
        halves = [half for half in map(self._index.get, prefix.subnets()) if half and half.is_user]
        if len(halves) == HALVES:  # 0.0.0.0/1 and 128.0.0.0/1, as VPNs write them, leave nothing to a default route
            found = halves[0]
            if len(set(map(_way, halves))) > 1:
                return NotCollected(_split(found))
        if self.gap and not (found and found.is_user):  # equal prefixes are not accepted: a lost line is another one
            return NotCollected(self.gap)
        return found

    def _longest(self, address: IpAddress, up_to: int = 128) -> EffectiveRoute | None:
        for length in self._lengths[address.version == 6]:
            if length <= up_to:
                found = self._index.get(_truncated(address, length))
                if found:
                    return found
        return None


def _way(route: EffectiveRoute) -> tuple[str, IpAddress | None]:
    return route.next_hop_type.lower(), route.next_hop_address


def _split(route: EffectiveRoute) -> Gap:
    where = route.table_id.text if route.table_id else ""
    return Gap(ROUTE_TABLES, where, None, "NotKnown", "two routes share the Internet and lead to different next hops")


@remembered
def effective_routes(network: Network, subnet: Subnet) -> EffectiveRoutes:
    """The routes of a subnet, and so of every NIC in it."""
    vnet = network.virtual_network(subnet.virtual_network_id)
    table, gap = _table_of(network, subnet)
    routes: dict[IpNetwork, EffectiveRoute] = {}
    peers_gap: Gap | None = None
    learned, gateway_id = Learned.NONE, None
    space: tuple[IpNetwork, ...] = subnet.prefixes
    if isinstance(vnet, VirtualNetwork):
        gap = gap or vnet.gap
        space = vnet.prefixes or subnet.prefixes
        learned, gateway_id = _learned(network, vnet, table)
    else:
        gap = gap or (vnet.gap if isinstance(vnet, NotCollected) else None)
    _add(routes, _defaults(space, _user_routes(table)))
    if isinstance(vnet, VirtualNetwork) and not (table and table.disables_peering_routes):
        peered, peers_gap = _peered(network, vnet, subnet)
        _add(routes, peered)
    _add(routes, (_system(prefix, "VnetLocal") for prefix in space))
    _add(routes, _user_routes(table))
    ordered = sorted(routes.values(), key=lambda route: (route.prefix.version, route.prefix))
    lengths = [{r.prefix.prefixlen for r in ordered if r.prefix.version == version} for version in (4, 6)]
    return EffectiveRoutes(
        subnet_id=subnet.id,
        table=table,
        routes=tuple(ordered),
        tag_routes=tuple(route for route in table.routes if route.service_tag) if table else (),
        service_endpoints=subnet.service_endpoints,
        learned=learned,
        gateway_id=gateway_id,
        gap=gap,
        peers_gap=peers_gap,
        _index={route.prefix: route for route in ordered},
        _lengths=(tuple(sorted(lengths[0], reverse=True)), tuple(sorted(lengths[1], reverse=True))),
    )


def _table_of(network: Network, subnet: Subnet) -> tuple[RouteTable | None, Gap | None]:
    """The subnet's table, and why it may hold more than is known. A dangling reference leads to no table."""
    match network.route_table_of(subnet):
        case RouteTable() as table:
            return table, subnet.gap or table.gap
        case NotCollected(gap):
            return None, gap
        case _:
            return None, subnet.gap


def _user_routes(table: RouteTable | None) -> list[EffectiveRoute]:
    return [
        EffectiveRoute(
            prefix=route.prefix,
            source="user",
            next_hop_type=route.next_hop_type,
            next_hop_address=route.next_hop_address,
            name=route.name,
            table_id=table.id,
        )
        for route in (table.routes if table else ())
        if table and route.prefix
    ]


def _system(prefix: IpNetwork, next_hop_type: str, **more: Any) -> EffectiveRoute:
    return EffectiveRoute(prefix=prefix, source="system", next_hop_type=next_hop_type, **more)


def _defaults(space: tuple[IpNetwork, ...], user: list[EffectiveRoute]) -> list[EffectiveRoute]:
    """The routes to the Internet, and those that drop private destinations nobody uses."""
    found = [_system(DEFAULT_V4, "Internet")]
    if any(prefix.version == 6 for prefix in space):
        found.append(_system(DEFAULT_V6, "Internet"))
    if not any(route.prefix == DEFAULT_V4 for route in user):
        in_use = [prefix for prefix in space if isinstance(prefix, IPv4Network)]
        found += [_system(r, "None") for r in PRIVATE_RANGES if not any(r.subnet_of(prefix) for prefix in in_use)]
    return found


def _peered(network: Network, vnet: VirtualNetwork, subnet: Subnet) -> tuple[list[EffectiveRoute], Gap | None]:
    """The routes that peerings bring, and why there may be more."""
    found: list[EffectiveRoute] = []
    gap: Gap | None = None
    for peering in vnet.peerings:
        if not peering.is_connected or peering.allows_access is False or not _joins(peering, subnet):
            continue
        match prefixes_behind(network, vnet, peering):
            case NotCollected(unread):
                gap = gap or unread
            case prefixes:
                hop = _peering_hop(network, vnet, peering)
                found += [_system(p, hop, name=peering.name, peer_id=peering.remote_id) for p in prefixes]
    return found, gap


def _joins(peering: Peering, subnet: Subnet) -> bool:
    """Whether a peering is there for a subnet; a peering of subnets names those it joins."""
    return peering.is_complete or subnet.id.name.lower() in {name.lower() for name in peering.local_subnet_names}


def prefixes_behind(network: Network, vnet: VirtualNetwork, peering: Peering) -> tuple[IpNetwork, ...] | NotCollected:
    """What a peering leads to: the whole space of the other network, or the subnets that it names there."""
    if peering.is_complete or peering.remote_id is None:
        return peer_prefixes(network, vnet, peering)
    prefixes: list[IpNetwork] = []
    for name in peering.remote_subnet_names:
        match network.subnet(peering.remote_id.child("subnets", name)):
            case Subnet() as remote:
                prefixes += remote.prefixes
            case NotCollected() as unread:
                return unread
            case Missing():
                pass
    return tuple(prefixes)


def _peering_hop(network: Network, vnet: VirtualNetwork, peering: Peering) -> str:
    remote = network.virtual_networks.get(peering.remote_id) if peering.remote_id else None
    is_global = remote and remote.location and vnet.location and _region(remote) != _region(vnet)
    return "VNetGlobalPeering" if is_global else "VNetPeering"


def _region(vnet: VirtualNetwork) -> str:
    """`West Europe` and `westeurope` are the same."""
    return vnet.location.replace(" ", "").lower()


def _learned(network: Network, vnet: VirtualNetwork, table: RouteTable | None) -> tuple[Learned, ResourceId | None]:
    gateway = next(iter(gateways_in(vnet)), None)
    if gateway is None:
        using = (p for p in vnet.peerings if p.uses_remote_gateways and p.is_connected and p.remote_id)
        gateway = next((_remote_gateway(network, peering) for peering in using), None)
    if gateway is None:
        return Learned.NONE, None
    return (Learned.KEPT_OUT if table and table.disables_bgp_propagation else Learned.POSSIBLE), gateway


def _remote_gateway(network: Network, peering: Peering) -> ResourceId | None:
    """The gateway of a peered network, or the network itself where it was not read."""
    remote = network.virtual_networks.get(peering.remote_id) if peering.remote_id else None
    return next(iter(gateways_in(remote)), peering.remote_id) if remote else peering.remote_id


def gateways_in(vnet: VirtualNetwork) -> tuple[ResourceId, ...]:
    """The VPN and ExpressRoute gateways and route servers in a network, as its subnets tell it."""
    return tuple(
        attachment.resource_id
        for subnet in vnet.subnets
        if (wanted := _LEARNING.get(subnet.id.name.lower()))
        for attachment in subnet.attachments
        if f"/{wanted}/" in attachment.resource_id.key
    )


def _add(routes: dict[IpNetwork, EffectiveRoute], more: Iterable[EffectiveRoute]) -> None:
    """Later ones win over earlier ones with the same prefix."""
    routes.update((route.prefix, route) for route in more)


def _within(inner: IpNetwork, outer: IpNetwork) -> bool:
    return inner.prefixlen >= outer.prefixlen and _truncated(inner.network_address, outer.prefixlen) == outer


def _truncated(address: IpAddress, length: int) -> IpNetwork:
    """The network of this length around an address."""
    kept = int(address) >> (address.max_prefixlen - length) << (address.max_prefixlen - length)
    return IPv4Network((kept, length)) if address.version == 4 else IPv6Network((kept, length))


def _hidden(prefix: IpNetwork, routes: list[EffectiveRoute]) -> bool:
    """Whether longer prefixes among the routes take every address of this one."""
    longer: list[Any] = [r.prefix for r in routes if r.prefix != prefix and _within(r.prefix, prefix)]
    return list(collapse_addresses(longer)) == [prefix]
