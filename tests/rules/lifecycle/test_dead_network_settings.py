from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.lifecycle.dead_network_settings import dead_network_settings
from tests.estate import Estate, Json
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, hide

PROFILE = "properties.networkProfile"


def with_settings(**settings: str) -> tuple[Estate, Json]:
    estate, cluster = an_estate()
    cluster["properties"]["networkProfile"] |= settings
    return estate, cluster


def test_is_quiet_about_current_profiles() -> None:
    assert messages(dead_network_settings, network_of(with_settings()[0])) == []
    assert messages(dead_network_settings, network_of(with_settings(networkMode="transparent")[0])) == []


def test_finds_the_bridge_and_its_range() -> None:
    estate, cluster = with_settings(networkMode="Bridge", dockerBridgeCidr="172.17.0.1/16")
    finding = only(findings(dead_network_settings, network_of(estate)))
    assert finding.message == "aks1: nothing reads networkMode Bridge, dockerBridgeCidr 172.17.0.0/16 any more"
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, f"{PROFILE}.networkMode", "Bridge"),
        Evidence(own, f"{PROFILE}.dockerBridgeCidr", "172.17.0.0/16"),
    )
    assert finding.severity is None
    assert dead_network_settings.severity is Severity.LOW
    assert finding.cluster_id == finding.resource_id == own


def test_the_range_alone_is_information() -> None:
    finding = only(findings(dead_network_settings, network_of(with_settings(dockerBridgeCidr="172.17.0.1/16")[0])))
    assert finding.severity is Severity.INFO


def test_cannot_tell_where_the_profile_does_not_parse() -> None:
    estate, cluster = an_estate()
    hide(cluster)
    assert [u.gap.code for u in unknowns(dead_network_settings, network_of(estate))] == ["InvalidValue"]
