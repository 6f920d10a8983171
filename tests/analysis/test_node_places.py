from __future__ import annotations

from aks_audit.analysis.intervals import EVERYWHERE, Intervals, as_prefixes, is_within
from aks_audit.analysis.node_places import NodePlace, node_places, virtual_network_tag
from aks_audit.analysis.service_tags import PRIVATE, VirtualNetworkTag
from aks_audit.inventory import ResourceId
from aks_audit.model import Network
from tests.estate import Estate, Json, Pool, subnet
from tests.networks import network_of

HOST = "168.63.129.16/32"


def an_estate() -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "more": "10.1.1.0/24"})
    return estate, vnet


def tag_at(network: Network, vnet: Json, name: str = "nodes") -> VirtualNetworkTag:
    return virtual_network_tag(network, network.subnets[ResourceId.of(subnet(vnet, name)["id"])])


def shown(addresses: Intervals) -> list[str]:
    return as_prefixes(addresses)


def test_the_tag_holds_the_space_and_the_host() -> None:
    estate, vnet = an_estate()
    tag = tag_at(network_of(estate), vnet)
    assert shown(tag.certain) == ["10.1.0.0/16", HOST]
    assert tag.possible == ()
    assert tag.when_allowing == ()


def test_connected_peers_belong_to_it_and_others_do_not() -> None:
    estate, vnet = an_estate()
    hub = estate.virtual_network("hub", ["10.0.0.0/16"])
    gone = estate.virtual_network("gone", ["10.2.0.0/16"])
    closed = estate.virtual_network("closed", ["10.3.0.0/16"])
    estate.peer(vnet, hub)
    estate.peer(vnet, gone, peeringState="Disconnected")
    estate.peer(vnet, closed, allowVirtualNetworkAccess=False)
    assert shown(tag_at(network_of(estate), vnet).certain) == ["10.0.0.0/15", HOST]


def test_a_peering_of_single_subnets_may_bring_its_prefixes() -> None:
    estate, vnet = an_estate()
    estate.peer(vnet, estate.virtual_network("hub", ["10.9.0.0/16"]), peerCompleteVnets=False)
    tag = tag_at(network_of(estate), vnet)
    assert shown(tag.certain) == ["10.1.0.0/16", HOST]
    assert shown(tag.possible) == ["10.9.0.0/16"]


def test_a_gateway_here_or_at_a_peer_may_bring_more() -> None:
    estate, vnet = an_estate()
    hub = estate.virtual_network("hub", ["10.0.0.0/16"])
    estate.peer(vnet, hub, useRemoteGateways=True)
    assert tag_at(network_of(estate), vnet).possible == PRIVATE
    estate.add_subnet(hub, "GatewaySubnet", "10.0.9.0/27")
    network = network_of(estate)
    assert virtual_network_tag(network, network.subnets[ResourceId.of(subnet(hub, "nodes")["id"])]).possible == PRIVATE


def test_routes_name_more_of_it_and_a_default_route_perhaps_everything() -> None:
    estate, vnet = an_estate()
    estate.route_table("rt", {"10.77.0.0/16": "10.1.0.9"}, subnets=[subnet(vnet, "nodes")])
    estate.route_table("rt2", {"0.0.0.0/0": "10.1.0.9"}, subnets=[subnet(vnet, "more")])
    network = network_of(estate)
    assert shown(tag_at(network, vnet).certain) == ["10.1.0.0/16", "10.77.0.0/16", HOST]
    assert tag_at(network, vnet).possible == ()
    assert tag_at(network, vnet, "more").possible == EVERYWHERE
    assert shown(tag_at(network, vnet, "more").certain) == ["10.1.0.0/16", HOST]


def test_what_was_not_read_may_be_everything() -> None:
    estate, vnet = an_estate()
    estate.route_table("rt", {"10.77.0.0/16": "10.1.0.9"}, subnets=[subnet(vnet, "nodes")])
    network = network_of(estate, refused=["Microsoft.Network/routeTables"])
    assert tag_at(network, vnet).possible == EVERYWHERE


def test_pod_cidrs_belong_to_it_with_kubenet_and_perhaps_with_overlay() -> None:
    estate, vnet = an_estate()
    estate.cluster("kube", "kubenet", subnet=subnet(vnet, "nodes"), pod_cidr="10.244.0.0/16")
    estate.cluster("over", "cni-overlay", subnet=subnet(vnet, "more"), pod_cidr="10.245.0.0/16")
    estate.cluster("own", "byo", subnet=subnet(vnet, "more"), pod_cidr="10.246.0.0/16")
    tag = tag_at(network_of(estate), vnet, "more")
    assert shown(tag.certain) == ["10.1.0.0/16", "10.244.0.0/16", HOST]
    assert shown(tag.when_allowing) == ["10.245.0.0/16"]
    assert is_within(tag.when_allowing, tag.widest)


