"""Sums that a reader adds up by hand."""

from __future__ import annotations

import re

import pytest

from aks_audit.audit import audit
from aks_audit.capacity.horizons import HORIZONS
from aks_audit.capacity.limit import Limit
from aks_audit.capacity.limits import limits_of
from aks_audit.errors import UsageError
from aks_audit.plan.size import plan_size

from .estate import MIXED, Estate, Model, Pool, subnet
from .networks import network_of


def limits_of_a(model: Model) -> list[Limit]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.0.0.0/14", {"nodes": "10.0.0.0/18"})
    pods = estate.add_subnet(vnet, "pods", "10.1.0.0/16", delegate_to="Microsoft.ContainerService/managedClusters")
    pools = [
        Pool(name="one", count=1, max_pods=30, max_surge="1"),
        Pool(name="four", count=4, max_pods=30, max_surge="33%", max_count=9),
        Pool(name="two", count=2, max_pods=30, max_surge="1", mode="User"),
    ]
    estate.cluster(
        "aks1",
        model,
        subnet=subnet(vnet, "nodes"),
        pod_subnet=pods,
        pools=pools,
        allocated_outbound_ports=1000,
    )
    estate.virtual_machine_nic(subnet(vnet, "nodes"))
    network = network_of(estate)
    return list(limits_of(network, network.clusters[0]))


def added_up(arithmetic: str) -> tuple[int, int]:
    """The total of a sum, and what its terms come to."""
    total, _, terms = arithmetic.partition("; ")[0].removeprefix("pre-allocated ").partition(" = ")
    words = re.sub(r"\[[^\]]*\]|surge|held by others|other routes", "", terms)
    words = re.sub(r"ceil\((.+?) / (\d+)\)(?= |$)", r"-(-(\1) // \2)", words).replace(" x ", " * ")
    return int(total), int(eval(words))  # noqa: S307 (a sum of our own)


@pytest.mark.parametrize("model", MIXED)
def test_every_sum_comes_to_its_total_at_every_horizon(model: Model) -> None:
    seen = 0
    for limit in limits_of_a(model):
        for horizon in HORIZONS:
            if getattr(limit.needed, horizon) is not None:
                total, terms = added_up(limit.arithmetic(horizon))
                assert total == terms, (limit.kind, horizon, limit.arithmetic(horizon))
                seen += 1
    assert seen >= 20


def test_pods_whose_number_arm_does_not_show_are_named_among_those_who_hold_a_subnet() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.0.0.0/14", {"nodes": "10.0.0.0/24"})
    pods = estate.add_subnet(vnet, "pods", "10.1.0.0/16", delegate_to="Microsoft.ContainerService/managedClusters")
    estate.cluster("aks1", "cni-pod-subnet-dynamic", subnet=subnet(vnet, "nodes"), pod_subnet=pods)
    capacities = {c.subnet.id.name: c for c in audit(network_of(estate), []).subnets}
    assert [(c.kind, c.node_pool, c.addresses) for c in capacities["pods"].consumers] == [("nodePool", "np1", None)]


def test_sizes_say_what_no_prefix_helps_against() -> None:
    assert plan_size(model="kubenet", nodes=390, max_pods=110).exceeds
    assert plan_size(model="cni-overlay", nodes=5000, max_pods=110).exceeds
    assert plan_size(model="cni-node-subnet", nodes=1000, max_pods=250).exceeds
    assert not plan_size(model="cni-node-subnet", nodes=50, max_pods=30).exceeds


def test_kubenet_clusters_are_sized_one_by_one() -> None:
    assert plan_size(model="kubenet", nodes=200, max_pods=110, clusters=3).subnets[0].need == 220


@pytest.mark.parametrize("nodes", [0, -1, 99_999_999_999])
def test_sizes_beyond_reason_are_refused_in_a_line(nodes: int) -> None:
    with pytest.raises(UsageError):
        plan_size(model="cni-node-subnet", nodes=nodes, max_pods=250)


def test_sizes_beyond_a_virtual_network_are_refused_in_a_line() -> None:
    with pytest.raises(UsageError, match="more than a virtual network can have"):
        plan_size(model="cni-node-subnet", nodes=100_000, max_pods=250, clusters=10)
