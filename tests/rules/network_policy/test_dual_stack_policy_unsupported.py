from aks_audit.findings import Evidence
from aks_audit.inventory import ResourceId
from aks_audit.rules.network_policy.dual_stack_policy_unsupported import dual_stack_policy_unsupported
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import PROFILE, an_estate, hide

BOTH = ["IPv4", "IPv6"]


def test_is_quiet_about_cilium_and_no_engine() -> None:
    for policy, dataplane in (("cilium", "cilium"), ("none", "azure"), (None, "cilium")):
        estate, _ = an_estate(networkPolicy=policy, networkDataplane=dataplane, ipFamilies=BOTH)
        assert messages(dual_stack_policy_unsupported, network_of(estate)) == []


def test_is_quiet_about_one_family_and_other_models() -> None:
    assert messages(dual_stack_policy_unsupported, network_of(an_estate(networkPolicy="calico")[0])) == []
    estate, _ = an_estate(model="cni-node-subnet", networkPolicy="calico", ipFamilies=BOTH)
    assert messages(dual_stack_policy_unsupported, network_of(estate)) == []


def test_finds_calico_and_azures_manager() -> None:
    estate, cluster = an_estate(networkPolicy="calico", ipFamilies=BOTH)
    finding = only(findings(dual_stack_policy_unsupported, network_of(estate)))
    assert finding.message == "aks1: networkPolicy calico is not supported in a dual-stack overlay cluster"
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, f"{PROFILE}.networkPolicy", "calico"),
        Evidence(own, f"{PROFILE}.ipFamilies", ("IPv4", "IPv6")),
        Evidence(own, f"{PROFILE}.networkPluginMode", "overlay"),
    )
    assert finding.cluster_id == finding.resource_id == own
    estate, _ = an_estate(networkPolicy="azure", ipFamilies=BOTH)
    assert len(messages(dual_stack_policy_unsupported, network_of(estate))) == 1


def test_cannot_tell_what_an_unknown_engine_does() -> None:
    estate, cluster = an_estate(networkPolicy="antrea", ipFamilies=BOTH)
    assert [u.gap.code for u in unknowns(dual_stack_policy_unsupported, network_of(estate))] == ["NotCollected"]
    hide(cluster)
    assert [u.gap.code for u in unknowns(dual_stack_policy_unsupported, network_of(estate))] == ["InvalidValue"]


def test_does_not_ask_where_the_question_does_not_arise() -> None:
    estate, _ = an_estate(networkPolicy="antrea")
    assert messages(dual_stack_policy_unsupported, network_of(estate)) == []