def places(estate: Estate) -> tuple[NodePlace, ...]:
    network = network_of(estate)
    return node_places(network, network.clusters[0]).known


def test_all_nodes_behind_the_same_groups_are_one_place() -> None:
    estate, vnet = an_estate()
    pools = [Pool(name="np1", count=40), Pool(name="np2", count=30, mode="User")]
    estate.cluster("aks1", subnet=subnet(vnet, "nodes"), pools=pools)
    (place,) = places(estate)
    assert place.pools == ("np1", "np2")
    assert place.subnet_group is None
    assert place.nic_group
    assert place.nic_group.id.name.startswith("aks-agentpool-")
    assert (place.gap, place.has_public_addresses) == (None, False)
    assert shown(place.nodes.addresses) == ["10.1.0.0/24"]


def test_subnets_and_groups_on_nics_tell_places_apart() -> None:
    estate, vnet = an_estate()
    pools = [
        Pool(name="np1"),
        Pool(name="np2", mode="User", subnet=subnet(vnet, "more")),
        Pool(name="np3", mode="User"),
    ]
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"), pools=pools)
    estate.nics(cluster, "np3")[0]["properties"].pop("networkSecurityGroup")
    found = places(estate)
    assert [(place.subnet.id.name, place.pools, place.nic_group is not None) for place in found] == [
        ("nodes", ("np1", "np3"), True),
        ("nodes", ("np3",), False),
        ("more", ("np2",), True),
    ]


def test_members_of_application_security_groups_all_and_some() -> None:
    estate, vnet = an_estate()
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"), pools=[Pool(count=2)])
    asg = [f"/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/applicationSecurityGroups/{n}" for n in "ab"]
    for number, nic in enumerate(estate.nics(cluster)):
        groups = [{"id": each} for each in asg[number:]]
        nic["properties"]["ipConfigurations"][0]["properties"]["applicationSecurityGroups"] = groups
    (place,) = places(estate)
    assert place.nodes.application_security_groups == {ResourceId.of(asg[1])}
    assert place.nodes.some_application_security_groups == {ResourceId.of(each) for each in asg}


def test_a_group_on_both_sides_is_passed_once() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-overlay")
    network = network_of(estate)
    (place,) = node_places(network, network.clusters[0]).known
    assert place.subnet_group is place.nic_group
    assert len(place.inbound(network)) == len(place.outbound(network)) == 1


def test_the_order_of_groups_turns_with_the_direction() -> None:
    estate, vnet = an_estate()
    estate.network_security_group("nsg", subnets=[subnet(vnet, "nodes")])
    estate.cluster("aks1", subnet=subnet(vnet, "nodes"))
    network = network_of(estate)
    (place,) = node_places(network, network.clusters[0]).known
    assert [layer.group.id.name.partition("-")[0] for layer in place.inbound(network)] == ["nsg", "aks"]
    assert [layer.group.id.name.partition("-")[0] for layer in place.outbound(network)] == ["aks", "nsg"]
    assert {layer.is_inbound for layer in place.inbound(network)} == {True}
    assert {layer.is_inbound for layer in place.outbound(network)} == {False}


def test_a_group_that_is_gone_is_a_gap() -> None:
    estate, vnet = an_estate()
    group = estate.network_security_group("nsg", subnets=[subnet(vnet, "nodes")])
    estate.cluster("aks1", subnet=subnet(vnet, "nodes"))
    estate.remove(group)
    (place,) = places(estate)
    assert place.gap
    assert (place.gap.code, place.gap.scope) == ("NotFound", group["id"])


def test_a_subnet_that_does_not_exist_is_no_place() -> None:
    estate, vnet = an_estate()
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"))
    cluster["properties"]["agentPoolProfiles"][0]["vnetSubnetID"] += "-gone"
    network = network_of(estate)
    found = node_places(network, network.clusters[0])
    assert (found.known, found.unread) == ((), ())


def test_public_addresses_are_seen_at_pools_and_at_nics() -> None:
    estate, vnet = an_estate()
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"))
    pip = estate.public_ip("node")
    estate.nics(cluster)[0]["properties"]["ipConfigurations"][0]["properties"]["publicIPAddress"] = {"id": pip["id"]}
    (place,) = places(estate)
    assert place.has_public_addresses
