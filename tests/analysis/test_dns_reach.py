from __future__ import annotations

from typing import Any

import pytest

from aks_audit.analysis.dns_reach import (
    ApiServerReach,
    LinkedZone,
    ZoneReach,
    api_server_reach,
    asks_azure,
    dns_servers_of,
    has_private_name,
    linked_zone_of,
    may_forward_to,
    users_of_zones,
    zone_mode,
    zone_of,
    zone_reach,
)
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.model import Missing, Network, NotCollected, PrivateDnsZone
from tests.estate import Estate, subnet
from tests.networks import network_of
from tests.private_clusters import (
    ELSEWHERE,
    REGION_ZONE,
    PrivateCluster,
    a_private_cluster,
    link_zone,
    the_cluster,
    the_id,
)


def reach(network: Network) -> ApiServerReach:
    found = api_server_reach(network, the_cluster(network))
    assert isinstance(found, ApiServerReach)
    return found


def names(ids: tuple[ResourceId, ...]) -> list[str]:
    return [each.name for each in ids]


def test_the_system_zone_is_in_the_node_resource_group() -> None:
    there = a_private_cluster()
    network = there.network()
    zone = zone_of(network, the_cluster(network))
    assert isinstance(zone, PrivateDnsZone)
    assert zone.id == the_id(there.zone)
    assert zone.id.resource_group == "MC_rg-aks1_aks1_westeurope"


def test_an_old_answer_without_a_mode_means_the_system_zone() -> None:
    there = a_private_cluster()
    del there.access["privateDNSZone"]
    network = there.network()
    assert zone_mode(the_cluster(network)) == "system"
    assert isinstance(zone_of(network, the_cluster(network)), PrivateDnsZone)


def test_a_custom_zone_is_found_by_its_id_in_any_case() -> None:
    there = a_private_cluster(zone=REGION_ZONE)
    there.access["privateDNSZone"] = there.zone["id"].upper()
    network = there.network()
    assert zone_mode(the_cluster(network)) == "custom"
    zone = zone_of(network, the_cluster(network))
    assert isinstance(zone, PrivateDnsZone)
    assert zone.name == REGION_ZONE


def test_no_zone_by_choice_is_none() -> None:
    there = a_private_cluster()
    there.access["privateDNSZone"] = "None"
    network = there.network()
    assert zone_of(network, the_cluster(network)) is None
    assert api_server_reach(network, the_cluster(network)) is None


@pytest.mark.parametrize(
    ("mode", "fqdn", "message"),
    [("system", None, "it has no privateFQDN"), ("odd", "a.b", "privateDNSZone 'odd' is not known")],
)
def test_what_is_not_said_is_not_collected(mode: str, fqdn: str | None, message: str) -> None:
    there = a_private_cluster()
    there.access["privateDNSZone"] = mode
    there.cluster["properties"]["privateFQDN"] = fqdn
    network = there.network()
    zone = zone_of(network, the_cluster(network))
    assert isinstance(zone, NotCollected)
    assert (zone.gap.message, zone.gap.scope) == (message, there.cluster["id"])


def test_a_zone_that_is_gone_is_missing_and_one_elsewhere_not_collected() -> None:
    there = a_private_cluster()
    there.estate.remove(there.zone)
    network = there.network()
    assert isinstance(linked_zone_of(network, the_cluster(network)), Missing)
    there.access["privateDNSZone"] = f"{ELSEWHERE}/privateDnsZones/{REGION_ZONE}"
    network = there.network()
    assert isinstance(linked_zone_of(network, the_cluster(network)), NotCollected)


def test_links_that_were_not_read_are_not_collected() -> None:
    network = a_private_cluster().network(refused=["Microsoft.Network/privateDnsZones/virtualNetworkLinks"])
    linked = linked_zone_of(network, the_cluster(network))
    assert isinstance(linked, NotCollected)
    assert linked.gap.status == 403


def test_a_link_that_did_not_parse_is_not_collected() -> None:
    there = a_private_cluster()
    there.link(there.hub)["properties"] = None
    network = there.network()
    linked = linked_zone_of(network, the_cluster(network))
    assert isinstance(linked, NotCollected)
    assert linked.gap.code == "InvalidValue"


