"""A cluster in a virtual network of one's own, and ways to hide what the policy rules look at."""

from __future__ import annotations

from typing import Any

from aks_audit.findings import Evidence, Finding
from aks_audit.inventory import ResourceId
from tests.estate import Estate, Json, Model, Pool, subnet

VNETS = "Microsoft.Network/virtualNetworks"
POD_MODELS = ("cni-pod-subnet-dynamic", "cni-pod-subnet-static")


def an_estate(
    *pools: Pool, model: Model = "cni-overlay", nodes: Any = "10.1.0.0/22", pods: Any = "10.1.16.0/20", **cluster: Any
) -> tuple[Estate, Json]:
    """The cluster `aks1` in `vnet`, its nodes in `nodes`, and its pods in `pods` where the model wants a subnet."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": nodes, "pods": pods, "apiserver": "10.1.8.0/27"})
    if model in POD_MODELS:
        cluster["pod_subnet"] = subnet(vnet, "pods")
    if cluster.pop("integrated", False):
        cluster["api_server_subnet"] = subnet(vnet, "apiserver")
    return estate, estate.cluster("aks1", model, subnet=subnet(vnet, "nodes"), pools=pools or None, **cluster)


def of_aks() -> tuple[Estate, Json]:
    """The cluster `aks1` in a network that AKS made."""
    estate = Estate()
    return estate, estate.cluster("aks1", "cni-node-subnet")


def network_of_cluster(estate: Estate) -> Json:
    """The first virtual network."""
    return estate.of_type("virtualNetworks")[0]


def profile(cluster: Json, number: int = 0) -> Json:
    found: Json = cluster["properties"]["agentPoolProfiles"][number]
    return found


def network_profile(cluster: Json) -> Json:
    found: Json = cluster["properties"]["networkProfile"]
    return found


def without_pools(cluster: Json) -> None:
    cluster["properties"]["agentPoolProfiles"] = None


def garble(cluster: Json) -> None:
    """Make a value of the cluster one that does not parse."""
    network_profile(cluster)["serviceCidr"] = "nonsense"


def evidence(finding: Finding) -> list[tuple[str, object]]:
    """Path and value of each, all of the resource that the finding stands at."""
    assert all(isinstance(item, Evidence) and item.resource_id == finding.resource_id for item in finding.evidence)
    return [(item.path, item.value) for item in finding.evidence]


def id_of(resource: Json) -> ResourceId:
    return ResourceId.of(resource["id"])


def pool_id(cluster: Json, name: str) -> ResourceId:
    return id_of(cluster).child("agentPools", name)
