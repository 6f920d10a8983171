from aks_audit.findings import Severity
from aks_audit.rules.dns.private_zone_not_linked import private_zone_not_linked
from tests.estate import subnet
from tests.networks import findings, messages, only, unknowns
from tests.private_clusters import REGION_ZONE, PrivateCluster, a_private_cluster, link_zone


def unlinked(**options: object) -> PrivateCluster:
    there = a_private_cluster(linked_to_hub=True, **options)  # type: ignore[arg-type]
    own = next(link for link in there.links() if link["name"] == "spoke")
    there.estate.remove(own)
    return there


def test_is_quiet_where_the_network_is_linked() -> None:
    assert messages(private_zone_not_linked, a_private_cluster().network()) == []
    there = unlinked()
    there.link(there.spoke, "again", virtualNetworkLinkState="InProgress")
    assert messages(private_zone_not_linked, there.network()) == []


def test_finds_a_network_that_lost_its_link() -> None:
    there = unlinked()
    finding = only(findings(private_zone_not_linked, there.network()))
    zone = there.zone["name"]
    assert finding.message == f"private DNS zone {zone} is not linked to spoke, the network of aks1"
    assert finding.resource_id.name == zone
    assert finding.key == there.spoke["id"].lower()
    assert finding.cluster_id is not None
    assert [resource.name for resource in finding.affected] == ["aks1", "spoke"]
    assert [(e.resource_id.name, e.path, e.value) for e in finding.evidence] == [
        ("aks1", "properties.apiServerAccessProfile.privateDNSZone", "system"),
        ("aks1", "properties.privateFQDN", there.cluster["properties"]["privateFQDN"]),
        (zone, "virtualNetworkLinks[].properties.virtualNetwork.id", (there.hub["id"],)),
        ("spoke", "properties.dhcpOptions.dnsServers", ()),
    ]


def test_is_milder_where_a_ruleset_may_forward_to_a_resolver() -> None:
    there = unlinked()
    assert only(findings(private_zone_not_linked, there.network())).severity is None
    inbound = there.estate.add_subnet(there.hub, "inbound", "10.0.9.0/28")
    there.estate.delegate(inbound, "Microsoft.Network/dnsResolvers")
    finding = only(findings(private_zone_not_linked, there.network()))
    assert finding.message.endswith("the network of aks1, unless a ruleset forwards to hub")
    assert finding.severity is Severity.MEDIUM


def test_finds_one_network_of_two_clusters_once() -> None:
    there = unlinked(zone=REGION_ZONE)
    other = there.estate.cluster("aks2", subnet=subnet(there.spoke, "nodes"), private=True)
    other["properties"]["apiServerAccessProfile"]["privateDNSZone"] = there.zone["id"]
    finding = only(findings(private_zone_not_linked, there.network()))
    assert finding.message.endswith("is not linked to spoke, the network of aks1, aks2")
    assert finding.cluster_id is None


def test_leaves_networks_with_dns_servers_of_their_own_to_another_rule() -> None:
    there = unlinked(dns=["10.0.4.4"])
    assert messages(private_zone_not_linked, there.network()) == []
    assert messages(private_zone_not_linked, unlinked(dns=["10.0.4.4", "168.63.129.16"]).network()) == []
    azures = unlinked(dns=["168.63.129.16"])
    assert len(findings(private_zone_not_linked, azures.network())) == 1


def test_leaves_a_link_to_another_zone_of_the_name_to_another_rule() -> None:
    there = unlinked(zone=REGION_ZONE)
    other = there.estate.private_dns_zone(REGION_ZONE, resource_group="rg-other")
    link_zone(there.estate, other, there.spoke)
    assert messages(private_zone_not_linked, there.network()) == []


def test_ignores_clusters_without_a_zone() -> None:
    there = unlinked()
    there.access["privateDNSZone"] = "none"
    assert messages(private_zone_not_linked, there.network()) == []


def test_cannot_tell_without_the_links() -> None:
    network = unlinked().network(refused=["Microsoft.Network/privateDnsZones/virtualNetworkLinks"])
    assert [(u.resource_id.name, u.gap.status) for u in unknowns(private_zone_not_linked, network)] == [("aks1", 403)]


def test_cannot_tell_without_the_network() -> None:
    there = unlinked()
    there.estate.cluster("aks2", subnet=subnet(there.spoke, "nodes"), private=True)
    network = there.network(refused=["Microsoft.Network/virtualNetworks"])
    told = unknowns(private_zone_not_linked, network)
    assert [(u.resource_id.name, u.gap.status) for u in told] == [("spoke", 403)], "once for both clusters"


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    there = a_private_cluster()
    there.cluster["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    assert [u.gap.code for u in unknowns(private_zone_not_linked, there.network())] == ["InvalidValue"]


def test_is_of_critical_severity_where_nothing_is_said() -> None:
    assert private_zone_not_linked.severity is Severity.CRITICAL