@pytest.mark.parametrize(
    ("changes", "matters"),
    [
        ({}, True),
        ({"provisioningState": "Creating"}, False),
        ({"provisioningState": "deleting"}, False),
        ({"provisioningState": "Updating"}, True),
        ({"apiServerAccessProfile": {"enablePrivateCluster": True, "enableVnetIntegration": True}}, False),
        ({"apiServerAccessProfile": {}}, False),
    ],
)
def test_the_name_matters_to_the_nodes_of_a_private_link_cluster(changes: dict[str, Any], matters: bool) -> None:
    there = a_private_cluster()
    there.cluster["properties"] |= changes
    assert has_private_name(the_cluster(there.network())) is matters


def test_dns_servers_stand_in_ones_own_network_in_a_peer_or_in_none() -> None:
    there = a_private_cluster(dns=["10.1.0.200", "10.0.4.4", "192.168.1.1", "168.63.129.16"])
    network = there.network()
    spoke = the_id(there.spoke)
    places = {s.text: s.network_id for s in dns_servers_of(network, spoke)}
    assert places == {"10.1.0.200": spoke, "10.0.4.4": the_id(there.hub), "192.168.1.1": None}
    assert asks_azure(network.virtual_networks[spoke])
    assert not asks_azure(a_private_cluster(dns=["10.0.4.4"]).network().virtual_networks[spoke])
    assert asks_azure(a_private_cluster().network().virtual_networks[spoke])


def test_a_peer_that_was_not_read_is_known_by_the_space_that_the_peering_tells() -> None:
    there = a_private_cluster(dns=["10.0.4.4", "10.7.0.4"])
    half = there.spoke["properties"]["virtualNetworkPeerings"][0]["properties"]
    half["remoteVirtualNetwork"] = {"id": f"{ELSEWHERE}/virtualNetworks/far"}
    inside, outside = dns_servers_of(there.network(), the_id(there.spoke))
    assert isinstance(inside.network_id, ResourceId)
    assert inside.network_id.name == "far"
    assert isinstance(outside.network_id, NotCollected), "what is behind that peer is not known"
    half |= {"remoteAddressSpace": None, "remoteVirtualNetworkAddressSpace": None}
    for server in dns_servers_of(there.network(), the_id(there.spoke)):
        assert isinstance(server.network_id, NotCollected)


def test_dns_servers_stand_in_a_spoke_behind_the_hub() -> None:
    there = a_private_cluster(dns=["10.5.0.4", "10.6.0.4"])
    identity = there.estate.virtual_network("identity", "10.5.0.0/16", peer_with=[there.hub])
    assert [s.network_id for s in dns_servers_of(there.network(), the_id(there.spoke))] == [the_id(identity), None]


def test_what_is_behind_a_virtual_wan_is_outside() -> None:
    there = a_private_cluster(dns=["10.5.0.4"], peered=False)
    far = there.estate.virtual_network("HV_vhub_5", "10.99.0.0/24", resource_group="rg-wan")
    half, _ = there.estate.peer(there.spoke, far)
    half["name"] = "RemoteVnetToHubPeering_5"
    half["properties"]["remoteVirtualNetwork"] = {"id": f"{ELSEWHERE}/virtualNetworks/HV_vhub_5"}
    assert [s.network_id for s in dns_servers_of(there.network(), the_id(there.spoke))] == [None]


def test_a_dns_server_that_is_no_address_is_a_gap() -> None:
    (server,) = dns_servers_of(a_private_cluster(dns=["dns1"]).network(), the_id(a_private_cluster().spoke))
    assert isinstance(server.network_id, NotCollected)
    assert server.network_id.gap.code == "InvalidValue"
    assert "'dns1'" in server.network_id.gap.message


def test_a_server_may_forward_to_a_linked_network_of_others_or_to_a_resolver() -> None:
    there = a_private_cluster(dns=["10.0.4.4"])

    def places() -> list[str]:
        return names(may_forward_to(there.network(), the_id(there.zone)))

    assert places() == [], "only the cluster's own network is linked"
    inbound = there.estate.add_subnet(there.spoke, "inbound", "10.1.9.0/28")
    there.estate.delegate(inbound, "Microsoft.Network/dnsResolvers")
    assert places() == ["spoke"]
    there.link(f"{ELSEWHERE}/virtualNetworks/resolvers")
    assert places() == ["spoke", "resolvers"], "sorted by id"
    unread = there.network(refused=["Microsoft.Network/privateDnsZones/virtualNetworkLinks"])
    assert may_forward_to(unread, the_id(there.zone)) == ()


