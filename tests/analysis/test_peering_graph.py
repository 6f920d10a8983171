from __future__ import annotations

import pytest

from aks_audit.analysis.peering_graph import (
    Half,
    PeeringLink,
    appliance_routes,
    nameless_peerings,
    neighbours_of_hub,
    peerings_in_use,
    peerings_of,
    reached_directly,
    reached_through,
)
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.model import Missing, Network, NotCollected
from tests.estate import Estate, Json, subnet
from tests.networks import network_of

ELSEWHERE = "/subscriptions/00000000-0000-0000-0000-00000000000b/resourceGroups/rg/providers/Microsoft.Network"


def a_hub_and_two_spokes() -> tuple[Estate, Json, Json, Json]:
    estate = Estate()
    hub = estate.virtual_network("hub", "10.0.0.0/16", {"shared": "10.0.4.0/24"})
    one = estate.virtual_network("one", "10.1.0.0/16", {"nodes": "10.1.0.0/24"}, peer_with=[hub])
    two = estate.virtual_network("two", "10.2.0.0/16", {"hosts": "10.2.0.0/24", "more": "10.2.1.0/24"}, peer_with=[hub])
    estate.cluster("aks1", subnet=subnet(one, "nodes"))
    return estate, hub, one, two


def the_id(resource: Json) -> ResourceId:
    return ResourceId.of(resource["id"])


def only_link(network: Network, vnet: Json) -> PeeringLink:
    (link,) = peerings_of(network, the_id(vnet))
    return link


def test_knows_both_halves_of_a_peering() -> None:
    estate, hub, one, _ = a_hub_and_two_spokes()
    link = only_link(network_of(estate), one)
    assert isinstance(link.far, Half)
    assert (link.near.peering.name, link.far.peering.name) == ("one-to-hub", "hub-to-one")
    assert (link.near.owner, link.far.owner, link.far_id) == (the_id(one), the_id(hub), the_id(hub))
    assert link.near.id == the_id(one).child("virtualNetworkPeerings", "one-to-hub")
    assert link.near.path("peeringState") == "properties.virtualNetworkPeerings[one-to-hub].peeringState"
    assert link.halves == (link.near, link.far)
    assert link.is_connected
    assert link.is_open


@pytest.mark.parametrize(("half", "is_connected"), [(0, False), (1, False)])
def test_is_connected_only_if_both_halves_are(half: int, is_connected: bool) -> None:
    estate, hub, one, _ = a_hub_and_two_spokes()
    (one, hub)[half]["properties"]["virtualNetworkPeerings"][0]["properties"]["peeringState"] = "Disconnected"
    link = only_link(network_of(estate), one)
    assert link.is_connected is is_connected
    assert not link.is_open


@pytest.mark.parametrize("half", [0, 1])
def test_is_closed_where_one_half_refuses_access(half: int) -> None:
    estate, hub, one, _ = a_hub_and_two_spokes()
    properties = (one, hub)[half]["properties"]["virtualNetworkPeerings"][0]["properties"]
    properties["allowVirtualNetworkAccess"] = False
    link = only_link(network_of(estate), one)
    assert link.is_connected
    assert not link.is_open
    del properties["allowVirtualNetworkAccess"]
    assert only_link(network_of(estate), one).is_open, "absent means allowed"


def test_a_half_that_is_not_there_is_missing() -> None:
    estate, hub, one, _ = a_hub_and_two_spokes()
    hub["properties"]["virtualNetworkPeerings"].pop(0)
    link = only_link(network_of(estate), one)
    assert isinstance(link.far, Missing)
    assert not link.is_connected
    estate.remove(hub)
    assert isinstance(only_link(network_of(estate), one).far, Missing)


def test_a_half_in_a_network_nobody_could_read_is_not_collected() -> None:
    estate, _, one, _ = a_hub_and_two_spokes()
    half = one["properties"]["virtualNetworkPeerings"][0]["properties"]
    half["remoteVirtualNetwork"] = {"id": f"{ELSEWHERE}/virtualNetworks/far"}
    link = only_link(network_of(estate), one)
    assert isinstance(link.far, NotCollected)
    assert link.halves == (link.near,)
    assert link.is_connected, "Azure's state of one's own half tells"
    half["peeringState"] = "Initiated"
    assert not only_link(network_of(estate), one).is_connected


def test_a_half_that_did_not_parse_is_not_collected() -> None:
    estate, hub, one, _ = a_hub_and_two_spokes()
    hub["properties"]["virtualNetworkPeerings"] = "all"
    far = only_link(network_of(estate), one).far
    assert isinstance(far, NotCollected)
    assert far.gap.code == "InvalidValue"


def test_knows_the_hub_of_a_virtual_wan() -> None:
    estate, _, one, _ = a_hub_and_two_spokes()
    half = one["properties"]["virtualNetworkPeerings"][0]
    half["name"] = "RemoteVnetToHubPeering_1"
    half["properties"]["remoteVirtualNetwork"] = {"id": f"{ELSEWHERE}/virtualNetworks/HV_hub_1"}
    assert only_link(network_of(estate), one).is_virtual_hub
    half["name"] = "mine"
    assert not only_link(network_of(estate), one).is_virtual_hub


