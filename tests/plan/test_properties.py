"""What holds of every plan."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aks_audit.analysis.addresses import usable_addresses
from aks_audit.capacity.horizons import HORIZONS
from aks_audit.capacity.limit import Limit
from aks_audit.capacity.limits import limits_of
from aks_audit.capacity.models import overlay, pod_subnet_static
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.model import Network
from aks_audit.plan import NewPool, plan_add_pools, plan_outbound, plan_pool, plan_size, plan_upgrade
from aks_audit.plan.change import with_clusters
from aks_audit.plan.judge import CONTRACT

from ..networks import network_of
from .clusters import in_subnet, network_in

MODELS = ("kubenet", "cni-node-subnet", "cni-overlay")
SIZED = (*MODELS, "cni-pod-subnet-dynamic", "cni-pod-subnet-static", "byo")
surges = st.sampled_from(["1", "2", "10%", "33%", "50%"])
fast = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def pools(draw: st.DrawFn) -> list[dict[str, Any]]:
    names = draw(st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=3, unique=True))
    found = []
    for name in names:
        count = draw(st.integers(1, 20))
        most = draw(st.none() | st.integers(count, 40))
        words = {"max_pods": draw(st.integers(10, 110)), "max_surge": draw(surges)}
        found.append({"name": name, "count": count, "max_count": most, **words})
    return found


def needs(network: Network, number: int = 0) -> dict[tuple[str, str], Limit]:
    return {(x.kind.value, x.resource_id.key): x for x in limits_of(network, network.clusters[number])}


@fast
@given(
    model=st.sampled_from(SIZED),
    nodes=st.integers(1, 300),
    max_pods=st.integers(10, 250),
    clusters=st.integers(1, 4),
    surge=surges,
)
def test_the_prefix_that_is_named_holds_the_need_and_the_next_smaller_does_not(
    model: str, nodes: int, max_pods: int, clusters: int, surge: str
) -> None:
    size = plan_size(model=model, nodes=nodes, max_pods=max_pods, clusters=clusters, max_surge=surge)
    for subnet in size.subnets:
        longest = {"apiserver": 28, "pods": 28 if model.endswith("static") else 29}.get(subnet.role, 29)
        holds = [
            16 * pod_subnet_static.whole_blocks([IPv4Network((0, length))])
            if model.endswith("static") and subnet.role == "pods"
            else usable_addresses([IPv4Network((0, length))])
            for length in (subnet.prefix_length, subnet.prefix_length + 1)
        ]
        assert holds[0] == subnet.usable >= subnet.need
        assert holds[1] < subnet.need or subnet.prefix_length == longest
    if size.pod_cidr:
        length = size.pod_cidr.prefix_length
        assert overlay.node_ranges([IPv4Network((0, length))]) == size.pod_cidr.nodes >= size.pod_cidr.need
        assert size.pod_cidr.nodes // 2 < size.pod_cidr.need


@fast
@given(model=st.sampled_from(MODELS), ordered=pools(), data=st.data())
def test_a_node_a_pod_or_a_pool_more_never_lowers_a_need(model: Any, ordered: Any, data: st.DataObject) -> None:
    network = network_in("10.1.0.0/16", model, ordered, pod_cidr=_pods(model))
    cluster = network.clusters[0]
    more = data.draw(st.sampled_from(["node", "pod", "pool", "maximum"]))
    first = cluster.node_pools[0]
    grown = {
        "node": replace(first, count=(first.count or 0) + 1),
        "pod": replace(first, max_pods=(first.max_pods or 0) + 1),
        "maximum": replace(first, autoscaled=True, max_count=max(first.count or 0, first.max_count or 0) + 1),
        "pool": replace(first, name="another"),
    }[more]
    rest = cluster.node_pools if more == "pool" else cluster.node_pools[1:]
    after = needs(with_clusters(network, [replace(cluster, node_pools=(grown, *rest))]))
    for key, limit in needs(network).items():
        for horizon in HORIZONS:
            now, then = getattr(limit.needed, horizon), getattr(after[key].needed, horizon)
            assert then >= now, (key, horizon)


@fast
@given(ordered=pools())
def test_a_subnet_needs_the_same_however_its_pools_are_spread_over_clusters(ordered: Any) -> None:
    together = network_in("10.1.0.0/16", "cni-node-subnet", ordered)
    cluster = together.clusters[0]
    alone = [
        replace(cluster, id=ResourceId(f"{cluster.id}-{pool.name}"), name=pool.name, node_pools=(pool,))
        for pool in cluster.node_pools
    ]
    apart = replace(together, all_clusters=tuple(alone), clusters=tuple(alone), memory={})
    one = next(x for x in limits_of(together, cluster) if x.kind == "subnet-addresses")
    many = next(x for x in limits_of(apart, alone[0]) if x.kind == "subnet-addresses")
    by_pool = [replace(one, draws=(draw,), others=0).needed for draw in one.draws]
    assert one.needed == many.needed
    for horizon in ("now", "upgrade", "autoscale_max", "worst"):
        assert getattr(one.needed, horizon) == one.others + sum(getattr(each, horizon) for each in by_pool)


@fast
@given(model=st.sampled_from(MODELS), ordered=pools(), data=st.data())
def test_a_plan_says_what_an_audit_says_once_it_is_done(model: Any, ordered: Any, data: st.DataObject) -> None:
    """The network after an operation is the one that an estate of that shape would give."""
    estate, arm = in_subnet("10.1.0.0/16", model, [{**p, "instances": ()} for p in ordered], pod_cidr=_pods(model))
    profiles = arm["properties"]["agentPoolProfiles"]
    network = network_of(estate)
    kind = data.draw(st.sampled_from(["scale", "maximum", "add", "ports"]))
    name = ordered[0]["name"]
    if kind == "scale":
        count = data.draw(st.integers(1, 60))
        plan = plan_pool(network, "aks1", name, count=count)
        profiles[0]["count"] = count
    elif kind == "maximum":
        plan = plan_pool(network, "aks1", name, max_count=60)
        profiles[0] |= {"enableAutoScaling": True, "maxCount": 60, "minCount": 1}
    elif kind == "add":
        plan = plan_add_pools(network, "aks1", [NewPool(name="z", count=7, max_pods=40, max_surge="2")])
        changed = {"name": "z", "mode": "User", "count": 7, "maxPods": 40, "upgradeSettings": {"maxSurge": "2"}}
        profiles.append({**profiles[0], "enableAutoScaling": False, "maxCount": None, "minCount": None, **changed})
    else:
        plan = plan_outbound(network, "aks1", allocated_outbound_ports=2048, managed_outbound_ips=2)
        balancer = arm["properties"]["networkProfile"]["loadBalancerProfile"]
        balancer |= {"allocatedOutboundPorts": 2048, "managedOutboundIPs": {"count": 2}}
    audited = needs(network_of(estate))
    horizons = {words: horizon for horizon, words in CONTRACT.items()}
    assert {(c.kind.value, c.resource_id.key) for c in plan.constraints} == set(audited)
    for c in plan.constraints:
        limit = audited[c.kind.value, c.resource_id.key]
        assert c.need == getattr(limit.needed, horizons[c.horizon])
        assert (c.short, c.available) == (limit.short(horizons[c.horizon]), limit.available)
        assert c.arithmetic == limit.arithmetic(horizons[c.horizon])


@fast
@given(model=st.sampled_from(MODELS), ordered=pools())
def test_an_upgrade_of_everything_is_the_audits_worst_case(model: Any, ordered: Any) -> None:
    network = network_in("10.1.0.0/16", model, ordered, pod_cidr=_pods(model))
    audited = needs(network)
    for c in plan_upgrade(network, "aks1").constraints:
        if c.decides:
            assert c.need == audited[c.kind.value, c.resource_id.key].needed.worst


@fast
@given(ordered=pools(), prefix=st.integers(22, 26))
def test_every_fix_of_a_pools_numbers_makes_it_fit(ordered: Any, prefix: int) -> None:
    network = network_in(f"10.1.0.0/{prefix}", "cni-node-subnet", ordered)
    name = ordered[0]["name"]
    for fix in plan_pool(network, "aks1", name, count=12, max_count=24).fixes:
        if "(asked" in fix.change and fix.change.startswith("max-count"):
            most = int(fix.change.split()[1])
            plans = [
                plan_pool(network, "aks1", name, count=min(12, n), max_count=n, min_count=1) for n in (most, most + 1)
            ]
            assert [bool(plan.errors) for plan in plans] == [False, True]


def _pods(model: str) -> str | None:
    return None if model == "cni-node-subnet" else "100.64.0.0/14"
