from aks_audit.findings import Severity
from aks_audit.rules.dns.private_zone_missing import private_zone_missing
from tests.estate import subnet
from tests.networks import findings, messages, only, unknowns
from tests.private_clusters import ELSEWHERE, REGION_ZONE, a_private_cluster


def test_is_quiet_where_the_zone_is_there() -> None:
    assert messages(private_zone_missing, a_private_cluster().network()) == []
    assert messages(private_zone_missing, a_private_cluster(zone=REGION_ZONE).network()) == []


def test_finds_a_system_zone_that_somebody_deleted() -> None:
    there = a_private_cluster()
    there.estate.remove(there.zone)
    finding = only(findings(private_zone_missing, there.network()))
    assert finding.message == (
        f"private DNS zone {there.zone['name']} of aks1 does not exist in MC_rg-aks1_aks1_westeurope"
    )
    assert finding.resource_id.name == there.zone["name"]
    assert finding.cluster_id is not None
    assert [resource.name for resource in finding.affected] == ["aks1"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.apiServerAccessProfile.privateDNSZone", "system"),
        ("properties.privateFQDN", there.cluster["properties"]["privateFQDN"]),
    ]


def test_finds_a_zone_of_ones_own_once_for_all_its_clusters() -> None:
    there = a_private_cluster(zone=REGION_ZONE)
    other = there.estate.cluster("aks2", subnet=subnet(there.spoke, "nodes"), private=True)
    other["properties"]["apiServerAccessProfile"]["privateDNSZone"] = there.zone["id"]
    there.estate.remove(there.zone)
    finding = only(findings(private_zone_missing, there.network()))
    assert finding.message == f"private DNS zone {REGION_ZONE} of aks1, aks2 does not exist in rg-dns"
    assert finding.cluster_id is None
    assert [resource.name for resource in finding.affected] == ["aks1", "aks2"]


def test_ignores_clusters_in_the_making_and_those_whose_nodes_need_no_name() -> None:
    there = a_private_cluster()
    there.estate.remove(there.zone)
    there.cluster["properties"]["provisioningState"] = "Creating"
    assert messages(private_zone_missing, there.network()) == []
    there.cluster["properties"]["provisioningState"] = "Succeeded"
    there.access["enableVnetIntegration"] = True
    assert messages(private_zone_missing, there.network()) == []
    there.access.update({"enableVnetIntegration": False, "privateDNSZone": "none"})
    assert messages(private_zone_missing, there.network()) == []


def test_cannot_tell_without_the_zones() -> None:
    network = a_private_cluster().network(refused=["Microsoft.Network/privateDnsZones"])
    assert [(u.resource_id.name, u.gap.status) for u in unknowns(private_zone_missing, network)] == [("aks1", 403)]


def test_cannot_tell_of_a_zone_in_another_subscription() -> None:
    there = a_private_cluster(zone=REGION_ZONE)
    there.access["privateDNSZone"] = f"{ELSEWHERE}/privateDnsZones/{REGION_ZONE}"
    assert [u.gap.code for u in unknowns(private_zone_missing, there.network())] == ["NotCollected"]


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    there = a_private_cluster()
    there.cluster["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    assert [u.gap.code for u in unknowns(private_zone_missing, there.network())] == ["InvalidValue"]


def test_is_of_critical_severity_where_nothing_is_said() -> None:
    assert private_zone_missing.severity is Severity.CRITICAL
