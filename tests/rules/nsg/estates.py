"""A cluster behind a security group of its owner's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.estate import Estate, Json, Model, Pool, security_rule, subnet

DENY_ALL_IN = security_rule("deny-all", 4096)
DENY_ALL_OUT = security_rule("deny-all-out", 4096, direction="Outbound")
ALLOW_PROBES = security_rule("probes", 4000, "Allow", source="AzureLoadBalancer")
ALLOW_NODES = security_rule("nodes", 4001, "Allow", source="10.1.0.0/24", destination="10.1.0.0/24")


def an_estate(
    *rules: Json,
    model: Model = "cni-node-subnet",
    names: Sequence[str] = ("aks1",),
    dns: Sequence[str] = (),
    pods: bool = False,
    **cluster: Any,
) -> Estate:
    """Clusters in the subnet `nodes`, 10.1.0.0/24, with group `nsg-nodes` and these rules on it.

    `pods` adds a pod subnet, 10.1.16.0/20, without a group.
    """
    estate = Estate()
    plan = {"nodes": "10.1.0.0/24", "api": "10.1.8.0/28"} | ({"pods": "10.1.16.0/20"} if pods else {})
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], plan, dns=dns)
    estate.network_security_group("nsg-nodes", rules, subnets=[subnet(vnet, "nodes")])
    if model in ("kubenet", "cni-overlay"):
        cluster.setdefault("pod_cidr", "10.244.0.0/16")
    cluster.setdefault("pools", [Pool(count=2, max_pods=30)])
    for name in names:
        estate.cluster(
            name, model, subnet=subnet(vnet, "nodes"), pod_subnet=subnet(vnet, "pods") if pods else None, **cluster
        )
    return estate


def vnet_of(estate: Estate) -> Json:
    return estate.of_type("virtualNetworks")[0]


def cluster_of(estate: Estate) -> Json:
    return estate.of_type("managedClusters")[0]


def group_of(estate: Estate, name: str = "nsg-nodes") -> Json:
    return next(group for group in estate.of_type("networkSecurityGroups") if group["name"] == name)


def nic_group_of(estate: Estate) -> Json:
    """The group that AKS puts on the NICs of the first cluster's nodes."""
    return next(group for group in estate.of_type("networkSecurityGroups") if group["name"].startswith("aks-agentpool"))


def add_rule(group: Json, rule: Json) -> None:
    group["properties"]["securityRules"].append(rule)