def test_lists_each_pair_in_use_once() -> None:
    estate, hub, one, two = a_hub_and_two_spokes()
    estate.cluster("aks2", subnet=subnet(hub, "shared"))
    pairs = {frozenset((link.network.id, link.far_id)) for link in peerings_in_use(network_of(estate))}
    assert pairs == {frozenset((the_id(hub), the_id(one))), frozenset((the_id(hub), the_id(two)))}
    assert len(peerings_in_use(network_of(estate))) == 2


def test_names_what_names_no_remote_network() -> None:
    estate, _, one, _ = a_hub_and_two_spokes()
    one["properties"]["virtualNetworkPeerings"][0]["properties"]["remoteVirtualNetwork"] = None
    network = network_of(estate)
    assert peerings_of(network, the_id(one)) == ()
    (gap,) = nameless_peerings(network.virtual_networks[the_id(one)])
    assert (gap.code, gap.scope, gap.message) == (
        "NotCollected",
        one["id"],
        "peering one-to-hub names no remote virtual network",
    )


def test_reaches_a_peer_with_its_whole_space() -> None:
    estate, hub, one, _ = a_hub_and_two_spokes()
    (reached,) = reached_directly(network_of(estate), the_id(one))
    assert (reached.id, [str(p) for p in reached.prefixes]) == (the_id(hub), ["10.0.0.0/16"])


def test_reaches_only_the_subnets_that_are_peered() -> None:
    estate, hub, _, two = a_hub_and_two_spokes()
    half = hub["properties"]["virtualNetworkPeerings"][1]["properties"]
    half |= {"peerCompleteVnets": False, "localSubnetNames": ["shared"], "remoteSubnetNames": ["MORE"]}
    reached = reached_directly(network_of(estate), the_id(hub))[1]
    assert (reached.id, [str(p) for p in reached.prefixes]) == (the_id(two), ["10.2.1.0/24"])
    half["remoteSubnetNames"] = ["more", "unread"]
    reached = reached_directly(network_of(estate), the_id(hub))[1]
    assert [str(p) for p in reached.prefixes] == ["10.2.0.0/16"]


def test_peering_does_not_pass_on() -> None:
    estate, hub, one, two = a_hub_and_two_spokes()
    network = network_of(estate)
    assert [r.id for r in reached_directly(network, the_id(one))] == [the_id(hub)]
    behind = neighbours_of_hub(network, the_id(hub))
    assert isinstance(behind, tuple)
    assert [(b.id, b.hub_id, [str(p) for p in b.prefixes]) for b in behind] == [
        (the_id(one), the_id(hub), ["10.1.0.0/16"]),
        (the_id(two), the_id(hub), ["10.2.0.0/16"]),
    ]
    ones, twos = network.virtual_networks[the_id(one)], network.virtual_networks[the_id(two)]
    assert reached_through(network, ones, twos) is None


def test_an_appliance_in_the_hub_passes_on_where_both_sides_route_to_it() -> None:
    estate, hub, one, two = a_hub_and_two_spokes()
    estate.route_table("rt1", {"0.0.0.0/0": "10.0.4.4"}, subnets=[subnet(one, "nodes")])

    def through() -> ResourceId | None:
        network = network_of(estate)
        return reached_through(network, network.virtual_networks[the_id(one)], network.virtual_networks[the_id(two)])

    assert through() is None
    back = estate.route_table("rt2", {"10.3.0.0/16": "10.0.4.4"}, subnets=[subnet(two, "hosts")])
    assert through() is None, "the route leads elsewhere"
    back["properties"]["routes"][0]["properties"]["addressPrefix"] = "10.1.0.0/16"
    assert through() == the_id(hub)
    back["properties"]["routes"][0]["properties"]["nextHopIpAddress"] = "10.9.4.4"
    assert through() is None, "the appliance is not in the hub"


def test_lists_routes_to_appliances_once() -> None:
    estate, _, one, _ = a_hub_and_two_spokes()
    estate.add_subnet(one, "more", "10.1.1.0/24")
    estate.route_table(
        "rt1",
        {"0.0.0.0/0": "10.0.4.4", "10.9.0.0/16": "VnetLocal"},
        subnets=[subnet(one, "nodes"), subnet(one, "more")],
    )
    (route,) = appliance_routes(network_of(estate), the_id(one))
    assert (route.table_id.name, str(route.prefix), str(route.next_hop)) == ("rt1", "0.0.0.0/0", "10.0.4.4")


def test_a_hub_that_is_not_read_or_not_there_has_no_neighbours() -> None:
    network = network_of(a_hub_and_two_spokes()[0])
    assert neighbours_of_hub(network, ResourceId.of(f"{ELSEWHERE}/virtualNetworks/far")).__class__ is NotCollected
    gone = ResourceId.of(
        f"/subscriptions/{Estate().subscription}/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/x"
    )
    assert neighbours_of_hub(network, gone) == ()
