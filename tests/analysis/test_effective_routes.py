from __future__ import annotations

from ipaddress import IPv4Network, ip_address, ip_network
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aks_audit.analysis.effective_routes import EffectiveRoute, EffectiveRoutes, Learned, effective_routes
from aks_audit.model import Network, NotCollected
from tests.estate import Estate, Json, subnet
from tests.networks import network_of
from tests.strategies import IpAddress, IpNetwork, Routed, addresses_near, routed_networks

TABLES = "Microsoft.Network/routeTables"
VNETS = "Microsoft.Network/virtualNetworks"
ALL_PRIVATE = {"10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"}


def routes_in(network: Network, name: str = "nodes") -> EffectiveRoutes:
    """The routes of the subnet of this name."""
    (found,) = (s for s in network.subnets.values() if s.id.name == name)
    return effective_routes(network, found)


def shown(routes: EffectiveRoutes) -> dict[str, str]:
    return {str(route.prefix): route.next_hop_type for route in routes.routes}


def hop(routes: EffectiveRoutes, address: str) -> str:
    found = routes.for_address(ip_address(address))
    assert isinstance(found, EffectiveRoute)
    return f"{found.prefix} {found.source} {found.next_hop_type}"


def a_spoke(routes: dict[str, str] | None = None, **peering: Any) -> tuple[Estate, Json, Json]:
    """An estate with a hub and a spoke, in which `nodes` has a table where routes are given."""
    estate = Estate()
    hub = estate.virtual_network("hub", "10.0.0.0/16", {"shared": "10.0.4.0/24", "apps": "10.0.5.0/24"})
    spoke = estate.virtual_network("spoke", "10.1.0.0/16", {"nodes": "10.1.0.0/24", "more": "10.1.1.0/24"})
    estate.peer(spoke, hub, **peering)
    if routes is not None:
        estate.route_table("rt", routes, subnets=[subnet(spoke, "nodes")])
    return estate, spoke, hub


# -------------------------------------------------------------------------------- what routes there are


def test_a_network_of_its_own_has_the_systems_routes() -> None:
    estate = Estate()
    estate.virtual_network("vnet", ["10.1.0.0/16", "172.16.0.0/12"], {"nodes": "10.1.0.0/24"})
    assert shown(routes_in(network_of(estate))) == {
        "0.0.0.0/0": "Internet",
        "10.0.0.0/8": "None",
        "10.1.0.0/16": "VnetLocal",
        "100.64.0.0/10": "None",
        "172.16.0.0/12": "VnetLocal",
        "192.168.0.0/16": "None",
    }


def test_a_network_with_ipv6_has_a_default_route_of_that_too() -> None:
    estate = Estate()
    estate.virtual_network("vnet", ["10.1.0.0/16", "fd00::/48"], {"nodes": "10.1.0.0/24"})
    routes = routes_in(network_of(estate))
    assert hop(routes, "fd00::1") == "fd00::/48 system VnetLocal"
    assert hop(routes, "2001:db8::1") == "::/0 system Internet"
    assert isinstance(routes.default_v6, EffectiveRoute)
    assert routes.default_v6.hop == "internet"


def test_a_network_without_ipv6_has_no_way_for_it() -> None:
    estate = Estate()
    estate.virtual_network()
    routes = routes_in(network_of(estate))
    assert routes.default_v6 is None
    assert routes.for_address(ip_address("2001:db8::1")) is None


def test_a_connected_peering_brings_the_space_of_the_other_network() -> None:
    estate, _, hub = a_spoke()
    routes = routes_in(network_of(estate))
    assert hop(routes, "10.0.4.9") == "10.0.0.0/16 system VNetPeering"
    found = routes.for_address(ip_address("10.0.4.9"))
    assert isinstance(found, EffectiveRoute)
    assert (found.name, found.peer_id and found.peer_id.text) == ("spoke-to-hub", hub["id"])
    assert found.evidence == ()


