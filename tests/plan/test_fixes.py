"""What a plan says would help: all of it helps when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aks_audit.collectors.input import Input
from aks_audit.collectors.load import load_network
from aks_audit.model import Network
from aks_audit.plan import NewPool, Plan, Verdict, plan_add_pools, plan_create, plan_outbound, plan_pool, plan_upgrade
from aks_audit.plan.change import find_cluster, pool_changed, with_clusters, with_pools

from ..estate import Estate, subnet
from ..networks import network_of
from .clusters import changes, deciding, in_subnet, network_in, whats

_NUMBERS = re.compile(
    r"(?P<first>(max-)?count \d+)(?P<more>( (with|and) [a-z-]+ \d+)*) on pool (?P<pool>\S+) \((?P<tag>\w+)"
)
_PODS = re.compile(r"max-pods (\d+) on pools? (.+) \(")
_SURGE = re.compile(r"max-surge (\d+)( with max-unavailable 1)? on pools? ([a-z0-9, ]+)( \(|$)")
_OUTBOUND = re.compile(r"(allocated outbound ports|managed outbound IPs): (\d+)")

Again = Callable[..., Plan]


def _cluster_again(
    network: Network, name: str, change: str, again: Again, *, kind: str, asked_pool: str
) -> Plan | None:
    """The plan with a fix, where it is one that a plan can be asked for."""
    cluster = find_cluster(network, name)
    if change == "upgrade one pool at a time":
        plans = [plan_upgrade(network, name, pool.name) for pool in cluster.node_pools]
        return next((plan for plan in plans if plan.verdict is not Verdict.FITS), plans[0])
    found: Any = None
    if found := _NUMBERS.match(change):
        words = re.findall(r"([a-z-]+) (\d+)", found["first"] + found["more"].replace("with ", "").replace("and ", ""))
        options: dict[str, Any] = {word.replace("-", "_"): int(number) for word, number in words}
        if found["tag"] == "now" and " with " not in change:
            before = with_pools(network, cluster, lambda p: pool_changed(p, **options), [found["pool"]])
            return again(before, {})
        return again(network, options)
    if found := _PODS.match(change):
        return again(network, {"max_pods": int(found[1])})
    if found := _SURGE.match(change):
        names = found[3].strip().split(", ")
        there = [pool.name for pool in cluster.node_pools if pool.name in names]
        before = with_pools(network, cluster, lambda p: pool_changed(p, max_surge=found[1]), there)
        return None if found[2] else again(before, {"max_surge": found[1]} if asked_pool in names else {})
    if found := _OUTBOUND.match(change):
        word = "allocated_outbound_ports" if found[1].startswith("alloc") else "managed_outbound_ips"
        if kind == "outbound":
            return again(network, {word: int(found[2])})
        assert cluster.load_balancer
        changed: dict[str, Any] = {word: int(found[2])}
        profile = replace(cluster.load_balancer, **changed)
        return again(with_clusters(network, [replace(cluster, load_balancer=profile)]), {})
    return None


def assert_fixes_fix(network: Network, name: str, again: Again, kind: str = "", pool: str = "") -> int:
    """Every fix that names what a plan can be asked for; says how many there were."""
    plan, tried = again(network, {}), 0
    for fix in plan.fixes:
        then = _cluster_again(network, name, fix.change, again, kind=kind, asked_pool=pool)
        if then is not None:
            tried += 1
            assert then.verdict is Verdict.FITS, (plan.title, fix, then.title, whats(then), then.constraints[:2])
            assert not any("do not fit side by side" in step for step in then.steps)
    return tried


def scaled(name: str, pool: str, **asked: Any) -> Again:
    return lambda network, options: plan_pool(network, name, pool, **{**asked, **options})


def opened(name: str, **asked: Any) -> Again:
    return lambda network, options: plan_outbound(network, name, **{**asked, **options})


def upgraded(name: str) -> Again:
    return lambda network, _options: plan_upgrade(network, name)


@pytest.fixture(scope="module")
def demo() -> Network:
    return load_network(Input(demo=True), None, None)


def test_every_fix_of_the_demo_fixes(demo: Network) -> None:
    tried = 0
    for cluster in demo.clusters:
        name = cluster.id.text
        tried += assert_fixes_fix(demo, name, upgraded(name))
        for ports in (1001, 1005, 20000, 64008, 640_00):
            tried += assert_fixes_fix(demo, name, opened(name, allocated_outbound_ports=ports), "outbound")
        for pool in cluster.node_pools:
            for asked in ({"count": 30}, {"count": 300}, {"max_count": 300}, {"max_pods": 200}, {"count": 0}):
                tried += assert_fixes_fix(demo, name, scaled(name, pool.name, **asked), pool=pool.name)
    assert tried > 10


@st.composite
def clusters(draw: st.DrawFn) -> Network:
    model: Any = draw(st.sampled_from(["kubenet", "cni-node-subnet", "cni-overlay"]))
    count, other = draw(st.integers(1, 12)), draw(st.integers(1, 9))
    most = draw(st.none() | st.integers(count, 20))
    first = {"name": "np1", "count": count, "max_pods": draw(st.integers(10, 60)), "max_count": most}
    second = {"name": "b", "count": other, "max_count": other + 9}
    return network_in(f"10.1.0.0/{draw(st.integers(22, 26))}", model, [first, second], pod_cidr=_pods(model))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    network=clusters(),
    asked=st.sampled_from(
        [{"count": 30}, {"max_count": 40}, {"count": 12, "max_count": 40}, {"count": 9, "max_pods": 50}]
    ),
)
def test_every_fix_of_any_cluster_fixes(network: Network, asked: dict[str, int]) -> None:
    assert_fixes_fix(network, "aks1", scaled("aks1", "np1", **asked), pool="np1")
    assert_fixes_fix(network, "aks1", upgraded("aks1"))
    assert_fixes_fix(network, "aks1", opened("aks1", allocated_outbound_ports=9001), "outbound")


def _pods(model: str) -> str | None:
    return None if model == "cni-node-subnet" else "192.168.0.0/19"


def test_nobody_is_offered_a_maximum_that_was_not_asked_for() -> None:
    pools = [{"name": "sys", "count": 2}, {"name": "orders", "count": 3, "max_count": 5, "mode": "User"}]
    network = network_in("10.1.0.0/24", "cni-node-subnet", pools)
    plan = plan_pool(network, "aks1", "orders", count=30)
    assert "count 5 on pool orders (asked: 30)" in changes(plan)
    assert not [change for change in changes(plan) if change.startswith("max-count")]
    wide = plan_pool(network_in("10.1.0.0/20", "cni-node-subnet", pools), "aks1", "orders", count=30)
    assert "max-count 30 with count 30 on pool orders (now: 5)" in changes(wide)


@pytest.mark.parametrize(("ports", "offered"), [(1001, 1000), (1005, 1008), (64008, 21328), (30001, 21328)])
def test_ports_that_are_not_valid_have_a_valid_one_near(ports: int, offered: int) -> None:
    plan = plan_outbound(
        network_in("10.1.0.0/24", "cni-overlay", [{"max_surge": "0"}]), "aks1", allocated_outbound_ports=ports
    )
    assert plan.verdict is Verdict.DOES_NOT_FIT
    assert [re.match(r"allocated outbound ports: (\d+)", change) is not None for change in changes(plan)] == [True]
    assert f": {offered} (asked {ports})" in changes(plan)[0]


def test_other_max_pods_are_offered_where_both_pools_fit_at_once() -> None:
    network = network_in("10.1.0.0/24", "cni-node-subnet", [{"count": 6}])
    assert not [c for c in changes(plan_pool(network, "aks1", "np1", count=9)) if c.startswith("max-pods")]
    roomy = network_in("10.1.0.0/24", "cni-node-subnet", [{"count": 3}])
    assert "max-pods 16 on pool np1 (now: 30)" in changes(plan_pool(roomy, "aks1", "np1", count=9))
    assert "replace it in another subnet" in plan_pool(network, "aks1", "np1", max_pods=40).steps[1]


@pytest.mark.parametrize(("model", "offered"), [("kubenet", True), ("cni-overlay", True), ("cni-node-subnet", False)])
def test_another_prefix_is_for_nodes_of_one_address(model: Any, offered: bool) -> None:
    network = network_in("10.1.0.0/28", model, [{"count": 3}], pod_cidr="192.168.0.0/16")
    plan = plan_pool(network, "aks1", "np1", count=20)
    found = [fix for fix in plan.fixes if fix.change.startswith("add a /")]
    assert bool(found) is offered
    assert all("limits that Azure lists" in fix.detail for fix in found)
    assert any(change.startswith("use a new subnet") for change in changes(plan))


def test_no_prefix_is_added_to_a_pod_subnet() -> None:
    estate = Estate()
    vnet = estate.virtual_network(subnets={"nodes": "10.1.0.0/24", "pods": "10.1.1.0/26"})
    nodes, pods = subnet(vnet, "nodes"), subnet(vnet, "pods")
    estate.cluster("aks1", "cni-pod-subnet-dynamic", subnet=nodes, pod_subnet=pods, pools=[{"count": 2}])
    plan = plan_pool(network_of(estate), "aks1", "np1", count=9)
    assert (deciding(plan, "pod-subnet-batches").short, plan.verdict) == (6, Verdict.DOES_NOT_FIT)
    assert not [change for change in changes(plan) if change.startswith("add a /")]


def test_a_subnet_in_use_is_not_made_larger() -> None:
    estate, _ = in_subnet("10.1.0.0/26", "cni-node-subnet", [{"count": 3, "instances": ()}])
    nodes = subnet(estate.of_type("virtualNetworks")[0], "nodes")
    empty = plan_create(network_of(estate), ["aks1"])
    assert any(change.startswith("make subnet nodes a /") for change in changes(empty))
    estate.private_endpoint(nodes)
    held = plan_create(network_of(estate), ["aks1"])
    there = plan_create(network_in("10.1.0.0/26", "cni-node-subnet", [{"count": 3}]), ["aks1"], designed=[])
    for plan in (held, there):
        assert not [change for change in changes(plan) if change.startswith("make subnet")]
        assert any(change.startswith("use a new subnet") for change in changes(plan))


def test_a_new_pools_numbers_are_offered_as_it_would_be_ordered() -> None:
    network = network_in("10.1.0.0/24", "cni-node-subnet", [{"count": 3}])
    plan = plan_add_pools(network, "aks1", [NewPool(name="b", count=20, min_count=10, max_count=30)])
    assert "max-count 5 with count 5 and min-count 5 on pool b (asked: 30)" in changes(plan)
    fits = plan_add_pools(network, "aks1", [NewPool(name="b", count=5, min_count=5, max_count=5)])
    assert fits.verdict is Verdict.FITS
    assert with_clusters(network, []).clusters == network.clusters
