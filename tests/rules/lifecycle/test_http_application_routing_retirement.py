from datetime import date

import pytest

from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.lifecycle.http_application_routing_retirement import http_application_routing_retirement
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, hide


def test_is_quiet_without_the_add_on() -> None:
    assert messages(http_application_routing_retirement, network_of(an_estate()[0])) == []
    estate, _ = an_estate(addonProfiles={"httpApplicationRouting": {"enabled": False}})
    assert messages(http_application_routing_retirement, network_of(estate)) == []


def test_finds_the_add_on() -> None:
    estate, cluster = an_estate(addonProfiles={"httpapplicationrouting": {"enabled": True}})
    finding = only(findings(http_application_routing_retirement, network_of(estate, as_of=date(2026, 11, 20))))
    assert finding.message == (
        "aks1 uses the HTTP application routing add-on, which retired on 2025-03-03, 627 days ago"
    )
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (Evidence(own, "properties.addonProfiles.httpApplicationRouting.enabled", True),)
    assert finding.arithmetic == "2025-03-03 - 2026-11-20 = -627 days"
    assert finding.cluster_id == finding.resource_id == own


@pytest.mark.parametrize(
    ("as_of", "severity"), [(date(2025, 3, 3), Severity.MEDIUM), (date(2025, 3, 4), Severity.HIGH)]
)
def test_grows_with_time(as_of: date, severity: Severity) -> None:
    estate, _ = an_estate(addonProfiles={"httpApplicationRouting": {"enabled": True}})
    finding = only(findings(http_application_routing_retirement, network_of(estate, as_of=as_of)))
    assert finding.severity is severity


def test_cannot_tell_where_the_cluster_does_not_parse() -> None:
    estate, cluster = an_estate()
    hide(cluster)
    given = unknowns(http_application_routing_retirement, network_of(estate))
    assert [u.gap.code for u in given] == ["InvalidValue"]