def test_a_peering_with_another_region_is_global() -> None:
    estate, _, hub = a_spoke()
    hub["location"] = "northeurope"
    assert hop(routes_in(network_of(estate)), "10.0.4.9") == "10.0.0.0/16 system VNetGlobalPeering"
    hub["location"] = "West Europe"
    assert hop(routes_in(network_of(estate)), "10.0.4.9") == "10.0.0.0/16 system VNetPeering"


def test_a_peering_that_is_not_connected_or_forbids_access_brings_nothing() -> None:
    for changes in ({"peeringState": "Initiated"}, {"allowVirtualNetworkAccess": False}):
        estate, _, _ = a_spoke(**changes)
        assert hop(routes_in(network_of(estate)), "10.0.4.9") == "10.0.0.0/8 system None"


def test_a_peering_of_subnets_joins_only_those_that_it_names() -> None:
    names: dict[str, Any] = {"peerCompleteVnets": False, "localSubnetNames": ["NODES"], "remoteSubnetNames": ["apps"]}
    estate, _, _ = a_spoke(**names)
    network = network_of(estate)
    assert hop(routes_in(network), "10.0.5.9") == "10.0.5.0/24 system VNetPeering"
    assert hop(routes_in(network), "10.0.4.9") == "10.0.0.0/8 system None"
    assert hop(routes_in(network, "more"), "10.0.5.9") == "10.0.0.0/8 system None"


def test_a_table_can_keep_the_routes_of_peerings_out() -> None:
    estate, spoke, _ = a_spoke({})
    estate.route_table_of_subnet(subnet(spoke, "nodes"))["properties"]["disablePeeringRoute"] = "All"
    assert hop(routes_in(network_of(estate)), "10.0.4.9") == "10.0.0.0/8 system None"


# ------------------------------------------------------------------------------------------------- which one wins


def test_the_longest_prefix_wins_and_the_owner_among_equals() -> None:
    estate, _, _ = a_spoke({"0.0.0.0/0": "10.0.4.4", "10.1.0.0/16": "10.0.4.5", "10.0.0.0/8": "None"})
    routes = routes_in(network_of(estate))
    assert hop(routes, "8.8.8.8") == "0.0.0.0/0 user VirtualAppliance"
    assert hop(routes, "10.1.0.9") == "10.1.0.0/16 user VirtualAppliance"
    assert hop(routes, "10.0.4.9") == "10.0.0.0/16 system VNetPeering"
    assert hop(routes, "10.9.0.9") == "10.0.0.0/8 user None"


def test_a_default_route_of_the_owner_takes_private_destinations_along() -> None:
    estate, _, _ = a_spoke({"0.0.0.0/0": "10.0.4.4"})
    routes = routes_in(network_of(estate))
    assert ALL_PRIVATE.isdisjoint(shown(routes))
    assert hop(routes, "192.168.7.7") == "0.0.0.0/0 user VirtualAppliance"


def test_the_default_route_names_its_line() -> None:
    estate, spoke, _ = a_spoke({"0.0.0.0/0": "10.0.4.4"})
    table = estate.route_table_of_subnet(subnet(spoke, "nodes"))
    default = routes_in(network_of(estate)).default
    assert isinstance(default, EffectiveRoute)
    assert default.to_appliance
    assert [(e.resource_id.text, e.path, e.value) for e in default.evidence] == [
        (table["id"], "properties.routes[default].addressPrefix", "0.0.0.0/0"),
        (table["id"], "properties.routes[default].nextHopType", "VirtualAppliance"),
        (table["id"], "properties.routes[default].nextHopIpAddress", "10.0.4.4"),
    ]


def test_routes_of_service_tags_are_kept_apart() -> None:
    estate, _, _ = a_spoke({"Storage.WestEurope": "Internet"})
    routes = routes_in(network_of(estate))
    assert [route.service_tag for route in routes.tag_routes] == ["Storage.WestEurope"]
    assert hop(routes, "8.8.8.8") == "0.0.0.0/0 system Internet"


