from datetime import date

import pytest

from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.network_policy.azure_policy_retirement import azure_policy_retirement
from aks_audit.settings import Settings, Thresholds
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import PROFILE, an_estate, hide


def test_is_quiet_about_other_engines() -> None:
    for policy in ("calico", "none", "cilium"):
        assert messages(azure_policy_retirement, network_of(an_estate(networkPolicy=policy)[0])) == []


def test_finds_it_and_counts_the_days() -> None:
    estate, cluster = an_estate(networkPolicy="AZURE")
    finding = only(findings(azure_policy_retirement, network_of(estate, as_of=date(2026, 11, 20))))
    assert finding.message == (
        "aks1 has Azure network policy manager on Linux, which retires on 2028-09-30, in 680 days"
    )
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (Evidence(own, f"{PROFILE}.networkPolicy", "AZURE"),)
    assert finding.arithmetic == "2028-09-30 - 2026-11-20 = 680 days"
    assert finding.cluster_id == finding.resource_id == own


@pytest.mark.parametrize(
    ("as_of", "severity"),
    [
        (date(2027, 9, 30), Severity.LOW),
        (date(2027, 10, 1), Severity.MEDIUM),
        (date(2028, 9, 30), Severity.MEDIUM),
        (date(2028, 10, 1), Severity.HIGH),
    ],
)
def test_grows_with_time(as_of: date, severity: Severity) -> None:
    estate, _ = an_estate(networkPolicy="azure")
    assert only(findings(azure_policy_retirement, network_of(estate, as_of=as_of))).severity is severity


def test_the_team_says_from_when_on() -> None:
    estate, _ = an_estate(networkPolicy="azure")
    settings = Settings(thresholds=Thresholds(retirement_days_high=680))
    network = network_of(estate, as_of=date(2026, 11, 20), settings=settings)
    assert only(findings(azure_policy_retirement, network)).severity is Severity.MEDIUM


def test_cannot_tell_where_the_policy_does_not_parse() -> None:
    estate, cluster = an_estate()
    hide(cluster)
    assert [u.gap.code for u in unknowns(azure_policy_retirement, network_of(estate))] == ["InvalidValue"]
