from __future__ import annotations

from aks_audit.findings import Severity
from aks_audit.rules.policy.dataplane_other_than_cilium import dataplane_other_than_cilium
from tests.estate import Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, evidence, id_of, network_profile, without_pools


def test_is_quiet_about_cilium_in_any_case() -> None:
    estate, cluster = an_estate(dataplane="cilium")
    assert messages(dataplane_other_than_cilium, network_of(estate)) == []
    network_profile(cluster)["networkDataplane"] = "Cilium"
    assert messages(dataplane_other_than_cilium, network_of(estate)) == []


def test_finds_the_azure_dataplane() -> None:
    estate, cluster = an_estate()
    finding = only(findings(dataplane_other_than_cilium, network_of(estate)))
    assert finding.message == "aks1: the dataplane is azure; it should be cilium"
    assert finding.resource_id == finding.cluster_id == id_of(cluster)
    assert evidence(finding) == [("properties.networkProfile.networkDataplane", "azure")]
    assert finding.severity is None
    assert dataplane_other_than_cilium.severity is Severity.LOW


def test_does_not_ask_where_cilium_does_not_run() -> None:
    windows = an_estate(Pool(), Pool(name="win", os_type="Windows", mode="User"))[0]
    assert messages(dataplane_other_than_cilium, network_of(windows)) == []
    assert messages(dataplane_other_than_cilium, network_of(an_estate(model="kubenet")[0])) == []
    assert messages(dataplane_other_than_cilium, network_of(an_estate(model="byo")[0])) == []


def test_cannot_tell_without_it_or_the_pools() -> None:
    estate, cluster = an_estate()
    network_profile(cluster)["networkDataplane"] = "warp"
    (answer,) = unknowns(dataplane_other_than_cilium, network_of(estate))
    assert answer.resource_id == id_of(cluster)
    assert answer.gap.message == "properties.networkProfile.networkDataplane is warp, which this version does not know"
    del network_profile(cluster)["networkDataplane"]
    (answer,) = unknowns(dataplane_other_than_cilium, network_of(estate))
    assert answer.gap.message == "properties.networkProfile.networkDataplane is absent"
    without_pools(cluster)
    (answer,) = unknowns(dataplane_other_than_cilium, network_of(estate))
    assert answer.gap.message == "the cluster's node pools were not read"