def test_a_prefix_is_answered_by_every_route_that_takes_a_part_of_it() -> None:
    estate, _, _ = a_spoke({"10.1.0.0/25": "10.0.4.4", "10.1.2.0/24": "10.0.4.4", "10.1.2.0/25": "None"})
    routes = routes_in(network_of(estate))

    def taken(prefix: str) -> list[str]:
        found = routes.for_prefix(ip_network(prefix))
        assert not isinstance(found, NotCollected)
        return [str(route.prefix) for route in found]

    assert taken("10.1.0.0/24") == ["10.1.0.0/16", "10.1.0.0/25"]
    assert taken("10.1.0.0/25") == ["10.1.0.0/25"]
    assert taken("10.1.2.0/24") == ["10.1.2.0/24", "10.1.2.0/25"]
    assert taken("10.1.9.0/24") == ["10.1.0.0/16"]
    assert taken("10.1.0.0/16") == ["10.1.0.0/16", "10.1.0.0/25", "10.1.2.0/24", "10.1.2.0/25"]


def test_a_route_that_longer_ones_hide_wholly_takes_nothing() -> None:
    estate, _, _ = a_spoke({"10.1.0.0/17": "10.0.4.4", "10.1.128.0/17": "10.0.4.5"})
    found = routes_in(network_of(estate)).for_prefix(ip_network("10.1.0.0/16"))
    assert not isinstance(found, NotCollected)
    assert [str(route.prefix) for route in found] == ["10.1.0.0/17", "10.1.128.0/17"]


# ------------------------------------------------------------------------------------------------- gateways


def test_without_a_gateway_nothing_is_learned() -> None:
    estate, _, _ = a_spoke()
    routes = routes_in(network_of(estate))
    assert (routes.learned, routes.gateway_id, routes.default_may_be_learned) == (Learned.NONE, None, False)


def test_a_gateway_in_the_network_may_teach_a_default_route() -> None:
    estate, spoke, _ = a_spoke()
    gateway = estate.virtual_network_gateway(spoke)
    routes = routes_in(network_of(estate))
    assert (routes.learned, routes.default_may_be_learned) == (Learned.POSSIBLE, True)
    assert routes.gateway_id
    assert routes.gateway_id.key == gateway["id"].lower()


def test_a_gateway_subnet_without_a_gateway_teaches_nothing() -> None:
    estate, spoke, _ = a_spoke()
    estate.add_subnet(spoke, "GatewaySubnet", "10.1.9.0/27")
    assert routes_in(network_of(estate)).learned is Learned.NONE


def test_a_route_server_teaches_as_a_gateway_does() -> None:
    estate, spoke, _ = a_spoke()
    estate.route_server(spoke)
    assert routes_in(network_of(estate)).learned is Learned.POSSIBLE


def test_the_gateway_of_a_hub_teaches_where_the_peering_uses_it() -> None:
    estate, _, hub = a_spoke(useRemoteGateways=True)
    gateway = estate.virtual_network_gateway(hub)
    routes = routes_in(network_of(estate))
    assert routes.learned is Learned.POSSIBLE
    assert routes.gateway_id
    assert routes.gateway_id.key == gateway["id"].lower()


def test_the_gateway_of_a_hub_that_was_not_read_may_teach_too() -> None:
    estate, _, hub = a_spoke(useRemoteGateways=True)
    estate.remove(hub)
    routes = routes_in(network_of(estate))
    assert routes.learned is Learned.POSSIBLE
    assert routes.gateway_id
    assert routes.gateway_id.text == hub["id"]


def test_a_disconnected_peering_teaches_nothing() -> None:
    estate, _, hub = a_spoke(useRemoteGateways=True, peeringState="Disconnected")
    estate.virtual_network_gateway(hub)
    assert routes_in(network_of(estate)).learned is Learned.NONE