def test_a_server_does_not_forward_to_the_network_of_another_cluster() -> None:
    there = a_private_cluster(zone=REGION_ZONE, dns=["10.0.4.4"])
    other = there.estate.virtual_network("other", "10.3.0.0/16")
    second = there.estate.cluster("aks2", subnet=subnet(other, "nodes"), private=True)
    second["properties"]["apiServerAccessProfile"]["privateDNSZone"] = there.zone["id"]
    there.link(other, "other")
    assert may_forward_to(there.network(), the_id(there.zone)) == ()


def test_reach_takes_a_path_and_a_name() -> None:
    there = a_private_cluster(linked_to_hub=True)
    there.estate.peer(there.spoke, there.estate.virtual_network("peered", "10.2.0.0/16"))
    found = reach(there.network())
    assert names(found.own) == ["spoke"]
    assert names(found.with_path_and_name) == ["hub"]
    assert names(found.with_path_only) == ["peered"]


def test_reach_ends_at_a_peering_that_is_not_connected() -> None:
    there = a_private_cluster(linked_to_hub=True)
    there.hub["properties"]["virtualNetworkPeerings"][0]["properties"]["peeringState"] = "Disconnected"
    found = reach(there.network())
    assert (found.with_path_and_name, found.with_path_only) == ((), ())
    assert names(of_zone(there).without_path) == ["hub"]


def of_zone(there: PrivateCluster, **options: Any) -> ZoneReach:
    found = zone_reach(there.network(**options), the_id(there.zone))
    assert isinstance(found, ZoneReach)
    return found


def test_a_zone_is_linked_to_networks_without_a_path_and_to_some_that_were_not_read() -> None:
    there = a_private_cluster(linked_to_hub=True)
    there.link(there.estate.virtual_network("linked", "10.3.0.0/16"), "linked")
    there.link(f"{ELSEWHERE}/virtualNetworks/far", "far")
    found = of_zone(there)
    assert found.homes == {the_id(there.spoke)}
    assert names(found.without_path) == ["linked"]
    assert [vnet_id.name for vnet_id, _ in found.unread] == ["far"]


def test_an_appliance_in_the_hub_is_a_path() -> None:
    there = a_private_cluster()
    other = there.estate.virtual_network("other", "10.3.0.0/16", {"hosts": "10.3.0.0/24"}, peer_with=[there.hub])
    there.link(other, "other")
    assert names(of_zone(there).without_path) == ["other"]
    for number, vnet in enumerate((there.spoke, other)):
        table = there.estate.route_table(f"rt{number}", {"0.0.0.0/0": "10.0.4.4"})
        there.estate.attach(table, vnet["properties"]["subnets"][0])
    assert of_zone(there).without_path == ()


def test_a_zone_whose_links_were_not_read_is_not_collected() -> None:
    there = a_private_cluster()
    network = there.network(refused=["Microsoft.Network/privateDnsZones/virtualNetworkLinks"])
    assert isinstance(zone_reach(network, the_id(there.zone)), NotCollected)


def test_users_of_a_zone_are_the_private_clusters_that_name_it() -> None:
    there = a_private_cluster(zone=REGION_ZONE)
    for number, changes in enumerate(({}, {"enableVnetIntegration": True}, {"enablePrivateCluster": False}), start=2):
        other = there.estate.cluster(f"aks{number}", subnet=subnet(there.spoke, "nodes"), private=True)
        other["properties"]["apiServerAccessProfile"] |= {"privateDNSZone": there.zone["id"], **changes}
    users = users_of_zones(there.network())[the_id(there.zone)]
    assert [cluster.name for cluster in users] == ["aks1", "aks2"]


def test_a_zone_link_may_stand_in_another_subscription() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16")
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"), private=True)
    other = Estate("00000000-0000-0000-0000-00000000000c", resource_group="rg-dns")
    zone = other.private_dns_zone(REGION_ZONE)
    link_zone(other, zone, vnet)
    cluster["properties"]["apiServerAccessProfile"]["privateDNSZone"] = zone["id"]
    network = network_of(estate, other)
    linked = linked_zone_of(network, the_cluster(network))
    assert isinstance(linked, LinkedZone)
    assert linked.network_ids == {the_id(vnet)}
