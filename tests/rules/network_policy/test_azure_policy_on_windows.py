from datetime import date

import pytest

from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.network_policy.azure_policy_on_windows import azure_policy_on_windows
from tests.estate import Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import PROFILE, an_estate, hide, windows


def test_is_quiet_about_linux_and_about_other_engines() -> None:
    assert messages(azure_policy_on_windows, network_of(an_estate(networkPolicy="azure")[0])) == []
    assert messages(azure_policy_on_windows, network_of(an_estate(Pool(), windows(), networkPolicy="calico")[0])) == []


def test_finds_windows_pools() -> None:
    estate, cluster = an_estate(Pool(), windows("win1"), windows("win2"), networkPolicy="Azure")
    finding = only(findings(azure_policy_on_windows, network_of(estate, as_of=date(2026, 11, 20))))
    assert finding.message == (
        "aks1: Azure network policy manager on Windows retired on 2026-09-30, 51 days ago; "
        "it is the engine of win1, win2"
    )
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, f"{PROFILE}.networkPolicy", "Azure"),
        Evidence(own, "properties.agentPoolProfiles[win1].osType", "Windows"),
        Evidence(own, "properties.agentPoolProfiles[win2].osType", "Windows"),
    )
    assert finding.affected == (own.child("agentPools", "win1"), own.child("agentPools", "win2"))
    assert finding.cluster_id == finding.resource_id == own
    assert finding.arithmetic == "2026-09-30 - 2026-11-20 = -51 days"


@pytest.mark.parametrize(
    ("as_of", "severity"),
    [
        (date(2025, 9, 29), Severity.MEDIUM),
        (date(2025, 9, 30), Severity.HIGH),
        (date(2026, 9, 30), Severity.HIGH),
        (date(2026, 10, 1), Severity.HIGH),
    ],
)
def test_grows_with_time(as_of: date, severity: Severity) -> None:
    estate, _ = an_estate(Pool(), windows(), networkPolicy="azure")
    assert only(findings(azure_policy_on_windows, network_of(estate, as_of=as_of))).severity is severity


def test_cannot_tell_without_the_pools() -> None:
    estate, cluster = an_estate(networkPolicy="azure")
    cluster["properties"]["agentPoolProfiles"] = None
    assert [u.gap.code for u in unknowns(azure_policy_on_windows, network_of(estate))] == ["NotCollected"]
    hide(cluster)
    assert [u.gap.code for u in unknowns(azure_policy_on_windows, network_of(estate))] == ["InvalidValue"]
