from datetime import date

import pytest

from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.lifecycle.open_service_mesh_retirement import open_service_mesh_retirement
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, hide


def test_is_quiet_without_the_add_on() -> None:
    assert messages(open_service_mesh_retirement, network_of(an_estate()[0])) == []
    estate, _ = an_estate(addonProfiles={"openServiceMesh": {"enabled": False}})
    assert messages(open_service_mesh_retirement, network_of(estate)) == []


def test_finds_the_add_on() -> None:
    estate, cluster = an_estate(addonProfiles={"openservicemesh": {"enabled": True}})
    finding = only(findings(open_service_mesh_retirement, network_of(estate, as_of=date(2026, 11, 20))))
    assert finding.message == ("aks1 uses the Open Service Mesh add-on, which retires on 2027-09-30, in 314 days")
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (Evidence(own, "properties.addonProfiles.openServiceMesh.enabled", True),)
    assert finding.arithmetic == "2027-09-30 - 2026-11-20 = 314 days"
    assert finding.cluster_id == finding.resource_id == own


@pytest.mark.parametrize(
    ("as_of", "severity"), [(date(2027, 9, 30), Severity.MEDIUM), (date(2027, 10, 1), Severity.HIGH)]
)
def test_grows_with_time(as_of: date, severity: Severity) -> None:
    estate, _ = an_estate(addonProfiles={"openServiceMesh": {"enabled": True}})
    finding = only(findings(open_service_mesh_retirement, network_of(estate, as_of=as_of)))
    assert finding.severity is severity


def test_cannot_tell_where_the_cluster_does_not_parse() -> None:
    estate, cluster = an_estate()
    hide(cluster)
    given = unknowns(open_service_mesh_retirement, network_of(estate))
    assert [u.gap.code for u in given] == ["InvalidValue"]
