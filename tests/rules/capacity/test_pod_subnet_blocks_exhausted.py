import pytest

from aks_audit.findings import Severity
from aks_audit.rules.capacity.pod_subnet_blocks_exhausted import pod_subnet_blocks_exhausted
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .pod_subnets import a_pod_subnet_estate


def an_estate(pool: Pool, count: int | None = None) -> Estate:
    """With room for four nodes of two blocks in the subnet; `count` is what ARM says."""
    estate = a_pod_subnet_estate(pool, model="cni-pod-subnet-static", prefix="10.1.16.0/24")
    if count is not None:
        estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["count"] = count
    return estate


def test_is_quiet_where_the_blocks_suffice() -> None:
    network = network_of(an_estate(Pool(count=6, max_pods=30, max_surge="1")))  # 7 x 2 = 14
    assert messages(pod_subnet_blocks_exhausted, network) == []


@pytest.mark.parametrize(
    ("count", "maximum", "severity"),
    [
        (9, None, Severity.CRITICAL),
        (8, None, Severity.CRITICAL),
        (4, 9, Severity.HIGH),
        (4, 8, Severity.HIGH),
        (4, 7, Severity.MEDIUM),
    ],
)
def test_finds_more_blocks_wanted_than_there_are(count: int, maximum: int | None, severity: Severity) -> None:
    pool = Pool(count=4, max_pods=30, max_surge="1", max_count=maximum)
    finding = only(findings(pod_subnet_blocks_exhausted, network_of(an_estate(pool, count))))
    assert finding.severity is severity
    assert "there are 14 whole ones" in finding.message
    assert "14 whole /28 blocks in 10.1.16.0/24" in (finding.arithmetic or "")


def test_says_where_only_the_two_blocks_are_missing_that_azure_seems_to_spoil() -> None:
    pool = Pool(count=4, max_pods=30, max_surge="1")
    finding = only(findings(pod_subnet_blocks_exhausted, network_of(an_estate(pool, 7))))
    assert "an upgrade of all pools takes 16 /28 blocks" in finding.message
    assert "it fits with the first and the last" in finding.message
    assert finding.severity is Severity.MEDIUM
    assert "256 = (7 + 1 surge) x 16 x ceil((30 + 1) / 16) [aks1/np1]" in (finding.arithmetic or "")


def test_cannot_tell_without_max_pods() -> None:
    estate = an_estate(Pool(max_pods=30))
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["maxPods"]
    answers = unknowns(pod_subnet_blocks_exhausted, network_of(estate))
    assert [u.gap.message for u in answers] == ["the maxPods of pool np1 is not known"]
