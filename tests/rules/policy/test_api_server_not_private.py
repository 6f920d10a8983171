from __future__ import annotations

from aks_audit.findings import Severity
from aks_audit.rules.policy.api_server_not_private import api_server_not_private
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, evidence, id_of


def test_is_quiet_about_private_clusters_and_disabled_access() -> None:
    assert messages(api_server_not_private, network_of(an_estate(private=True)[0])) == []
    assert messages(api_server_not_private, network_of(an_estate(private=True, integrated=True)[0])) == []
    estate, cluster = an_estate(integrated=True)
    cluster["properties"]["publicNetworkAccess"] = "DISABLED"
    assert messages(api_server_not_private, network_of(estate)) == []


def test_finds_a_public_endpoint_behind_ranges() -> None:
    estate, cluster = an_estate()
    cluster["properties"]["publicNetworkAccess"] = "Enabled"
    finding = only(findings(api_server_not_private, network_of(estate)))
    assert finding.message == "aks1: the API server is public, with authorized ranges; it should be private"
    assert finding.resource_id == finding.cluster_id == id_of(cluster)
    assert evidence(finding) == [
        ("properties.apiServerAccessProfile.enablePrivateCluster", False),
        ("properties.publicNetworkAccess", "Enabled"),
    ]
    assert finding.severity is None
    assert api_server_not_private.severity is Severity.MEDIUM


def test_finds_it_where_the_profile_is_absent() -> None:
    """The review checklists leave such clusters out."""
    estate, cluster = an_estate()
    del cluster["properties"]["apiServerAccessProfile"]
    finding = only(findings(api_server_not_private, network_of(estate)))
    assert finding.message == "aks1: the API server is public, without authorized ranges; it should be private"
    assert finding.evidence[1].value is None


def test_cannot_tell_without_any_word_of_it() -> None:
    estate, cluster = an_estate()
    del cluster["properties"]["apiServerAccessProfile"], cluster["properties"]["fqdn"]
    (answer,) = unknowns(api_server_not_private, network_of(estate))
    assert (answer.resource_id, answer.gap.code) == (id_of(cluster), "NotCollected")