def test_a_table_can_keep_learned_routes_out() -> None:
    estate, spoke, _ = a_spoke({})
    estate.virtual_network_gateway(spoke)
    estate.route_table_of_subnet(subnet(spoke, "nodes"))["properties"]["disableBgpRoutePropagation"] = True
    routes = routes_in(network_of(estate))
    assert (routes.learned, routes.default_may_be_learned) == (Learned.KEPT_OUT, False)


def test_the_owners_default_route_stands_before_a_learned_one() -> None:
    estate, spoke, _ = a_spoke({"0.0.0.0/0": "10.0.4.4"})
    estate.virtual_network_gateway(spoke)
    routes = routes_in(network_of(estate))
    assert (routes.learned, routes.default_may_be_learned) == (Learned.POSSIBLE, False)


# ------------------------------------------------------------------------------------------------- what was not read


def test_without_the_table_nothing_can_be_told() -> None:
    estate, _, _ = a_spoke({"0.0.0.0/0": "10.0.4.4"})
    routes = routes_in(network_of(estate, refused=[TABLES]))
    assert routes.gap
    assert routes.gap.status == 403
    for answer in (routes.default, routes.for_address(ip_address("10.1.0.9")), routes.for_prefix(ip_network("::/0"))):
        assert answer == NotCollected(routes.gap)


def test_a_table_that_does_not_exist_has_no_routes() -> None:
    estate, spoke, _ = a_spoke({"0.0.0.0/0": "10.0.4.4"})
    estate.remove(estate.route_table_of_subnet(subnet(spoke, "nodes")))
    routes = routes_in(network_of(estate))
    assert (routes.gap, routes.table) == (None, None)
    assert hop(routes, "8.8.8.8") == "0.0.0.0/0 system Internet"


def test_a_line_that_does_not_parse_leaves_the_default_route_known() -> None:
    estate, spoke, _ = a_spoke({"0.0.0.0/0": "10.0.4.4"})
    estate.add_route(estate.route_table_of_subnet(subnet(spoke, "nodes")), "10.0.0/8", "Internet")
    routes = routes_in(network_of(estate))
    assert isinstance(routes.default, EffectiveRoute)
    assert isinstance(routes.for_address(ip_address("10.0.4.9")), NotCollected)


def test_a_line_that_does_not_parse_may_be_the_default_route() -> None:
    estate, _, _ = a_spoke({"0.0.0.0/x": "10.0.4.4"})
    assert isinstance(routes_in(network_of(estate)).default, NotCollected)


def test_a_peer_whose_space_is_not_known_leaves_only_the_own_network_sure() -> None:
    estate, spoke, hub = a_spoke({"0.0.0.0/0": "10.0.4.4"})
    for words in ("remoteAddressSpace", "remoteVirtualNetworkAddressSpace"):
        spoke["properties"]["virtualNetworkPeerings"][0]["properties"].pop(words)
    estate.remove(hub)
    other = "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/x/providers"
    hub_id = f"{other}/Microsoft.Network/virtualNetworks/hub"
    spoke["properties"]["virtualNetworkPeerings"][0]["properties"]["remoteVirtualNetwork"]["id"] = hub_id
    routes = routes_in(network_of(estate))
    assert routes.gap is None
    assert hop(routes, "10.1.0.9") == "10.1.0.0/16 system VnetLocal"
    assert isinstance(routes.for_address(ip_address("10.0.4.9")), NotCollected)
    assert isinstance(routes.for_prefix(ip_network("10.0.0.0/8")), NotCollected)
    assert isinstance(routes.for_prefix(ip_network("10.1.0.0/24")), tuple)
    assert isinstance(routes.default, EffectiveRoute)


def test_without_the_network_nothing_can_be_told() -> None:
    estate = Estate()
    vnet = estate.virtual_network()
    alone = {**subnet(vnet, "nodes")}
    estate.remove(vnet)
    estate.resources.append(alone)
    vnet_id = vnet["id"].replace(estate.subscription, "00000000-0000-0000-0000-000000000009")
    alone["id"] = f"{vnet_id}/subnets/nodes"
    assert isinstance(routes_in(network_of(estate)).default, NotCollected)


