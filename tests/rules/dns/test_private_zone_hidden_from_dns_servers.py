from aks_audit.findings import Severity
from aks_audit.rules.dns.private_zone_hidden_from_dns_servers import private_zone_hidden_from_dns_servers
from tests.estate import subnet
from tests.networks import findings, messages, only, unknowns
from tests.private_clusters import ELSEWHERE, REGION_ZONE, a_private_cluster, link_zone


def test_is_quiet_without_dns_servers_and_where_theirs_is_linked() -> None:
    assert messages(private_zone_hidden_from_dns_servers, a_private_cluster().network()) == []
    linked = a_private_cluster(dns=["10.0.4.4"], linked_to_hub=True)
    assert messages(private_zone_hidden_from_dns_servers, linked.network()) == []
    own = a_private_cluster(dns=["10.1.0.200"])
    assert messages(private_zone_hidden_from_dns_servers, own.network()) == []


def test_finds_servers_in_a_network_without_a_link() -> None:
    there = a_private_cluster(dns=["10.0.4.4", "10.0.4.5"])
    finding = only(findings(private_zone_hidden_from_dns_servers, there.network()))
    zone = there.zone["name"]
    assert finding.message == (
        f"spoke of aks1 asks 10.0.4.4 (in hub), 10.0.4.5 (in hub), where private DNS zone {zone} is not answered, "
        "and no linked network is seen that they could forward it to"
    )
    assert finding.severity is None
    assert (finding.resource_id.name, finding.key) == (zone, there.spoke["id"].lower())
    assert finding.cluster_id is not None
    assert [resource.name for resource in finding.affected] == ["aks1", "spoke", "hub"]
    assert [(e.resource_id.name, e.path, e.value) for e in finding.evidence] == [
        ("aks1", "properties.apiServerAccessProfile.privateDNSZone", "system"),
        ("aks1", "properties.privateFQDN", there.cluster["properties"]["privateFQDN"]),
        ("spoke", "properties.dhcpOptions.dnsServers", ("10.0.4.4", "10.0.4.5")),
        (zone, "virtualNetworkLinks[].properties.virtualNetwork.id", (there.spoke["id"],)),
    ]


def test_is_milder_where_they_may_forward_to_a_linked_network() -> None:
    there = a_private_cluster(dns=["10.0.4.4"])
    there.link(f"{ELSEWHERE}/virtualNetworks/resolvers")
    finding = only(findings(private_zone_hidden_from_dns_servers, there.network()))
    assert finding.message.endswith("is not answered, unless they forward it to resolvers")
    assert finding.severity is Severity.MEDIUM


def test_names_only_the_servers_without_a_link() -> None:
    there = a_private_cluster(dns=["10.0.4.4", "10.1.0.200"])
    (message,) = messages(private_zone_hidden_from_dns_servers, there.network())
    assert "asks 10.0.4.4 (in hub), where" in message


def test_finds_servers_outside_of_azure_that_have_nothing_to_forward_to() -> None:
    there = a_private_cluster(dns=["192.168.0.10"])
    finding = only(findings(private_zone_hidden_from_dns_servers, there.network()))
    assert "asks 192.168.0.10 (outside), where" in finding.message
    assert finding.severity is Severity.MEDIUM
    assert [resource.name for resource in finding.affected] == ["aks1", "spoke"]


def test_only_informs_where_servers_outside_may_forward_to_a_resolver() -> None:
    there = a_private_cluster(dns=["192.168.0.10"], linked_to_hub=True)
    finding = only(findings(private_zone_hidden_from_dns_servers, there.network()))
    assert finding.severity is Severity.INFO
    assert finding.message.endswith("unless they forward it to hub")


def test_finds_one_network_of_two_clusters_once() -> None:
    there = a_private_cluster(dns=["10.0.4.4"], zone=REGION_ZONE)
    second = there.estate.cluster("aks2", subnet=subnet(there.spoke, "nodes"), private=True)
    second["properties"]["apiServerAccessProfile"]["privateDNSZone"] = there.zone["id"]
    finding = only(findings(private_zone_hidden_from_dns_servers, there.network()))
    assert finding.message.startswith("spoke of aks1, aks2 asks")
    assert finding.cluster_id is None


def test_finds_two_networks_of_one_zone_apart() -> None:
    there = a_private_cluster(dns=["10.0.4.4"], zone=REGION_ZONE)
    vnet = there.estate.virtual_network("two", "10.2.0.0/16", dns=["10.0.4.5"], peer_with=[there.hub])
    second = there.estate.cluster("aks2", subnet=subnet(vnet, "nodes"), private=True)
    second["properties"]["apiServerAccessProfile"]["privateDNSZone"] = there.zone["id"]
    found = findings(private_zone_hidden_from_dns_servers, there.network())
    assert [finding.message.partition(" asks")[0] for finding in found] == ["spoke of aks1", "two of aks2"]


def test_leaves_a_link_to_another_zone_of_the_name_to_another_rule() -> None:
    there = a_private_cluster(dns=["10.0.4.4"], zone=REGION_ZONE)
    other = there.estate.private_dns_zone(REGION_ZONE, resource_group="rg-other")
    link_zone(there.estate, other, there.hub)
    assert messages(private_zone_hidden_from_dns_servers, there.network()) == []


def test_ignores_clusters_whose_nodes_need_no_name() -> None:
    there = a_private_cluster(dns=["10.0.4.4"])
    there.access["enableVnetIntegration"] = True
    assert messages(private_zone_hidden_from_dns_servers, there.network()) == []


def test_knows_a_network_that_was_not_read_by_its_link() -> None:
    there = a_private_cluster(dns=["10.0.4.4"])
    half = there.spoke["properties"]["virtualNetworkPeerings"][0]["properties"]
    half["remoteVirtualNetwork"] = {"id": f"{ELSEWHERE}/virtualNetworks/far"}
    assert len(findings(private_zone_hidden_from_dns_servers, there.network())) == 1
    there.link(f"{ELSEWHERE.upper()}/virtualNetworks/FAR")
    assert messages(private_zone_hidden_from_dns_servers, there.network()) == []


def test_cannot_tell_where_a_server_stands_if_a_peer_was_not_read() -> None:
    there = a_private_cluster(dns=["10.0.4.4", "10.0.4.5"])
    there.spoke["properties"]["virtualNetworkPeerings"][0]["properties"] |= {
        "remoteVirtualNetwork": {"id": f"{ELSEWHERE}/virtualNetworks/far"},
        "remoteAddressSpace": None,
        "remoteVirtualNetworkAddressSpace": None,
    }
    told = unknowns(private_zone_hidden_from_dns_servers, there.network())
    assert [(u.resource_id.name, u.gap.code) for u in told] == [("spoke", "NotCollected")], "once for both servers"


def test_cannot_tell_without_the_links() -> None:
    network = a_private_cluster(dns=["10.0.4.4"]).network(
        refused=["Microsoft.Network/privateDnsZones/virtualNetworkLinks"]
    )
    assert [u.gap.status for u in unknowns(private_zone_hidden_from_dns_servers, network)] == [403]


def test_is_of_critical_severity_where_nothing_is_said() -> None:
    assert private_zone_hidden_from_dns_servers.severity is Severity.CRITICAL
