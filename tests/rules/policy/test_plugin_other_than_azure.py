from __future__ import annotations

import pytest

from aks_audit.findings import Severity
from aks_audit.rules.policy.plugin_other_than_azure import plugin_other_than_azure
from tests.estate import Model
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, evidence, garble, id_of, network_profile


def test_is_quiet_about_azure_in_any_case() -> None:
    estate, cluster = an_estate()
    assert messages(plugin_other_than_azure, network_of(estate)) == []
    network_profile(cluster)["networkPlugin"] = "AZURE"
    assert messages(plugin_other_than_azure, network_of(estate)) == []


def test_finds_kubenet() -> None:
    estate, cluster = an_estate(model="kubenet")
    finding = only(findings(plugin_other_than_azure, network_of(estate)))
    assert finding.message == "aks1: the network plug-in is kubenet; it should be azure"
    assert finding.resource_id == finding.cluster_id == id_of(cluster)
    assert evidence(finding) == [("properties.networkProfile.networkPlugin", "kubenet")]
    assert finding.severity is None
    assert plugin_other_than_azure.severity is Severity.LOW


def test_finds_a_cni_of_ones_own() -> None:
    assert messages(plugin_other_than_azure, network_of(an_estate(model="byo")[0])) == [
        "aks1: the network plug-in is none, a CNI of one's own; it should be azure"
    ]


@pytest.mark.parametrize("model", ["cni-node-subnet", "cni-pod-subnet-dynamic", "cni-pod-subnet-static"])
def test_is_quiet_about_every_form_of_it(model: Model) -> None:
    assert messages(plugin_other_than_azure, network_of(an_estate(model=model)[0])) == []


def test_cannot_tell_without_it_or_of_a_new_one() -> None:
    estate, cluster = an_estate()
    network_profile(cluster)["networkPlugin"] = "warp"
    (answer,) = unknowns(plugin_other_than_azure, network_of(estate))
    assert answer.resource_id == id_of(cluster)
    assert answer.gap.message == "properties.networkProfile.networkPlugin is warp, which this version does not know"
    del network_profile(cluster)["networkPlugin"]
    (answer,) = unknowns(plugin_other_than_azure, network_of(estate))
    assert answer.gap.message == "properties.networkProfile.networkPlugin is absent"
    garble(cluster)
    assert [u.gap.code for u in unknowns(plugin_other_than_azure, network_of(estate))] == ["InvalidValue"]
