"""What stands in the way of moving a kubenet cluster to Azure CNI Overlay in place, as far as its own profile tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..findings import Evidence
from ..model import ManagedCluster
from .kubernetes_support import minor_of

OLDEST_TO_MOVE: Final = (1, 27)
"""The first Kubernetes version that can be moved.

Source: https://learn.microsoft.com/azure/aks/update-azure-cni
"""

ENGINES_TO_REMOVE: Final = ("azure", "calico")
"""Network policy engines that have to be uninstalled first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """One thing to change before the move."""

    what: str
    evidence: Evidence


def obstacles(cluster: ManagedCluster) -> tuple[Obstacle, ...]:
    """What has to be changed first, in that order. Room for nodes is the capacity rules' affair."""
    found: list[Obstacle] = []
    version = minor_of(cluster.kubernetes_version)
    if version is not None and version < OLDEST_TO_MOVE:
        what = f"Kubernetes {cluster.kubernetes_version} is older than {OLDEST_TO_MOVE[0]}.{OLDEST_TO_MOVE[1]}"
        found.append(_obstacle(cluster, what, "properties.currentKubernetesVersion", cluster.kubernetes_version))
    if cluster.network_policy.lower() in ENGINES_TO_REMOVE:
        what = f"networkPolicy {cluster.network_policy} has to be uninstalled"
        found.append(_obstacle(cluster, what, "properties.networkProfile.networkPolicy", cluster.network_policy))
    if "userassigned" not in cluster.identity_type.lower():
        what = f"its identity is {cluster.identity_type or 'a service principal'}, not a user-assigned one"
        found.append(_obstacle(cluster, what, "identity.type", cluster.identity_type or None))
    if "aciconnectorlinux" in cluster.addons:
        what = "virtual nodes do not work with overlay"
        found.append(_obstacle(cluster, what, "properties.addonProfiles.aciConnectorLinux.enabled", True))
    sets = [pool for pool in cluster.node_pools if pool.type.lower() == "availabilityset"]
    if sets:
        what = f"{', '.join(pool.name for pool in sets)} {'is an' if len(sets) == 1 else 'are'} availability set"
        path = f"properties.agentPoolProfiles[{sets[0].name}].type"
        found.append(_obstacle(cluster, what + ("" if len(sets) == 1 else "s"), path, sets[0].type))
    if cluster.is_dual_stack:
        what = "dual stack: IPv6 traffic of pods breaks during the move"
        found.append(_obstacle(cluster, what, "properties.networkProfile.ipFamilies", cluster.ip_families))
    return tuple(found)


def _obstacle(cluster: ManagedCluster, what: str, path: str, value: str | bool | tuple[str, ...] | None) -> Obstacle:
    return Obstacle(what=what, evidence=Evidence(cluster.id, path, value))
