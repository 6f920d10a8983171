"""What one node takes, one module a network model, all of one shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ...analysis.network_model import NetworkModel, model_of
from ...model import ManagedCluster, NodePool
from . import byo, kubenet, node_subnet, overlay, pod_subnet_dynamic, pod_subnet_static
from .per_node import PerNode

MODELS: Final[Mapping[NetworkModel, Callable[[ManagedCluster, NodePool], PerNode]]] = {
    NetworkModel.KUBENET: kubenet.per_node,
    NetworkModel.NODE_SUBNET: node_subnet.per_node,
    NetworkModel.POD_SUBNET_DYNAMIC: pod_subnet_dynamic.per_node,
    NetworkModel.POD_SUBNET_STATIC: pod_subnet_static.per_node,
    NetworkModel.OVERLAY: overlay.per_node,
    NetworkModel.BYO: byo.per_node,
}


def per_node(cluster: ManagedCluster, pool: NodePool) -> PerNode | None:
    """What a node of this pool takes; None for a model that is not recognised."""
    count = MODELS.get(model_of(cluster, pool))
    return count(cluster, pool) if count else None


__all__ = ["MODELS", "PerNode", "per_node"]
