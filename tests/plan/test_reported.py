"""What happened to real people, with their numbers; the addresses are those of the threads."""

from __future__ import annotations

from typing import Any

import pytest

from aks_audit.plan import (
    NewPool,
    Verdict,
    plan_add_pools,
    plan_create,
    plan_outbound,
    plan_pool,
    plan_size,
    plan_upgrade,
)
from tests.networks import network_of

from .clusters import at, changes, codes, deciding, in_subnet, network_in

PORTS = "InvalidLoadBalancerProfileAllocatedOutboundPorts"


def _pools(**largest: int) -> list[dict[str, Any]]:
    return [{"name": n, "count": 1, "max_count": m, "max_pods": 30, "max_surge": "1"} for n, m in largest.items()]


def test_a_24_with_a_pod_density_of_100() -> None:
    # https://github.com/hashicorp/terraform-provider-azurerm/pull/5735
    plan = plan_create(network_in("10.1.0.0/24", "cni-node-subnet", [{"count": 5, "max_pods": 100}]))
    limit = deciding(plan, "subnet-addresses")
    assert (plan.verdict, limit.need, limit.available, limit.short) == (Verdict.DOES_NOT_FIT, 505, 251, 254)
    assert codes(plan) == ["InsufficientSubnetSize"]
    assert "count 2 on pool np1 (asked: 5)" in changes(plan)


def test_a_pod_cidr_of_one_node() -> None:
    # https://github.com/Azure/AKS-Construction/issues/357
    pools = [{"count": 3, "max_pods": 30, "max_surge": "33%"}]
    plan = plan_create(network_in("10.1.0.0/24", "kubenet", pools, pod_cidr="11.240.100.0/24"))
    limit = deciding(plan, "pod-ranges")
    assert (limit.need, limit.available, limit.short, limit.horizon) == (3, 1, 2, "now")
    assert [(e.code, e.target) for e in plan.errors] == [("InsufficientPodCidr", "agentPoolProfile.count")]
    assert "pre-allocated 768" in plan.errors[0].message
    assert "256 in 11.240.100.0/24" in plan.errors[0].message
    assert "choose a /22 as pod CIDR" in changes(plan)


def test_overlay_counts_the_autoscalers_maximum() -> None:
    # https://github.com/Azure/AKS-Construction/issues/701
    pools = [{"count": 1, "max_count": 5, "max_pods": 30}]
    plan = plan_create(network_in("10.1.0.0/24", "cni-overlay", pools, pod_cidr="11.240.100.0/22"))
    limit = deciding(plan, "pod-ranges")
    assert (limit.need, limit.available, limit.horizon) == (5, 4, "autoscaleMax")
    assert [(e.code, e.target) for e in plan.errors] == [("InsufficientSubnetSize", "networkProfile.podCIDR")]
    assert "pre-allocated 1280" in plan.errors[0].message
    assert "choose a /21 as pod CIDR" in changes(plan)


def test_names_the_pool_whose_maximum_should_drop() -> None:
    # https://github.com/Azure/AKS/issues/4467
    network = network_in("10.1.0.0/16", "cni-overlay", _pools(a=60, b=60), pod_cidr="192.168.128.0/17")
    plan = plan_add_pools(network, "aks1", [NewPool(name="c", count=1, max_count=20)])
    limit = deciding(plan, "pod-ranges")
    assert (limit.need, limit.available, limit.short) == (140, 128, 12)
    assert "= 32768 in" not in limit.arithmetic
    assert "32768 in 192.168.128.0/17" in limit.arithmetic
    assert {"max-count 8 on pool c (asked: 20)", "max-count 48 on pool a (now: 60)"} <= set(changes(plan))
    assert any("Shrink first" in step for step in plan.steps)


def test_an_upgrade_does_not_fit_where_the_cluster_does() -> None:
    # https://github.com/Azure/AKS/issues/1795
    pools = [{"name": name, "count": 2, "max_pods": pods, "max_surge": "1"} for name, pods in (("a", 30), ("b", 60))]
    plan = plan_upgrade(network_in("10.142.26.0/24", "cni-node-subnet", pools), "aks1")
    limit = deciding(plan, "subnet-addresses")
    assert (limit.need, limit.available, limit.short, limit.added, limit.free) == (276, 251, 25, 92, 67)
    assert limit.horizon == "upgrade"
    assert "upgrade one pool at a time" in changes(plan)


def test_growth_by_ten_needs_a_21() -> None:
    # https://github.com/MicrosoftDocs/azure-docs/pull/19359
    network = network_in("10.1.0.0/22", "cni-node-subnet", [{"count": 50, "max_pods": 30, "max_surge": "1"}])
    plan = plan_pool(network, "aks1", "np1", count=60)
    assert deciding(plan, "subnet-addresses").need == 60 * 31
    assert at(plan, "subnet-addresses", "upgrade").need == 1891
    assert "use a new subnet, a /21" in changes(plan)
    size = plan_size(model="cni-node-subnet", nodes=60, max_pods=30, max_surge="1").subnets[0]
    assert (size.need, size.prefix_length, size.usable) == (1891, 21, 2043)


