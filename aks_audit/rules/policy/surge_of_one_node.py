from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...findings import Evidence, Finding, Severity, Unknown, rule
from ...model import Network, NodePool
from .pools import clusters_with_pools, finding_on, names, path_of

_ONE_EITHER_WAY: Final = 3
"""A third of so many nodes is still one node."""


@rule(
    title="A pool upgrades one node at a time (azqr aks-016)",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/upgrade-aks-cluster",
    disrupts="nothing",
    profile="policy",
    peer="azqr aks-016",
)
def surge_of_one_node(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pool whose `maxSurge` is absent or 1.

    Other than azqr's aks-016 it leaves out pools of three nodes or fewer, where a third is one node as well; spot
    pools, which don't surge; pools that upgrade by `maxUnavailable` or blue-green; and it says what the change costs:
    each further surge node takes addresses of the subnet.

    ## Why it matters
    An upgrade of a large pool takes hours, node by node, and node images with security fixes arrive late. Azure's
    default where `maxSurge` is absent has been one node and is 10 % in newer versions.

    ## How to fix it
    Set a third, after `aks-audit plan --cluster CLUSTER --pool POOL --max-surge 33%` says that the subnet and the
    pod CIDR have room for those nodes.

    ```azurecli
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL --max-surge 33%
    ```

    ```bicep
    properties: {
      upgradeSettings: { maxSurge: '33%' }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np1" {
      upgrade_settings {
        max_surge = "33%"
      }
    }
    ```
    """
    for cluster in clusters_with_pools(network):
        if isinstance(cluster, Unknown):
            yield cluster
            continue
        slow = [pool for pool in cluster.node_pools if _is_slow(pool)]
        if slow:
            said = [f"maxSurge {pool.max_surge or 'absent'}" for pool in slow]
            yield finding_on(
                cluster,
                f"{cluster.name}: one surge node in {names(slow, said)}",
                slow,
                tuple(Evidence(cluster.id, path_of(p, "upgradeSettings.maxSurge"), p.max_surge) for p in slow),
            )


def _is_slow(pool: NodePool) -> bool:
    if pool.is_spot or pool.upgrade_strategy.lower() == "bluegreen":
        return False
    if (pool.max_unavailable or "0").removesuffix("%").strip("0"):
        return False
    known = [nodes for nodes in (pool.count, pool.max_count) if nodes is not None]
    return pool.max_surge in (None, "1") and (not known or max(known) > _ONE_EITHER_WAY)
