"""Settings that Azure refuses of an operation on a cluster that exists."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aks_audit.errors import UsageError
from aks_audit.inventory.records import Gap
from aks_audit.inventory.types import MANAGED_CLUSTERS
from aks_audit.plan import (
    NewPool,
    Plan,
    Verdict,
    plan_add_pools,
    plan_migrate,
    plan_outbound,
    plan_pool,
    plan_upgrade,
    render_text,
)

from ..estate import Estate, subnet
from ..networks import network_of
from .clusters import in_subnet, network_in, whats

AUTOSCALED: list[dict[str, Any]] = [
    {"name": "sys", "count": 2},
    {"name": "np1", "count": 3, "min_count": 2, "max_count": 5},
]


def refused(plan: Plan, words: str) -> bool:
    return plan.verdict is Verdict.DOES_NOT_FIT and any(words in b.what and b.refuses for b in plan.blockers)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"count": 1}, "count 1 of pool np1 is below its minCount 2"),
        ({"count": 6}, "count 6 of pool np1 is above its maxCount 5"),
        ({"max_surge": "101%"}, "maxSurge 101% of pool np1 is above 100%"),
    ],
)
def test_numbers_that_azure_refuses(asked: dict[str, Any], words: str) -> None:
    network = network_in("10.1.0.0/20", "cni-overlay", AUTOSCALED)
    assert refused(plan_pool(network, "aks1", "np1", **asked), words)


def test_what_is_within_its_bounds_is_taken() -> None:
    network = network_in("10.1.0.0/20", "cni-overlay", AUTOSCALED)
    asked: list[dict[str, Any]] = [
        {"count": 2},
        {"count": 6, "max_count": 6},
        {"max_surge": "100%"},
        {"max_surge": "150"},
    ]
    assert [plan_pool(network, "aks1", "np1", **each).verdict for each in asked] == [Verdict.FITS] * 4


def test_a_system_pool_keeps_a_node_and_a_user_pool_need_not() -> None:
    network = network_in("10.1.0.0/20", "cni-overlay", [{"name": "sys", "count": 1}, {"name": "np1", "mode": "User"}])
    assert refused(plan_pool(network, "aks1", "sys", count=0), "system pool sys would have no node")
    assert plan_pool(network, "aks1", "np1", count=0).verdict is Verdict.FITS


def test_a_stopped_cluster_takes_no_change() -> None:
    estate, arm = in_subnet("10.1.0.0/20", "kubenet", [{}])
    arm["properties"]["powerState"] = {"code": "Stopped"}
    network = network_of(estate)
    plans = [
        plan_upgrade(network, "aks1"),
        plan_pool(network, "aks1", "np1", count=4),
        plan_add_pools(network, "aks1", [NewPool(name="b", count=1)]),
        plan_outbound(network, "aks1"),
        plan_migrate(network, "aks1"),
    ]
    assert [refused(plan, "is stopped") for plan in plans] == [True] * 5


@pytest.mark.parametrize(
    ("name", "os", "fits"),
    [
        ("gpu1", "Linux", True),
        ("abcdefghijkl", "Linux", True),
        ("abcdefghijklm", "Linux", False),
        ("1gpu", "Linux", False),
        ("Gpu", "Linux", False),
        ("gpu-1", "Linux", False),
        ("gpu\n", "Linux", False),
        ("win123", "Windows", True),
        ("win1234", "Windows", False),
    ],
)
def test_pool_names(name: str, os: str, fits: bool) -> None:
    estate, arm = in_subnet("10.1.0.0/20", "cni-overlay", [{}])
    arm["properties"]["windowsProfile"] = {"adminUsername": "azureuser"}
    plan = plan_add_pools(network_of(estate), "aks1", [NewPool(name=name, count=1, os=os)])
    assert (plan.verdict is Verdict.FITS) is fits, whats(plan)


def test_a_pool_that_is_there_may_keep_its_name() -> None:
    network = network_in("10.1.0.0/20", "cni-overlay", [{"name": "oldnameofapool"}])
    assert plan_pool(network, "aks1", "oldnameofapool", max_pods=50).verdict is Verdict.FITS


def _with_pod_subnet(delegated: bool) -> tuple[Estate, Any]:
    estate = Estate()
    vnet = estate.virtual_network(subnets={"nodes": "10.1.0.0/24", "pods": "10.1.1.0/24", "more": "10.1.2.0/24"})
    pods = subnet(vnet, "pods") if delegated else None
    model: Any = "cni-pod-subnet-dynamic" if delegated else "cni-node-subnet"
    estate.cluster("aks1", model, subnet=subnet(vnet, "nodes"), pod_subnet=pods)
    return estate, subnet(vnet, "more")


def test_one_way_of_giving_pods_addresses_to_a_cluster() -> None:
    estate, _ = _with_pod_subnet(False)
    plan = plan_add_pools(network_of(estate), "aks1", [NewPool(name="b", count=1, pod_subnet="more")])
    assert refused(plan, "a cluster has one way of giving pods addresses")


def test_a_pod_subnet_is_empty_or_delegated() -> None:
    wanted = [NewPool(name="b", count=1, pod_subnet="more")]
    estate, more = _with_pod_subnet(True)
    assert plan_add_pools(network_of(estate), "aks1", wanted).verdict is Verdict.FITS
    estate.private_endpoint(more)
    assert refused(plan_add_pools(network_of(estate), "aks1", wanted), "is not delegated to AKS and cannot be")
    estate, more = _with_pod_subnet(True)
    estate.delegate(more, "Microsoft.Web/serverFarms")
    assert refused(plan_add_pools(network_of(estate), "aks1", wanted), "is delegated to Microsoft.Web/serverFarms")


@pytest.mark.parametrize("name", ["count", "min_count", "max_count", "max_pods"])
def test_numbers_that_nobody_can_mean(name: str) -> None:
    network = network_in("10.1.0.0/24", "cni-overlay", AUTOSCALED)
    with pytest.raises(UsageError, match=r"100000|between 10 and 250"):
        plan_pool(network, "aks1", "np1", **{name: 99999999999999999999})  # type: ignore[arg-type]
    for surge in ("9" * 20, "9" * 5000 + "%"):
        with pytest.raises(UsageError, match="max-surge is above 100000"):
            plan_pool(network, "aks1", "np1", max_surge=surge)
    for word in ("allocated_outbound_ports", "managed_outbound_ips"):
        with pytest.raises(UsageError, match="is above 100000"):
            plan_outbound(network, "aks1", **{word: 10**20})


def test_clusters_that_were_not_listed_may_come_to_more() -> None:
    network = network_in("10.1.0.0/24", "cni-overlay", [{}])
    gap = Gap(MANAGED_CLUSTERS, f"/subscriptions/{'0' * 8}", 403, "AuthorizationFailed", "no right to read")
    plan = plan_upgrade(replace(network, gaps=(gap,)), "aks1")
    assert plan.verdict is Verdict.FITS
    assert [(found.code, "what comes later is not known" in found.message) for found in plan.unknown] == [
        ("AuthorizationFailed", True)
    ]
    assert f"{MANAGED_CLUSTERS} of 00000000: AuthorizationFailed" in render_text(plan)
