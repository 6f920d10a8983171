import pytest

from aks_audit.findings import Severity
from aks_audit.rules.capacity.cluster_nodes_limit import cluster_nodes_limit
from tests.estate import Estate, Json, Model, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(model: Model, *pools: dict[str, int]) -> tuple[Estate, Json]:
    estate = Estate()
    cluster = estate.cluster("aks1", model, pools=[Pool(count=1)], pod_cidr="10.0.0.0/8", service_cidr="172.16.0.0/16")
    one = cluster["properties"]["agentPoolProfiles"][0]
    cluster["properties"]["agentPoolProfiles"] = [
        one | {"name": f"np{n}", "enableAutoScaling": "maxCount" in pool} | pool
        for n, pool in enumerate(pools, start=1)
    ]
    return estate, cluster


def test_is_quiet_up_to_the_limits() -> None:
    assert messages(cluster_nodes_limit, network_of(an_estate("cni-overlay", *[{"count": 900}] * 5)[0])) == []
    assert messages(cluster_nodes_limit, network_of(an_estate("kubenet", {"count": 363})[0])) == []  # 363 + 37


def test_finds_a_cluster_beyond_five_thousand_nodes() -> None:
    estate, _ = an_estate("cni-overlay", *[{"count": 500, "maxCount": 1000}] * 6)
    finding = only(findings(cluster_nodes_limit, network_of(estate)))
    assert finding.message == "aks1: the autoscaler's maximum makes 6000 nodes, of 5000 nodes in a cluster"
    assert finding.severity is Severity.HIGH


@pytest.mark.parametrize(
    ("pool", "severity"),
    [
        ({"count": 364}, Severity.CRITICAL),
        ({"count": 3, "maxCount": 401}, Severity.HIGH),
        ({"count": 3, "maxCount": 400}, Severity.HIGH),
    ],
)
def test_finds_kubenet_beyond_four_hundred(pool: dict[str, int], severity: Severity) -> None:
    finding = only(findings(cluster_nodes_limit, network_of(an_estate("kubenet", pool)[0])))
    assert finding.message.endswith("of 400 nodes in a kubenet cluster")
    assert finding.severity is severity


def test_finds_half_of_it_in_dual_stack() -> None:
    estate, cluster = an_estate("kubenet", {"count": 190})
    cluster["properties"]["networkProfile"]["ipFamilies"] = ["IPv4", "IPv6"]
    finding = only(findings(cluster_nodes_limit, network_of(estate)))
    assert finding.message == (
        "aks1: an upgrade of all pools makes 209 nodes, of 200 nodes in a dual-stack kubenet cluster"
    )


def test_cannot_tell_without_the_count() -> None:
    estate, cluster = an_estate("kubenet", {"count": 3})
    del cluster["properties"]["agentPoolProfiles"][0]["count"]
    assert len(unknowns(cluster_nodes_limit, network_of(estate))) == 1
