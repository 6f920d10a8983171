from datetime import date

import pytest

from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.lifecycle.application_routing_nginx_retirement import application_routing_nginx_retirement
from tests.estate import Estate, Json
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, hide


def with_routing(kind: str | None = None, enabled: bool = True) -> tuple[Estate, Json]:
    nginx = {"nginx": {"defaultIngressControllerType": kind}} if kind else {}
    return an_estate(ingressProfile={"webAppRouting": {"enabled": enabled, **nginx}})


def test_is_quiet_without_the_add_on_or_its_nginx() -> None:
    for made in (an_estate(), with_routing(enabled=False), with_routing("None")):
        assert messages(application_routing_nginx_retirement, network_of(made[0])) == []


def test_finds_the_managed_nginx() -> None:
    for kind in (None, "AnnotationControlled"):
        estate, cluster = with_routing(kind)
        network = network_of(estate, as_of=date(2026, 11, 20))
        finding = only(findings(application_routing_nginx_retirement, network))
        assert finding.message == (
            "aks1 uses the managed NGINX of application routing, which retires on 2026-11-30, in 10 days"
        )
        own = ResourceId.of(cluster["id"])
        assert finding.evidence == (Evidence(own, "properties.ingressProfile.webAppRouting.enabled", True),)
        assert finding.arithmetic == "2026-11-30 - 2026-11-20 = 10 days"
        assert finding.cluster_id == finding.resource_id == own


@pytest.mark.parametrize(
    ("as_of", "severity"),
    [
        (date(2025, 11, 29), Severity.LOW),
        (date(2025, 11, 30), Severity.MEDIUM),
        (date(2026, 11, 30), Severity.MEDIUM),
        (date(2026, 12, 1), Severity.HIGH),
    ],
)
def test_grows_with_time(as_of: date, severity: Severity) -> None:
    network = network_of(with_routing()[0], as_of=as_of)
    assert only(findings(application_routing_nginx_retirement, network)).severity is severity


def test_cannot_tell_where_the_cluster_does_not_parse() -> None:
    estate, cluster = with_routing()
    hide(cluster)
    given = unknowns(application_routing_nginx_retirement, network_of(estate))
    assert [u.gap.code for u in given] == ["InvalidValue"]
