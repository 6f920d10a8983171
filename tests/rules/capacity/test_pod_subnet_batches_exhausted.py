import pytest

from aks_audit.findings import Severity
from aks_audit.rules.capacity.pod_subnet_batches_exhausted import pod_subnet_batches_exhausted
from tests.estate import Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .pod_subnets import a_pod_subnet_estate


def test_is_quiet_where_each_node_gets_a_batch() -> None:
    network = network_of(a_pod_subnet_estate(Pool(count=14, max_surge="1", max_pods=250)))
    assert messages(pod_subnet_batches_exhausted, network) == []


@pytest.mark.parametrize(
    ("pool", "severity", "words"),
    [
        (Pool(count=16), Severity.CRITICAL, "the present nodes take at least 16 batches"),
        (Pool(count=15, max_surge="1"), Severity.CRITICAL, "an upgrade of all pools takes at least 16 batches"),
        (Pool(count=3, max_count=16), Severity.HIGH, "the autoscaler's maximum takes at least 16 batches"),
        (Pool(count=3, max_count=15, max_surge="1"), Severity.HIGH, "an upgrade at the autoscaler's maximum takes"),
    ],
)
def test_finds_the_sixteenth_node_of_a_24(pool: Pool, severity: Severity, words: str) -> None:
    finding = only(findings(pod_subnet_batches_exhausted, network_of(a_pod_subnet_estate(pool))))
    assert words in finding.message
    assert "there are 15 whole ones" in finding.message
    assert "15 batches of 16 in 10.1.16.0/24, 11 addresses never usable; short by 16" in (finding.arithmetic or "")
    assert finding.severity is severity
    assert finding.latent is (pool.count < 16)


def test_sums_over_the_clusters_of_the_subnet() -> None:
    estate = a_pod_subnet_estate(Pool(count=7, max_surge="1"), clusters=2)
    finding = only(findings(pod_subnet_batches_exhausted, network_of(estate)))
    assert "at least 16 batches" in finding.message
    assert finding.cluster_id is None
    assert len(finding.affected) == 2


def test_is_quiet_about_a_pod_subnet_that_does_not_exist() -> None:
    estate = a_pod_subnet_estate(Pool())
    profile = estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]
    profile["podSubnetID"] = profile["podSubnetID"] + "-gone"
    assert messages(pod_subnet_batches_exhausted, network_of(estate)) == []


def test_cannot_tell_without_the_subnet() -> None:
    network = network_of(a_pod_subnet_estate(Pool(count=16)), refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(pod_subnet_batches_exhausted, network)] == [403]
