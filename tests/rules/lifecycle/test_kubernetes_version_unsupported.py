from datetime import date

import pytest

from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.lifecycle.kubernetes_version_unsupported import kubernetes_version_unsupported
from tests.estate import Estate, Json
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, hide


def of_version(text: str, *, plan: str = "KubernetesOfficial", tier: str = "Standard") -> tuple[Estate, Json]:
    estate, cluster = an_estate(kubernetesVersion=text, currentKubernetesVersion=text, supportPlan=plan)
    cluster["sku"]["tier"] = tier
    return estate, cluster


def of_long_term(text: str) -> tuple[Estate, Json]:
    return of_version(text, plan="AKSLongTermSupport", tier="Premium")


def test_is_quiet_about_supported_versions() -> None:
    day = date(2026, 11, 20)
    for made in (of_version("1.35.2"), of_version("1.37.0"), of_version("1.38.1"), of_long_term("1.33.4")):
        assert messages(kubernetes_version_unsupported, network_of(made[0], as_of=day)) == []


def test_finds_a_version_out_of_support() -> None:
    estate, cluster = of_version("1.33.4")
    finding = only(findings(kubernetes_version_unsupported, network_of(estate, as_of=date(2026, 11, 20))))
    assert finding.message == "aks1: Kubernetes 1.33.4 is out of support since 2026-07-31"
    assert finding.arithmetic == "2026-07-31 - 2026-11-20 = -112 days"
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, "properties.currentKubernetesVersion", "1.33.4"),
        Evidence(own, "properties.supportPlan", "KubernetesOfficial"),
        Evidence(own, "sku.tier", "Standard"),
    )
    assert finding.severity is Severity.MEDIUM
    assert finding.cluster_id == finding.resource_id == own


@pytest.mark.parametrize(
    ("as_of", "words", "severity"),
    [
        (date(2026, 10, 1), "leaves support after 2026-11-30, in 60 days", Severity.LOW),
        (date(2026, 11, 29), "leaves support after 2026-11-30, in 1 days", Severity.LOW),
        (date(2026, 11, 30), "leaves support after 2026-11-30, in 0 days", Severity.LOW),
        (date(2026, 12, 1), "is out of support since 2026-11-30", Severity.MEDIUM),
        (date(2027, 11, 30), "is out of support since 2026-11-30", Severity.MEDIUM),
        (date(2027, 12, 1), "is out of support since 2026-11-30", Severity.HIGH),
    ],
)
def test_the_days_around_the_end(as_of: date, words: str, severity: Severity) -> None:
    finding = only(findings(kubernetes_version_unsupported, network_of(of_version("1.34.1")[0], as_of=as_of)))
    assert finding.message == f"aks1: Kubernetes 1.34.1 {words}"
    assert finding.severity is severity


def test_is_quiet_the_day_before_it_is_told() -> None:
    network = network_of(of_version("1.34.1")[0], as_of=date(2026, 9, 30))
    assert messages(kubernetes_version_unsupported, network) == []


def test_long_term_support_takes_plan_and_tier() -> None:
    day = date(2026, 11, 20)
    for made in (of_version("1.33.4", plan="AKSLongTermSupport"), of_version("1.33.4", tier="Premium")):
        assert len(messages(kubernetes_version_unsupported, network_of(made[0], as_of=day))) == 1
    finding = only(
        findings(kubernetes_version_unsupported, network_of(of_long_term("1.33")[0], as_of=date(2027, 8, 1)))
    )
    assert finding.message == "aks1: Kubernetes 1.33 is out of long-term support since 2027-07-31"
    assert finding.severity is Severity.HIGH


def test_finds_what_is_older_than_the_table() -> None:
    finding = only(
        findings(kubernetes_version_unsupported, network_of(of_version("1.27.9")[0], as_of=date(2025, 12, 1)))
    )
    assert finding.message == "aks1: Kubernetes 1.27.9 has long been out of support"
    assert finding.severity is Severity.HIGH
    assert finding.arithmetic is None


def test_cannot_tell_beyond_the_table() -> None:
    for version, day, words in (
        ("1.27.9", date(2025, 11, 30), "Kubernetes 1.27 is older than the table of 2026-11-23"),
        ("1.38.0", date(2027, 11, 1), "Kubernetes 1.38 is newer than the table of 2026-11-23"),
    ):
        (answer,) = unknowns(kubernetes_version_unsupported, network_of(of_version(version)[0], as_of=day))
        assert answer.gap.message == words
    assert messages(kubernetes_version_unsupported, network_of(of_version("1.38.0")[0], as_of=date(2027, 10, 31))) == []


def test_cannot_tell_without_a_version() -> None:
    estate, cluster = of_version("stable")
    (answer,) = unknowns(kubernetes_version_unsupported, network_of(estate))
    assert answer.gap.message == "neither currentKubernetesVersion nor kubernetesVersion is given"
    hide(cluster)
    assert [u.gap.code for u in unknowns(kubernetes_version_unsupported, network_of(estate))] == ["InvalidValue"]
