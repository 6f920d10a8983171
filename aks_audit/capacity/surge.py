"""How many nodes an upgrade adds to a pool."""

from __future__ import annotations

from typing import Final

from ..model import NodePool

PERCENT_DEFAULT_SINCE: Final = (1, 32)
"""From this Kubernetes version on, an absent maxSurge means 10 %; before, one node.

Source: https://github.com/Azure/AKS/releases (2025-03-16); the documentation disagrees with itself.
"""


def surge_nodes(pool: NodePool, nodes: int) -> int:
    """Nodes that an upgrade of a pool of `nodes` nodes adds at once.

    A percentage is rounded up to whole nodes; no more are added than there are nodes to upgrade; spot pools and a
    maxSurge of 0 add none.

    Source: https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling
    """
    if pool.is_spot or nodes <= 0:
        return 0
    return surge_of(effective_max_surge(pool), nodes)


def surge_of(setting: str, nodes: int) -> int:
    """What a maxSurge setting comes to for so many nodes.

    >>> surge_of("50%", 4), surge_of("10%", 11), surge_of("3", 2)
    (2, 2, 2)
    """
    wanted = -(-nodes * int(setting[:-1]) // 100) if setting.endswith("%") else int(setting)
    return min(nodes, wanted)


def effective_max_surge(pool: NodePool) -> str:
    """The maxSurge that applies: the pool's own, or Azure's default for its version."""
    if pool.max_surge is not None:
        return pool.max_surge
    return "10%" if version_of(pool.kubernetes_version) >= PERCENT_DEFAULT_SINCE else "1"


def version_of(text: str) -> tuple[int, int]:
    """Major and minor number of a Kubernetes version; (0, 0) where there is none.

    >>> version_of("1.33.4"), version_of("")
    ((1, 33), (0, 0))
    """
    parts = [part for part in text.split(".")[:2] if part.isdigit()]
    return (int(parts[0]), int(parts[1])) if len(parts) == 2 else (0, 0)
