from aks_audit.findings import Evidence
from aks_audit.inventory import ResourceId
from aks_audit.rules.network_policy.policy_against_dataplane import policy_against_dataplane
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import PROFILE, an_estate, hide


def test_is_quiet_about_what_goes_together() -> None:
    for policy, dataplane in (
        ("cilium", "cilium"),
        ("Cilium", "CILIUM"),
        ("calico", "azure"),
        ("azure", None),
        ("none", "azure"),
        ("none", "cilium"),
        (None, "cilium"),
        (None, None),
    ):
        estate, _ = an_estate(networkPolicy=policy, networkDataplane=dataplane)
        assert messages(policy_against_dataplane, network_of(estate)) == []


def test_leaves_kubenet_and_own_cnis_to_others() -> None:
    for model in ("kubenet", "byo"):
        estate, _ = an_estate(model=model, networkPolicy="cilium")
        assert messages(policy_against_dataplane, network_of(estate)) == []


def test_finds_ciliums_policies_without_its_dataplane() -> None:
    estate, cluster = an_estate(networkPolicy="cilium", networkDataplane=None)
    finding = only(findings(policy_against_dataplane, network_of(estate)))
    assert finding.message == (
        "aks1: networkPolicy cilium does not go with networkDataplane (absent) (ValidationError)"
    )
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, f"{PROFILE}.networkPolicy", "cilium"),
        Evidence(own, f"{PROFILE}.networkDataplane", None),
    )
    assert finding.cluster_id == finding.resource_id == own
    assert finding.latent


def test_finds_other_engines_on_the_cilium_dataplane() -> None:
    for policy in ("calico", "azure"):
        estate, _ = an_estate(networkPolicy=policy, networkDataplane="cilium")
        assert messages(policy_against_dataplane, network_of(estate)) == [
            f"aks1: networkPolicy {policy} does not go with networkDataplane cilium (ValidationError)"
        ]


def test_cannot_tell_where_the_policy_does_not_parse() -> None:
    estate, cluster = an_estate()
    hide(cluster)
    assert [u.gap.code for u in unknowns(policy_against_dataplane, network_of(estate))] == ["InvalidValue"]
