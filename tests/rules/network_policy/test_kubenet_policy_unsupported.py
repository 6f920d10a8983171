from aks_audit.findings import Evidence
from aks_audit.inventory import ResourceId
from aks_audit.rules.network_policy.kubenet_policy_unsupported import kubenet_policy_unsupported
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import PROFILE, an_estate, hide


def test_is_quiet_about_calico_and_no_policy() -> None:
    for policy in ("calico", "none", None):
        estate, _ = an_estate(model="kubenet", networkPolicy=policy)
        assert messages(kubenet_policy_unsupported, network_of(estate)) == []


def test_is_quiet_about_other_plugins() -> None:
    estate, _ = an_estate(networkPolicy="cilium", networkDataplane="cilium")
    assert messages(kubenet_policy_unsupported, network_of(estate)) == []


def test_finds_engine_and_dataplane_as_one() -> None:
    estate, cluster = an_estate(model="kubenet", networkPolicy="cilium", networkDataplane="cilium")
    finding = only(findings(kubenet_policy_unsupported, network_of(estate)))
    assert finding.message == "aks1: kubenet does not go with networkPolicy cilium, networkDataplane cilium"
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, f"{PROFILE}.networkPlugin", "kubenet"),
        Evidence(own, f"{PROFILE}.networkPolicy", "cilium"),
        Evidence(own, f"{PROFILE}.networkDataplane", "cilium"),
    )
    assert finding.cluster_id == finding.resource_id == own


def test_finds_azures_manager() -> None:
    estate, _ = an_estate(model="kubenet", networkPlugin="Kubenet", networkPolicy="Azure")
    assert messages(kubenet_policy_unsupported, network_of(estate)) == [
        "aks1: kubenet does not go with networkPolicy Azure"
    ]


def test_cannot_tell_where_the_policy_does_not_parse() -> None:
    estate, cluster = an_estate(model="kubenet")
    hide(cluster)
    assert [u.gap.code for u in unknowns(kubenet_policy_unsupported, network_of(estate))] == ["InvalidValue"]
