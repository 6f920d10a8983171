from aks_audit.findings import Severity
from aks_audit.rules.dns.private_fqdn_unresolvable import private_fqdn_unresolvable
from tests.estate import Estate
from tests.networks import findings, messages, only, unknowns
from tests.private_clusters import PrivateCluster, a_private_cluster


def without_zone(public: bool | None = False, fqdn: str | None = None) -> PrivateCluster:
    there = a_private_cluster()
    there.access.update({"privateDNSZone": "none", "enablePrivateClusterPublicFQDN": public})
    there.cluster["properties"]["fqdn"] = fqdn
    return there


def test_is_quiet_with_a_zone_or_a_public_name() -> None:
    assert messages(private_fqdn_unresolvable, a_private_cluster().network()) == []
    assert messages(private_fqdn_unresolvable, without_zone(public=True).network()) == []
    assert messages(private_fqdn_unresolvable, without_zone(public=None, fqdn="a.azmk8s.io").network()) == []


def test_finds_a_cluster_without_either() -> None:
    there = without_zone()
    there.access["privateDNSZone"] = "None"
    finding = only(findings(private_fqdn_unresolvable, there.network()))
    assert finding.message == (
        "aks1: privateDNSZone is none and the public name is off, so nothing answers the API server's name"
    )
    assert finding.severity is None
    assert finding.cluster_id == finding.resource_id
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.apiServerAccessProfile.privateDNSZone", "None"),
        ("properties.apiServerAccessProfile.enablePrivateClusterPublicFQDN", False),
    ]


def test_is_milder_where_nodes_need_no_name() -> None:
    there = without_zone()
    there.access["enableVnetIntegration"] = True
    assert only(findings(private_fqdn_unresolvable, there.network())).severity is Severity.MEDIUM


def test_ignores_a_cluster_that_is_not_private() -> None:
    there = without_zone()
    there.access["enablePrivateCluster"] = False
    assert messages(private_fqdn_unresolvable, there.network()) == []


def test_cannot_tell_where_neither_is_said() -> None:
    (told,) = unknowns(private_fqdn_unresolvable, without_zone(public=None).network())
    assert told.gap.message.endswith("enablePrivateClusterPublicFQDN nor properties.fqdn is given")


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    estate = Estate()
    estate.cluster("aks1")["properties"]["apiServerAccessProfile"] = "private"
    there = a_private_cluster()
    there.access["enablePrivateCluster"] = "perhaps"
    assert [u.gap.code for u in unknowns(private_fqdn_unresolvable, there.network())] == ["InvalidValue"]


def test_is_of_high_severity_where_nothing_is_said() -> None:
    assert private_fqdn_unresolvable.severity is Severity.HIGH
