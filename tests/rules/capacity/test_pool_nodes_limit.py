import pytest

from aks_audit.findings import Severity
from aks_audit.rules.capacity.pool_nodes_limit import pool_nodes_limit
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(count: int, max_count: int | None = None) -> Estate:
    estate = Estate()
    pools = [Pool(), Pool(name="big", count=1, max_count=max_count, mode="User", max_surge="10%")]
    cluster = estate.cluster("aks1", "cni-overlay", pools=pools)
    cluster["properties"]["agentPoolProfiles"][1]["count"] = count
    return estate


def test_is_quiet_up_to_the_limit() -> None:
    assert messages(pool_nodes_limit, network_of(an_estate(909))) == []  # 909 + 91


def test_finds_the_first_node_too_many() -> None:
    finding = only(findings(pool_nodes_limit, network_of(an_estate(910))))
    assert finding.message.startswith(
        "aks1/big: an upgrade of all pools makes 1001 nodes, of 1000 that a pool may have"
    )
    assert (finding.cluster_id and finding.cluster_id.name, finding.severity) == ("aks1", None)


@pytest.mark.parametrize(
    ("count", "max_count", "severity", "words"),
    [
        (910, None, None, "aks1/big: an upgrade of all pools makes 1001 nodes, of 1000 that a pool may have"),
        (100, 1001, None, "aks1/big: the autoscaler's maximum makes 1001 nodes, of 1000 that a pool may have"),
        (100, 1000, Severity.MEDIUM, "aks1/big: an upgrade at the autoscaler's maximum makes 1100 nodes, of 1000"),
    ],
)
def test_finds_a_pool_beyond_it(count: int, max_count: int | None, severity: Severity | None, words: str) -> None:
    finding = only(findings(pool_nodes_limit, network_of(an_estate(count, max_count))))
    assert words in finding.message
    assert finding.severity is severity
    assert (finding.key, finding.latent) == ("big", True)


def test_cannot_tell_without_the_count() -> None:
    estate = an_estate(1)
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][1]["count"]
    assert [u.gap.message for u in unknowns(pool_nodes_limit, network_of(estate))] == [
        "the count of pool big is not known"
    ]
