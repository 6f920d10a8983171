import pytest

from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.network_policy.network_policy_missing import network_policy_missing
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import PROFILE, an_estate, hide


def test_is_quiet_about_every_engine() -> None:
    for policy, dataplane in (("calico", "azure"), ("Azure", "azure"), ("cilium", "cilium"), (None, "Cilium")):
        estate, _ = an_estate(networkPolicy=policy, networkDataplane=dataplane)
        assert messages(network_policy_missing, network_of(estate)) == []


def test_is_quiet_about_a_cni_of_ones_own() -> None:
    assert messages(network_policy_missing, network_of(an_estate(model="byo")[0])) == []


def test_finds_a_policy_of_none() -> None:
    estate, cluster = an_estate(networkPolicy="none")
    finding = only(findings(network_policy_missing, network_of(estate)))
    assert finding.message == "aks1: networkPolicy is none, so nothing enforces network policies"
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, f"{PROFILE}.networkPolicy", "none"),
        Evidence(own, f"{PROFILE}.networkDataplane", "azure"),
    )
    assert finding.cluster_id == finding.resource_id == own
    assert finding.severity is None
    assert network_policy_missing.severity is Severity.MEDIUM


def test_finds_an_absent_policy() -> None:
    estate, _ = an_estate(networkPolicy=None, networkDataplane=None, model="kubenet")
    finding = only(findings(network_policy_missing, network_of(estate)))
    assert finding.message == "aks1: networkPolicy is absent, so nothing enforces network policies"
    assert [item.value for item in finding.evidence] == [None, None]


def test_is_low_beside_the_cilium_dataplane() -> None:
    estate, _ = an_estate(networkPolicy="None", networkDataplane="cilium")
    finding = only(findings(network_policy_missing, network_of(estate)))
    assert finding.message == (
        "aks1: networkPolicy is None beside the Cilium dataplane, so nothing enforces network policies"
    )
    assert finding.severity is Severity.LOW


def test_cannot_tell_what_an_unknown_engine_does() -> None:
    estate, cluster = an_estate(networkPolicy="antrea")
    (answer,) = unknowns(network_policy_missing, network_of(estate))
    assert answer.resource_id == ResourceId.of(cluster["id"])
    assert answer.gap.message == f"{PROFILE}.networkPolicy is antrea, which this version does not know"


@pytest.mark.parametrize("profile", [None, {"podCidr": "10.244.0.0/16"}])
def test_cannot_tell_without_a_profile(profile: object) -> None:
    estate, cluster = an_estate()
    cluster["properties"]["networkProfile"] = profile
    (answer,) = unknowns(network_policy_missing, network_of(estate))
    assert answer.gap.message == f"{PROFILE}.networkPlugin is absent"


def test_cannot_tell_where_the_policy_does_not_parse() -> None:
    estate, cluster = an_estate()
    hide(cluster)
    assert [u.gap.code for u in unknowns(network_policy_missing, network_of(estate))] == ["InvalidValue"]
