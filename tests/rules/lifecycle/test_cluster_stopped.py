from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.lifecycle.cluster_stopped import cluster_stopped
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, hide


def test_is_quiet_about_running_clusters() -> None:
    assert messages(cluster_stopped, network_of(an_estate()[0])) == []
    assert messages(cluster_stopped, network_of(an_estate(powerState=None)[0])) == []


def test_finds_a_stopped_cluster() -> None:
    estate, cluster = an_estate(powerState={"code": "Stopped"})
    finding = only(findings(cluster_stopped, network_of(estate)))
    assert finding.message == "aks1 is stopped, since when ARM does not show"
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (Evidence(own, "properties.powerState.code", "Stopped"),)
    assert finding.cluster_id == finding.resource_id == own
    assert cluster_stopped.severity is Severity.INFO


def test_cannot_tell_where_the_cluster_does_not_parse() -> None:
    estate, cluster = an_estate()
    hide(cluster)
    assert [u.gap.code for u in unknowns(cluster_stopped, network_of(estate))] == ["InvalidValue"]
