from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import unlisted_pools
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network, NodePool


@rule(
    title="A pool may neither add nor drop a node in an upgrade",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling",
    covers=("CAP-20",),
    disrupts="nothing",
)
def surge_impossible(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pool with `maxSurge` 0 whose `maxUnavailable` is 0 or not set, and a system pool with `maxSurge` 0 whatever its
    `maxUnavailable` is. Spot pools never surge and are not looked at.

    ## Why it matters
    An upgrade replaces nodes either by adding one first or by taking one away first. With both at 0 nothing can
    move, and Azure refuses the setting. System pools may not shrink, so Azure does not allow 0 there.

    ## How to fix it
    Let one node be added. Where the subnet has no room for it, a user pool can go without, with one node
    unavailable.

    ```azurecli
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL --max-surge 1
    # a user pool, without room
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL --max-surge 0 --max-unavailable 1
    ```

    ```bicep
    resource np1 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np1'
      properties: {
        upgradeSettings: { maxSurge: '1' }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np1" {
      upgrade_settings {
        max_surge = "1"
      }
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        for pool in cluster.node_pools:
            if not pool.is_spot and _is_zero(pool.max_surge):
                stuck = pool.max_unavailable is None or _is_zero(pool.max_unavailable)
                if stuck or pool.mode.lower() == "system":
                    yield _finding(cluster, pool, stuck)


def _is_zero(setting: str | None) -> bool:
    return setting is not None and int(setting.removesuffix("%")) == 0


def _finding(cluster: ManagedCluster, pool: NodePool, stuck: bool) -> Finding:
    path = f"properties.agentPoolProfiles[{pool.name}]"
    unavailable = "no maxUnavailable" if pool.max_unavailable is None else f"maxUnavailable {pool.max_unavailable}"
    why = f"and {unavailable}: no node can be replaced" if stuck else "is not allowed in a system pool"
    return Finding(
        cluster.id,
        f"{cluster.name}/{pool.name}: maxSurge {pool.max_surge} {why}",
        (
            Evidence(cluster.id, f"{path}.upgradeSettings.maxSurge", pool.max_surge),
            Evidence(cluster.id, f"{path}.upgradeSettings.maxUnavailable", pool.max_unavailable),
            Evidence(cluster.id, f"{path}.mode", pool.mode),
        ),
        cluster_id=cluster.id,
        latent=True,
        key=pool.name,
    )
