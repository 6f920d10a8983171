"""Which model a cluster follows."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from aks_audit.analysis.network_model import NetworkModel, cluster_model, model_of
from aks_audit.inventory import Gap, Resource, Source
from aks_audit.inventory.split import split
from aks_audit.model import ManagedCluster, NetworkBuilder

from ..estate import DEFAULT_MAX_PODS, Estate, subnet
from ..networks import network_of
from ..records import CLUSTER, VNET

PODS = {"podSubnetID": f"{VNET}/subnets/pods"}
BLOCKS = {**PODS, "podIPAllocationMode": "StaticBlock"}


def a_cluster(profile: Any, *pools: dict[str, Any]) -> ManagedCluster:
    properties = {"agentPoolProfiles": [{"name": f"np{n}", **pool} for n, pool in enumerate(pools)]}
    if profile is not None:
        properties["networkProfile"] = profile
    builder = NetworkBuilder()
    for record in split(msgspec.json.encode({"id": CLUSTER, "properties": properties}), "here"):
        assert isinstance(record, Resource | Gap)
        builder.add(record)
    [cluster] = builder.build(Source("inventory")).clusters
    return cluster


@pytest.mark.parametrize(
    ("plugin", "mode", "pool", "model"),
    [
        ("none", None, {}, "byo"),
        ("kubenet", None, {}, "kubenet"),
        ("azure", "overlay", {}, "cni-overlay"),
        ("azure", None, BLOCKS, "cni-pod-subnet-static"),
        ("azure", None, PODS, "cni-pod-subnet-dynamic"),
        ("azure", None, {**PODS, "podIPAllocationMode": "DynamicIndividual"}, "cni-pod-subnet-dynamic"),
        ("azure", None, {}, "cni-node-subnet"),
        ("azure", None, {"podSubnetID": ""}, "cni-node-subnet"),
        ("azure", "", {}, "cni-node-subnet"),
        ("kubenet", None, PODS, "unrecognised"),
        ("azure", "overlay", PODS, "unrecognised"),
        ("azure", "underlay", {}, "unrecognised"),
        ("kubenet", "overlay", {}, "unrecognised"),
        ("quantum", None, {}, "unrecognised"),
        (None, None, {}, "unrecognised"),
        (None, "overlay", {}, "unrecognised"),
    ],
)
@pytest.mark.parametrize("casing", [str, str.upper, str.title])
def test_the_model_is_told_in_any_casing(plugin: Any, mode: Any, pool: Any, model: str, casing: Any) -> None:
    words = {"networkPlugin": plugin, "networkPluginMode": mode}
    profile = {key: casing(value) for key, value in words.items() if value is not None}
    shouted = {k: casing(v) if k == "podIPAllocationMode" else v for k, v in pool.items()}
    cluster = a_cluster(profile, shouted)
    assert cluster_model(cluster) == model_of(cluster, cluster.node_pools[0]) == model
    assert casing(plugin or "") == cluster.network_plugin


def test_a_dataplane_is_no_model() -> None:
    for dataplane in ("cilium", "azure", "somethingelse"):
        profile = {"networkPlugin": "azure", "networkPluginMode": "overlay", "networkDataplane": dataplane}
        assert cluster_model(a_cluster(profile, {})) is NetworkModel.OVERLAY


@pytest.mark.parametrize("profile", [None, {}, {"podCidr": "10.244.0.0/16"}])
def test_an_absent_profile_is_not_guessed(profile: Any) -> None:
    assert cluster_model(a_cluster(profile, {})) is NetworkModel.UNRECOGNISED
    assert cluster_model(a_cluster(profile)) is NetworkModel.UNRECOGNISED


@pytest.mark.parametrize(
    ("plugin", "mode", "model"),
    [
        ("None", "", "byo"),
        ("Kubenet", "", "kubenet"),
        ("azure", "Overlay", "cni-overlay"),
        ("azure", "", "cni-node-subnet"),
        ("kubenet", "overlay", "unrecognised"),
    ],
)
def test_without_pools_the_profile_decides(plugin: str, mode: str, model: str) -> None:
    assert cluster_model(a_cluster({"networkPlugin": plugin, "networkPluginMode": mode})) == model


def test_unlike_pools_are_mixed() -> None:
    azure = {"networkPlugin": "azure"}
    assert cluster_model(a_cluster(azure, PODS, BLOCKS)) is NetworkModel.MIXED
    assert cluster_model(a_cluster(azure, PODS, {})) is NetworkModel.MIXED
    assert cluster_model(a_cluster(azure, PODS, PODS)) is NetworkModel.POD_SUBNET_DYNAMIC


@pytest.mark.parametrize("model", DEFAULT_MAX_PODS)
def test_what_the_estate_composes_is_recognised(model: Any) -> None:
    estate = Estate()
    vnet = estate.virtual_network(prefixes="10.1.0.0/16", subnets={"nodes": "10.1.0.0/22", "pods": "10.1.16.0/20"})
    estate.cluster("aks1", model, subnet=subnet(vnet, "nodes"), pod_subnet=subnet(vnet, "pods"))
    assert [cluster_model(cluster) for cluster in network_of(estate).clusters] == [model]
