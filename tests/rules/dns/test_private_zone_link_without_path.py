from aks_audit.findings import Severity
from aks_audit.rules.dns.private_zone_link_without_path import private_zone_link_without_path
from tests.estate import Json, subnet
from tests.networks import findings, messages, only, unknowns
from tests.private_clusters import ELSEWHERE, REGION_ZONE, PrivateCluster, a_private_cluster


def with_clients(zone: str = "system", **network: object) -> tuple[PrivateCluster, Json]:
    there = a_private_cluster(zone=zone)
    clients = there.estate.virtual_network("clients", "10.8.0.0/16", {"hosts": "10.8.0.0/24"}, **network)  # type: ignore[arg-type]
    there.link(clients, "clients")
    return there, clients


def test_is_quiet_where_linked_networks_are_peered() -> None:
    assert messages(private_zone_link_without_path, a_private_cluster(linked_to_hub=True).network()) == []


def test_finds_a_linked_network_without_a_peering() -> None:
    there, clients = with_clients()
    finding = only(findings(private_zone_link_without_path, there.network()))
    zone = there.zone["name"]
    assert finding.message == f"clients is linked to private DNS zone {zone} and has no path to aks1"
    assert finding.severity is None
    assert finding.resource_id.name == zone
    assert finding.cluster_id is not None
    assert [resource.name for resource in finding.affected] == ["aks1", "clients"]
    assert [(e.resource_id.name, e.path, e.value) for e in finding.evidence][2:] == [
        ("clients", "properties.virtualNetwork.id", clients["id"])
    ]


def test_finds_all_of_a_zone_at_once() -> None:
    there, _ = with_clients()
    there.link(there.estate.virtual_network("more", "10.9.0.0/16"), "zmore")
    (message,) = messages(private_zone_link_without_path, there.network())
    assert message.startswith("clients, more are linked to private DNS zone ")
    assert message.endswith(" and have no path to aks1")


def test_takes_a_path_through_the_hubs_appliance() -> None:
    there, clients = with_clients()
    there.estate.peer(clients, there.hub)
    assert len(findings(private_zone_link_without_path, there.network())) == 1
    for number, vnet in enumerate((there.spoke, clients)):
        table = there.estate.route_table(f"rt{number}", {"0.0.0.0/0": "10.0.4.4"})
        there.estate.attach(table, vnet["properties"]["subnets"][0])
    assert messages(private_zone_link_without_path, there.network()) == []


def test_a_zone_of_many_clusters_need_not_lead_from_each_to_each() -> None:
    there, clients = with_clients(zone=REGION_ZONE)
    second = there.estate.cluster("aks2", subnet=subnet(clients, "hosts"), private=True)
    second["properties"] |= {"privateFQDN": f"aks2.{REGION_ZONE}"}
    second["properties"]["apiServerAccessProfile"]["privateDNSZone"] = there.zone["id"]
    assert messages(private_zone_link_without_path, there.network()) == []
    third = there.estate.virtual_network("third", "10.9.0.0/16", peer_with=[clients])
    there.link(third, "third")
    assert messages(private_zone_link_without_path, there.network()) == [], "it has a path to the second cluster"


def test_leaves_out_networks_that_answer_dns() -> None:
    there, clients = with_clients()
    inbound = there.estate.add_subnet(clients, "inbound", "10.8.9.0/28")
    there.estate.delegate(inbound, "Microsoft.Network/dnsResolvers")
    assert messages(private_zone_link_without_path, there.network()) == []
    there, clients = with_clients()
    there.estate.virtual_network("office", "10.9.0.0/16", dns=["10.8.0.4"], peer_with=[clients])
    assert messages(private_zone_link_without_path, there.network()) == []


def test_leaves_out_networks_of_a_virtual_wan() -> None:
    there, clients = with_clients()
    far = there.estate.virtual_network("HV_vhub_5", "10.99.0.0/24", resource_group="rg-wan")
    for vnet in (clients, there.spoke):
        half, _ = there.estate.peer(vnet, far)
        half["name"] = "RemoteVnetToHubPeering_5"
    assert messages(private_zone_link_without_path, there.network()) == []
    half["name"] = "mine"
    assert len(findings(private_zone_link_without_path, there.network())) == 1, "one of the two is not in it"


def test_only_informs_where_gateways_may_connect_them() -> None:
    there, clients = with_clients()
    there.estate.add_subnet(clients, "GatewaySubnet", "10.8.255.0/27")
    assert only(findings(private_zone_link_without_path, there.network())).severity is None
    there.spoke["properties"]["virtualNetworkPeerings"][0]["properties"]["useRemoteGateways"] = True
    finding = only(findings(private_zone_link_without_path, there.network()))
    assert finding.severity is Severity.INFO
    assert finding.message.endswith("and has no path to aks1, unless gateways connect them")
    there.link(there.estate.virtual_network("more", "10.9.0.0/16"), "more")
    assert only(findings(private_zone_link_without_path, there.network())).severity is None


def test_cannot_tell_of_a_linked_network_in_another_subscription() -> None:
    there = a_private_cluster()
    there.link(f"{ELSEWHERE}/virtualNetworks/far")
    (told,) = unknowns(private_zone_link_without_path, there.network())
    assert (told.resource_id.name, told.gap.code) == ("far", "NotCollected")


def test_cannot_tell_without_the_links() -> None:
    network = a_private_cluster().network(refused=["Microsoft.Network/privateDnsZones/virtualNetworkLinks"])
    assert [u.gap.status for u in unknowns(private_zone_link_without_path, network)] == [403]


def test_is_of_medium_severity_where_nothing_is_said() -> None:
    assert private_zone_link_without_path.severity is Severity.MEDIUM
