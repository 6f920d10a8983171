from aks_audit.findings import Evidence
from aks_audit.inventory import ResourceId
from aks_audit.rules.network_policy.transit_encryption_without_cilium import transit_encryption_without_cilium
from tests.estate import Estate, Json
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import PROFILE, an_estate, hide


def encrypted(dataplane: str | None, kind: str = "WireGuard") -> tuple[Estate, Json]:
    security = {"enabled": True, "transitEncryption": {"type": kind}}
    return an_estate(networkDataplane=dataplane, advancedNetworking={"enabled": True, "security": security})


def test_is_quiet_about_cilium_and_clusters_without_encryption() -> None:
    for made in (encrypted("Cilium"), encrypted("azure", "None"), an_estate()):
        assert messages(transit_encryption_without_cilium, network_of(made[0])) == []


def test_finds_other_dataplanes() -> None:
    estate, cluster = encrypted("azure")
    finding = only(findings(transit_encryption_without_cilium, network_of(estate)))
    assert finding.message == "aks1 is to encrypt with WireGuard, which networkDataplane azure does not do"
    own = ResourceId.of(cluster["id"])
    path = f"{PROFILE}.advancedNetworking.security.transitEncryption.type"
    assert finding.evidence == (
        Evidence(own, path, "WireGuard"),
        Evidence(own, f"{PROFILE}.networkDataplane", "azure"),
    )
    assert finding.cluster_id == finding.resource_id == own


def test_finds_an_absent_dataplane() -> None:
    finding = only(findings(transit_encryption_without_cilium, network_of(encrypted(None)[0])))
    assert finding.message == "aks1 is to encrypt with WireGuard, which networkDataplane (absent) does not do"
    assert finding.evidence[1].value is None


def test_cannot_tell_where_the_profile_does_not_parse() -> None:
    estate, cluster = encrypted("azure")
    hide(cluster)
    assert [u.gap.code for u in unknowns(transit_encryption_without_cilium, network_of(estate))] == ["InvalidValue"]