def test_a_scale_up_is_all_or_nothing() -> None:
    # https://github.com/Azure/AKS/issues/2531
    pools = [{"name": "other", "count": 30}, {"name": "hugememory", "count": 5, "max_count": 39, "mode": "User"}]
    network = network_in("10.133.123.0/26", "kubenet", pools)
    plan = plan_pool(network, "aks1", "hugememory", count=35)
    present = at(plan, "subnet-addresses", "now")
    assert (present.added, present.free, present.available) == (30, 24, 59)
    assert deciding(plan, "subnet-addresses").short == 10
    assert "count 29 with max-count 29 on pool hugememory (asked: 35)" in changes(plan)


@pytest.mark.parametrize(
    ("pools", "addresses", "ports", "nodes", "highest"),
    [
        ([{"count": 3, "max_surge": None}], 2, 42664, 4, 32000),  # https://github.com/Azure/azure-cli/issues/16480
        ([{"count": 3, "max_pods": 110}], 1, 21000, 4, 16000),  # https://github.com/Azure/azure-cli/issues/22374
    ],
)
def test_a_surge_node_hides_in_a_creation(
    pools: list[dict[str, Any]], addresses: int, ports: int, nodes: int, highest: int
) -> None:
    plan = plan_create(
        network_in("10.1.0.0/20", "cni-node-subnet", pools, outbound_ips=addresses, allocated_outbound_ports=ports)
    )
    limit = deciding(plan, "outbound-ports")
    assert (limit.need, limit.available) == (nodes * ports, addresses * 64000)
    assert codes(plan) == [PORTS]
    assert f"allocated outbound ports: {highest} (now {ports})" in changes(plan)


@pytest.mark.parametrize(
    ("pools", "ports", "need", "highest"),
    [
        # https://github.com/jenkins-infra/helpdesk/issues/4046, https://github.com/jenkins-infra/azure/pull/581,
        # https://github.com/hashicorp/terraform-provider-azurerm/issues/7340
        (_pools(sys=3, linux=5, infraci=20, arm=10, infractl=2, relctl=2, rel=3, win=3), 1280, 71680, 1136),
        (_pools(sys=3, linux=5, infraci=20, arm=10, rel=3, win=3), 1600, 80000, 1280),
        (_pools(np1=15), 7104, 113664, 4000),
    ],
)
def test_every_write_counts_maxima_and_surges(pools: list[dict[str, Any]], ports: int, need: int, highest: int) -> None:
    network = network_in("10.0.0.0/16", "cni-node-subnet", pools, allocated_outbound_ports=ports)
    plan = plan_outbound(network, "aks1")
    limit = deciding(plan, "outbound-ports")
    assert (limit.need, limit.available, limit.horizon) == (need, 64000, "worst")
    assert codes(plan) == [PORTS]
    assert f"allocated outbound ports: {highest} (now {ports})" in changes(plan)
    assert plan_outbound(network, "aks1", allocated_outbound_ports=highest).verdict is Verdict.FITS


def test_a_subnet_in_the_service_cidr_blocks_every_write() -> None:
    # https://github.com/Azure/AKS/issues/3551
    estate, _ = in_subnet("10.5.0.0/22", "cni-overlay", [{}], service_cidr="10.0.0.0/16")
    estate.add_subnet(estate.of_type("virtualNetworks")[0], "old", "10.0.0.0/24")
    plan = plan_upgrade(network_of(estate), "aks1")
    assert codes(plan) == ["ServiceCidrOverlapExistingSubnetsCidr"]
    assert plan.verdict is Verdict.DOES_NOT_FIT


def test_a_pool_over_its_subnet_blocks_a_pool_elsewhere() -> None:
    # https://github.com/Azure/AKS/issues/2865
    network = network_in("10.1.0.0/24", "cni-node-subnet", [{"count": 2, "max_count": 20}])
    vnet = network.clusters[0].node_pools[0].subnet_id
    assert vnet is not None
    estate, _ = in_subnet("10.1.0.0/24", "cni-node-subnet", [{"count": 2, "max_count": 20}])
    estate.add_subnet(estate.of_type("virtualNetworks")[0], "roomy", "10.2.0.0/20")
    plan = plan_add_pools(network_of(estate), "aks1", [NewPool(name="b", count=1, subnet="roomy")])
    short = [c.resource_id.name for c in plan.constraints if c.decides and c.short]
    assert (plan.verdict, short) == (Verdict.DOES_NOT_FIT, ["nodes"])