def test_an_answer_is_remembered() -> None:
    network = network_of(a_spoke()[0])
    assert routes_in(network) is routes_in(network)


# -------------------------------------------------------------------------------- against a naive reference


def naive(routed: Routed, address: IpAddress) -> tuple[IpNetwork, str] | None:
    """Every route there could be, tried one by one: the longest, and among equals the strongest."""
    candidates: list[tuple[IpNetwork, int, str]] = [(ip_network("0.0.0.0/0"), 0, "Internet")]
    if any(prefix.version == 6 for prefix in routed.space):
        candidates.append((ip_network("::/0"), 0, "Internet"))
    if ip_network("0.0.0.0/0") not in routed.routes:
        candidates += [(IPv4Network(text), 0, "None") for text in ALL_PRIVATE]
    candidates += [(prefix, 2, "VnetLocal") for prefix in routed.space]
    candidates += [(prefix, 1, "VNetPeering") for peer in routed.peers.values() for prefix in peer]
    for prefix, next_hop in routed.routes.items():
        candidates.append((prefix, 3, "VirtualAppliance" if "4" in next_hop else next_hop))
    fitting = [c for c in candidates if c[0].version == address.version and address in c[0]]
    if not fitting:
        return None
    prefix, _, next_hop = max(fitting, key=lambda c: (c[0].prefixlen, c[1]))
    return prefix, next_hop


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(routed_networks(), st.data())
def test_any_address_takes_the_route_that_trying_them_all_gives(routed: Routed, data: st.DataObject) -> None:
    routes = routes_in(network_of(routed.estate))
    for _ in range(8):
        address = data.draw(addresses_near(routed.ranges))
        found = routes.for_address(address)
        assert not isinstance(found, NotCollected)
        assert (found and (found.prefix, found.next_hop_type)) == naive(routed, address)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(routed_networks(), st.data())
def test_a_prefix_takes_the_routes_of_its_addresses_and_no_others(routed: Routed, data: st.DataObject) -> None:
    routes = routes_in(network_of(routed.estate))
    prefix = data.draw(st.sampled_from(routed.ranges))
    taken = routes.for_prefix(prefix)
    assert not isinstance(taken, NotCollected)
    prefixes = {route.prefix for route in taken}
    private = [ip_network(text) for text in ALL_PRIVATE]
    near = [p for p in [*routed.ranges, *private, prefix] if p.version == prefix.version]
    edges = {a for p in near for a in (p[0], p[-1]) if a in prefix} | {
        type(p[0])(n)
        for p in near
        for n in (int(p[0]) - 1, int(p[-1]) + 1)
        if 0 <= n < 1 << p.max_prefixlen and type(p[0])(n) in prefix
    }
    met = {found[0] for address in edges if (found := naive(routed, address))}
    assert met == prefixes


def halves(first: str, second: str) -> Network:
    estate = Estate()
    vnet = estate.virtual_network(subnets={"nodes": "10.1.0.0/24"})
    estate.route_table(routes={"0.0.0.0/1": first, "128.0.0.0/1": second}, subnets=[subnet(vnet, "nodes")])
    return network_of(estate)


def test_two_halves_that_lead_the_same_way_are_the_default_route() -> None:
    network = halves("10.9.0.4", "10.9.0.4")
    default = effective_routes(network, next(iter(network.subnets.values()))).default
    assert isinstance(default, EffectiveRoute)
    assert (str(default.prefix), str(default.next_hop_address)) == ("0.0.0.0/1", "10.9.0.4")


def test_two_halves_that_lead_different_ways_leave_no_default_route_to_speak_of() -> None:
    network = halves("10.9.0.4", "Internet")
    default = effective_routes(network, next(iter(network.subnets.values()))).default
    assert isinstance(default, NotCollected)
    assert default.gap.message == "two routes share the Internet and lead to different next hops"
