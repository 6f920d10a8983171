"""Which of Azure's ways of giving pods addresses a pool follows."""

from __future__ import annotations

from enum import StrEnum

from ..model import ManagedCluster, NodePool


class NetworkModel(StrEnum):
    """The names of the contract. The model belongs to the pool; the cluster sums it up."""

    KUBENET = "kubenet"
    NODE_SUBNET = "cni-node-subnet"
    POD_SUBNET_DYNAMIC = "cni-pod-subnet-dynamic"
    POD_SUBNET_STATIC = "cni-pod-subnet-static"
    OVERLAY = "cni-overlay"
    BYO = "byo"
    MIXED = "mixed"
    UNRECOGNISED = "unrecognised"


def model_of(cluster: ManagedCluster, pool: NodePool) -> NetworkModel:
    """The model of one pool. Enum values compare without case; what is absent is not guessed.

    Source: https://learn.microsoft.com/azure/aks/concepts-network-cni-overview
    """
    plugin, mode = cluster.network_plugin.lower(), cluster.network_plugin_mode.lower()
    match plugin, mode:
        case "none", "":
            return NetworkModel.BYO
        case "kubenet", "" if not pool.pod_subnet_id:
            return NetworkModel.KUBENET
        case "azure", "overlay" if not pool.pod_subnet_id:
            return NetworkModel.OVERLAY
        case "azure", "":
            if not pool.pod_subnet_id:
                return NetworkModel.NODE_SUBNET
            static = pool.pod_ip_allocation_mode.lower() == "staticblock"
            return NetworkModel.POD_SUBNET_STATIC if static else NetworkModel.POD_SUBNET_DYNAMIC
        case _:
            return NetworkModel.UNRECOGNISED


def cluster_model(cluster: ManagedCluster) -> NetworkModel:
    """The model that all pools share, `mixed` where they differ.

    A cluster that lists no pools (hosted system pools, old answers) is named after its own network profile.
    """
    models = {model_of(cluster, pool) for pool in cluster.node_pools}
    if not models:
        return _of_profile(cluster)
    return models.pop() if len(models) == 1 else NetworkModel.MIXED


def _of_profile(cluster: ManagedCluster) -> NetworkModel:
    match cluster.network_plugin.lower(), cluster.network_plugin_mode.lower():
        case "none", "":
            return NetworkModel.BYO
        case "kubenet", "":
            return NetworkModel.KUBENET
        case "azure", "overlay":
            return NetworkModel.OVERLAY
        case "azure", "":
            return NetworkModel.NODE_SUBNET
        case _:
            return NetworkModel.UNRECOGNISED
