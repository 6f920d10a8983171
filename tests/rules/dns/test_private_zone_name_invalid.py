import pytest

from aks_audit.findings import Severity
from aks_audit.rules.dns.private_zone_name_invalid import private_zone_name_invalid
from tests.networks import findings, messages, only, unknowns
from tests.private_clusters import REGION_ZONE, a_private_cluster


@pytest.mark.parametrize(
    "name",
    [
        f"{'a' * 32}.{REGION_ZONE}",
        f"team-1.{REGION_ZONE}",
        "PrivateLink.WestEurope.azmk8s.io",
        "privatelink.westeurope.cx.prod.service.azk8s.cn",
        "privatelink.westeurope.cx.prod-aks.sovcloud-api.fr",
    ],
)
def test_is_quiet_about_names_that_azure_takes(name: str) -> None:
    assert messages(private_zone_name_invalid, a_private_cluster(zone=name).network()) == []


def test_is_quiet_about_the_zone_of_the_region_and_about_system_zones() -> None:
    assert messages(private_zone_name_invalid, a_private_cluster(zone=REGION_ZONE).network()) == []
    assert messages(private_zone_name_invalid, a_private_cluster().network()) == []
    spaced = a_private_cluster(zone=REGION_ZONE)
    spaced.cluster["location"] = "West Europe"
    assert messages(private_zone_name_invalid, spaced.network()) == []


def test_finds_the_region_of_another_cluster() -> None:
    there = a_private_cluster(zone="privatelink.northeurope.azmk8s.io")
    finding = only(findings(private_zone_name_invalid, there.network()))
    assert finding.message == (
        "aks1: private DNS zone privatelink.northeurope.azmk8s.io names region northeurope, "
        "and the cluster is in westeurope"
    )
    assert finding.latent
    assert finding.arithmetic == "InvalidPrivateDNSZoneResourceID"
    assert finding.cluster_id == finding.resource_id
    assert [resource.name for resource in finding.affected] == ["privatelink.northeurope.azmk8s.io"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.apiServerAccessProfile.privateDNSZone", there.zone["id"]),
        ("location", "westeurope"),
    ]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("aks.contoso.local", "is not [label.]privatelink.<region>.azmk8s.io"),
        (f"team-{REGION_ZONE}", "is not [label.]privatelink.<region>.azmk8s.io"),
        (f"a.b.{REGION_ZONE}", "is not [label.]privatelink.<region>.azmk8s.io"),
        ("privatelink.azmk8s.io", "is not [label.]privatelink.<region>.azmk8s.io"),
        ("privatelink.weu.azmk8s.io", "names region weu, and the cluster is in westeurope"),
        (f"{'a' * 33}.{REGION_ZONE}", "has a label of 33 characters before privatelink; 32 are allowed"),
        (
            "private.westeurope.azmk8s.io",
            "begins with private, which takes API server VNet integration; it must be privatelink",
        ),
    ],
)
def test_finds_names_that_azure_refuses(name: str, wrong: str) -> None:
    there = a_private_cluster(zone=name)
    assert messages(private_zone_name_invalid, there.network()) == [f"aks1: private DNS zone {name} {wrong}"]


def test_takes_both_prefixes_with_virtual_network_integration() -> None:
    for name in ("private.westeurope.azmk8s.io", REGION_ZONE):
        there = a_private_cluster(zone=name)
        there.access["enableVnetIntegration"] = True
        assert messages(private_zone_name_invalid, there.network()) == []


def test_ignores_a_zone_that_a_public_cluster_still_names() -> None:
    there = a_private_cluster(zone="aks.contoso.local")
    there.access["enablePrivateCluster"] = False
    assert messages(private_zone_name_invalid, there.network()) == []


def test_cannot_tell_without_the_location() -> None:
    there = a_private_cluster(zone=REGION_ZONE)
    there.cluster["location"] = None
    assert [u.gap.message for u in unknowns(private_zone_name_invalid, there.network())] == ["location is not given"]


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    there = a_private_cluster(zone=REGION_ZONE)
    there.access["privateDNSZone"] = ["x"]
    assert [u.gap.code for u in unknowns(private_zone_name_invalid, there.network())] == ["InvalidValue"]


def test_is_of_high_severity_where_nothing_is_said() -> None:
    assert private_zone_name_invalid.severity is Severity.HIGH
