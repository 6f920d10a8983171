from aks_audit.findings import Evidence
from aks_audit.inventory import ResourceId
from aks_audit.rules.api_server.private_dns_zone_without_user_identity import private_dns_zone_without_user_identity
from tests.estate import Estate, Json
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import access_of, an_estate, hide

ZONE = "privatelink.westeurope.azmk8s.io"


def with_own_zone(identity: Json | None, private: bool = True) -> tuple[Estate, Json]:
    estate, cluster = an_estate(private=private)
    access_of(cluster)["privateDNSZone"] = estate.private_dns_zone(ZONE)["id"]
    cluster.pop("identity")
    if identity:
        cluster["identity"] = identity
    return estate, cluster


def test_is_quiet_about_identities_that_exist_before_the_cluster() -> None:
    estate, _ = with_own_zone({"type": "UserAssigned"})
    assert messages(private_dns_zone_without_user_identity, network_of(estate)) == []
    estate, _ = with_own_zone({"type": "SystemAssigned, UserAssigned"})
    assert messages(private_dns_zone_without_user_identity, network_of(estate)) == []
    estate, cluster = with_own_zone(None)
    cluster["properties"]["servicePrincipalProfile"] = {"clientId": "00000000-0000-0000-0000-0000000000aa"}
    assert messages(private_dns_zone_without_user_identity, network_of(estate)) == []


def test_is_quiet_about_public_clusters_and_zones_of_azure() -> None:
    estate, _ = with_own_zone({"type": "SystemAssigned"}, private=False)
    assert messages(private_dns_zone_without_user_identity, network_of(estate)) == []
    for zone in ("system", "none", "System"):
        estate, cluster = with_own_zone({"type": "SystemAssigned"})
        access_of(cluster)["privateDNSZone"] = zone
        assert messages(private_dns_zone_without_user_identity, network_of(estate)) == []


def test_finds_a_system_assigned_identity() -> None:
    estate, cluster = with_own_zone({"type": "systemAssigned"})
    finding = only(findings(private_dns_zone_without_user_identity, network_of(estate)))
    assert finding.message == (
        f"aks1: its identity is systemAssigned, which cannot write to private DNS zone {ZONE} "
        "(CustomPrivateDNSZoneMissingPermissions)"
    )
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, "identity.type", "systemAssigned"),
        Evidence(own, "properties.apiServerAccessProfile.privateDNSZone", access_of(cluster)["privateDNSZone"]),
    )
    assert finding.cluster_id == finding.resource_id == own


def test_cannot_tell_without_any_identity() -> None:
    estate, _ = with_own_zone(None)
    (answer,) = unknowns(private_dns_zone_without_user_identity, network_of(estate))
    assert answer.gap.message == "neither identity nor properties.servicePrincipalProfile is there"
    assert answer.gap.code == "NotCollected"


def test_cannot_tell_where_the_profile_does_not_parse() -> None:
    estate, cluster = an_estate()
    hide(cluster)
    given = unknowns(private_dns_zone_without_user_identity, network_of(estate))
    assert [u.gap.code for u in given] == ["InvalidValue"]
