"""Which engine enforces network policies in a cluster, as far as ARM tells."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from ..inventory.records import Gap
from ..inventory.types import MANAGED_CLUSTERS
from ..model import ManagedCluster

POLICY: Final = "properties.networkProfile.networkPolicy"
DATAPLANE: Final = "properties.networkProfile.networkDataplane"
PLUGIN: Final = "properties.networkProfile.networkPlugin"


class PolicyEngine(StrEnum):
    """ARM's `none` is no engine, though it is a text."""

    NONE = "none"
    AZURE = "azure"
    CALICO = "calico"
    CILIUM = "cilium"
    OWN = "own"
    """A CNI that the owner brings: what it enforces ARM does not show."""


def engine_of(cluster: ManagedCluster) -> PolicyEngine | Gap:
    """The engine that AKS installed, or why that can't be told.

    Without a policy in the profile, the Cilium dataplane is its own engine.

    Source: https://learn.microsoft.com/azure/aks/use-network-policies
    """
    policy = cluster.network_policy.lower()
    if cluster.gap:
        return cluster.gap
    if cluster.network_plugin.lower() == "none":
        return PolicyEngine.OWN
    if policy in ("azure", "calico", "cilium"):
        return PolicyEngine(policy)
    if policy not in ("", "none"):
        return _unsaid(cluster, f"{POLICY} is {cluster.network_policy}, which this version does not know")
    if not cluster.network_plugin:
        return _unsaid(cluster, f"{PLUGIN} is absent")
    if policy == "" and has_cilium_dataplane(cluster):
        return PolicyEngine.CILIUM
    return PolicyEngine.NONE


def has_cilium_dataplane(cluster: ManagedCluster) -> bool:
    return cluster.network_dataplane.lower() == "cilium"


def _unsaid(cluster: ManagedCluster, message: str) -> Gap:
    return Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message)
