from datetime import date

import pytest

from aks_audit.findings import Severity
from aks_audit.rules.lifecycle.kubenet_retirement import kubenet_retirement
from tests.estate import Estate
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(*models: str) -> Estate:
    estate = Estate()
    for number, model in enumerate(models, start=1):
        estate.cluster(f"aks{number}", model)  # type: ignore[arg-type]
    return estate


def test_is_quiet_about_other_network_models() -> None:
    assert messages(kubenet_retirement, network_of(an_estate("cni-overlay", "byo", "cni-node-subnet"))) == []


def test_finds_every_kubenet_cluster_and_counts_the_days() -> None:
    network = network_of(an_estate("kubenet", "cni-overlay", "kubenet"), as_of=date(2026, 11, 20))
    first, second = findings(kubenet_retirement, network)
    assert first.message == "aks1 runs kubenet, which retires on 2028-03-31, in 497 days"
    assert first.arithmetic == "2028-03-31 - 2026-11-20 = 497 days"
    assert second.message.startswith("aks3 ")


@pytest.mark.parametrize(
    ("as_of", "severity", "words"),
    [
        (date(2027, 3, 31), Severity.MEDIUM, "in 366 days"),
        (date(2027, 4, 1), Severity.HIGH, "in 365 days"),
        (date(2028, 3, 31), Severity.HIGH, "in 0 days"),
        (date(2028, 4, 1), Severity.CRITICAL, "retired on 2028-03-31, 1 day ago"),
    ],
)
def test_grows_with_time(as_of: date, severity: Severity, words: str) -> None:
    finding = only(findings(kubenet_retirement, network_of(an_estate("kubenet"), as_of=as_of)))
    assert finding.severity is severity
    assert words in finding.message


def test_takes_the_plugin_in_any_case() -> None:
    estate = an_estate("kubenet")
    estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["networkPlugin"] = "Kubenet"
    assert len(messages(kubenet_retirement, network_of(estate))) == 1


def test_cannot_tell_without_the_plugin() -> None:
    estate = an_estate("kubenet")
    estate.of_type("managedClusters")[0]["properties"]["networkProfile"] = None
    assert [u.gap.code for u in unknowns(kubenet_retirement, network_of(estate))] == ["NotCollected"]


def test_cannot_tell_where_the_plugin_does_not_parse() -> None:
    estate = an_estate("kubenet")
    estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["networkPlugin"] = ["kubenet"]
    assert [u.gap.code for u in unknowns(kubenet_retirement, network_of(estate))] == ["InvalidValue"]
