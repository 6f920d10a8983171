from __future__ import annotations

from aks_audit.findings import Severity
from aks_audit.rules.policy.run_command_enabled import run_command_enabled
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, evidence, garble, id_of


def test_is_quiet_where_it_is_off() -> None:
    estate, cluster = an_estate()
    cluster["properties"]["apiServerAccessProfile"]["disableRunCommand"] = True
    assert messages(run_command_enabled, network_of(estate)) == []


def test_finds_it_on_and_absent() -> None:
    estate, cluster = an_estate()
    finding = only(findings(run_command_enabled, network_of(estate)))
    assert finding.message == "aks1: az aks command invoke reaches the API server from anywhere"
    assert finding.resource_id == finding.cluster_id == id_of(cluster)
    assert evidence(finding) == [("properties.apiServerAccessProfile.disableRunCommand", False)]
    assert finding.severity is None
    assert run_command_enabled.severity is Severity.LOW
    del cluster["properties"]["apiServerAccessProfile"]
    assert len(messages(run_command_enabled, network_of(estate))) == 1


def test_says_what_it_passes_by_in_a_private_cluster() -> None:
    assert messages(run_command_enabled, network_of(an_estate(private=True)[0])) == [
        "aks1: az aks command invoke reaches the API server past its private endpoint"
    ]


def test_cannot_tell_without_any_word_of_the_api_server() -> None:
    estate, cluster = an_estate()
    del cluster["properties"]["apiServerAccessProfile"], cluster["properties"]["fqdn"]
    (answer,) = unknowns(run_command_enabled, network_of(estate))
    assert answer.resource_id == id_of(cluster)
    assert answer.gap.message == (
        "properties.apiServerAccessProfile.disableRunCommand and the names of the API server are absent"
    )
    garble(cluster)
    assert [u.gap.code for u in unknowns(run_command_enabled, network_of(estate))] == ["InvalidValue"]
