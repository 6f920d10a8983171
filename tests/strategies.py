"""Random things for property tests: small worlds, so that a naive reference can try every packet."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st

from .estate import Estate, Json, security_rule

NEAR = ("10.0.0.0/30", "10.0.0.0/31", "10.0.0.2/32", "10.0.0.3")
"""Within the virtual network of `naive_security`."""
FAR = ("20.0.0.0/30", "20.0.0.1/32", "0.0.0.0/0", "168.63.129.16/32")
TAGS = ("VirtualNetwork", "INTERNET", "AzureLoadBalancer", "*")
OPEN_TAGS = ("Storage", "Sql.westeurope", "Contoso")
"""Whose addresses the code does not know."""


def _one_or_several(values: st.SearchStrategy[str]) -> st.SearchStrategy[str | list[str]]:
    return values | st.lists(values, min_size=1, max_size=3, unique=True)


def security_rules(direction: str, *, with_open_tags: bool = False) -> st.SearchStrategy[list[Json]]:
    """Some rules of one direction as ARM words them, in no order, each with a priority of its own."""
    side = st.sampled_from((*NEAR, *FAR, *TAGS, *(OPEN_TAGS if with_open_tags else ())))
    plain = st.sampled_from((*NEAR, *FAR, *(OPEN_TAGS if with_open_tags else ())))
    sides = side | st.lists(plain, min_size=1, max_size=3, unique=True)
    rule = st.builds(
        security_rule,
        name=st.uuids().map(lambda uuid: f"r-{uuid.hex[:8]}"),
        priority=st.integers(100, 4096),
        access=st.sampled_from(("Allow", "Deny", "ALLOW", "deny")),
        direction=st.just(direction),
        protocol=st.sampled_from(("*", "Tcp", "UDP", "Icmp")),
        source=sides,
        destination=sides,
        ports=_one_or_several(st.sampled_from(("*", "1", "2-3", "3-5"))),
    )
    return st.lists(rule, max_size=6, unique_by=lambda item: item["properties"]["priority"])


# ------------------------------------------------------------------------------------------------- routes

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

HOPS = ("Internet", "None", "VnetLocal", "VirtualNetworkGateway", "10.0.0.4", "fd00::4")
"""Next hops as `Estate.add_route` takes them; `None` is ARM's word for dropping."""

_PEERINGS: Final[list[dict[str, Any]]] = [
    {},
    {},
    {"peeringState": "Disconnected"},
    {"allowVirtualNetworkAccess": False},
]
"""Half of them connected and open."""


def _ranges(base: str, shortest: int, longest: int) -> st.SearchStrategy[IpNetwork]:
    """Ranges inside a base, so close together that they often hold each other."""
    around = ipaddress.ip_network(base)

    @st.composite
    def ranges(draw: st.DrawFn) -> IpNetwork:
        length = draw(st.integers(shortest, longest))
        free = length - around.prefixlen
        number = draw(st.integers(0, (1 << free) - 1)) << (around.max_prefixlen - length)
        return ipaddress.ip_network((int(around.network_address) + number, length))

    return ranges()


def ipv4_ranges(shortest: int = 8, longest: int = 14) -> st.SearchStrategy[IpNetwork]:
    return _ranges("10.0.0.0/8", shortest, longest)


def ipv6_ranges() -> st.SearchStrategy[IpNetwork]:
    return _ranges("fd00::/16", 16, 22)


def route_prefixes() -> st.SearchStrategy[IpNetwork]:
    """What owners route: defaults, private summaries, ranges inside the network and around it."""
    odd = st.sampled_from(
        [ipaddress.ip_network(text) for text in ("0.0.0.0/0", "::/0", "0.0.0.0/1", "172.16.0.0/12", "20.0.0.0/8")]
    )
    return odd | ipv4_ranges(8, 20) | ipv6_ranges()


def addresses_near(ranges: list[IpNetwork]) -> st.SearchStrategy[IpAddress]:
    """First and last addresses of the ranges, one before and one behind, and any other."""
    edges: list[IpAddress] = []
    for prefix in ranges:
        for number in (int(prefix[0]), int(prefix[-1]), int(prefix[0]) - 1, int(prefix[-1]) + 1):
            if 0 <= number < 1 << prefix.max_prefixlen:
                edges.append(type(prefix[0])(number))
    anywhere: st.SearchStrategy[IpAddress] = st.ip_addresses()
    return st.sampled_from(edges) | anywhere if edges else anywhere


@dataclass(kw_only=True)
class Routed:
    """A network with one subnet, what it is peered with, and the routes of its table."""

    estate: Estate
    space: list[IpNetwork]
    peers: dict[str, list[IpNetwork]] = field(default_factory=dict)
    """By the name of the peered network; only connected ones."""
    routes: dict[IpNetwork, str] = field(default_factory=dict)
    """Prefix to next hop, as `Estate.add_route` takes it."""

    @property
    def ranges(self) -> list[IpNetwork]:
        return [*self.space, *(p for peer in self.peers.values() for p in peer), *self.routes]


@st.composite
def routed_networks(draw: st.DrawFn) -> Routed:
    """A virtual network of either family, connected and other peerings, and a table of any routes."""
    first = draw(ipv4_ranges())
    space = [first]
    if draw(st.booleans()):
        space.append(ipaddress.ip_network("fd00::/20"))
    estate = Estate()
    vnet = estate.virtual_network("vnet", [str(p) for p in space], {"nodes": str(_first_24(first))})
    found = Routed(estate=estate, space=space)
    taken = list(space)
    for number in range(draw(st.integers(0, 3))):
        prefix = draw(ipv4_ranges())
        if any(prefix.version == other.version and prefix.overlaps(other) for other in taken):
            continue
        taken.append(prefix)
        peer = estate.virtual_network(f"peer{number}", [str(prefix)], {"shared": str(_first_24(prefix))})
        changes = draw(st.sampled_from(_PEERINGS))
        estate.peer(vnet, peer, **changes)
        if not changes:
            found.peers[f"peer{number}"] = [prefix]
    prefixes = draw(st.none() | st.lists(route_prefixes(), unique=True, max_size=8))
    if prefixes is not None:
        table: Json = estate.route_table("rt", subnets=[vnet["properties"]["subnets"][0]])
        for prefix in prefixes:
            found.routes[prefix] = draw(st.sampled_from(HOPS))
            estate.add_route(table, str(prefix), found.routes[prefix])
    return found


def _first_24(prefix: IpNetwork) -> IpNetwork:
    return ipaddress.ip_network((int(prefix.network_address), 24))
