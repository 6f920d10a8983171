from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...analysis.nodes import unlisted_pools
from ...capacity.limits import pool_nodes_limits
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .limits import EVENTS, first_short, limit_finding, needed_at


@rule(
    title="A pool exceeds the 1,000 nodes that a pool may have",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/quotas-skus-regions",
    covers=("CAP-13",),
    disrupts="nothing",
)
def pool_nodes_limit(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pool that with the nodes an upgrade adds, or at the autoscaler's maximum, has more than 1,000 nodes. Where only
    an upgrade at the autoscaler's maximum exceeds the limit, the severity is medium.

    ## Why it matters
    Azure rejects an upgrade up front when count and surge together exceed 1,000. The pool keeps its version until
    somebody scales it down.

    ## How to fix it
    Upgrade with fewer nodes at once, on user pools with none at all and one unavailable. Lower the maximum, and
    spread the nodes over more pools.

    ```azurecli
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL --max-surge N
    # a user pool
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL --max-surge 0 --max-unavailable 1
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL -u --min-count MIN --max-count MAX
    ```

    ```bicep
    resource np1 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np1'
      properties: {
        enableAutoScaling: true
        minCount: 1
        maxCount: 900
        upgradeSettings: { maxSurge: '50' }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np1" {
      auto_scaling_enabled = true
      min_count            = 1
      max_count            = 900

      upgrade_settings {
        max_surge = "50"
      }
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        for limit in pool_nodes_limits(cluster):
            horizon = first_short(limit)
            if limit.gap:
                yield unknown(cluster.id, limit.gap)
            elif horizon:
                pool = limit.resource_id.name
                found = limit_finding(
                    limit,
                    horizon,
                    f"{cluster.name}/{pool}: {EVENTS[horizon]} makes {needed_at(limit, horizon)} nodes, "
                    f"of {limit.available} that a pool may have",
                    Severity.MEDIUM if horizon == "worst" else None,
                )
                yield replace(found, resource_id=cluster.id, key=pool)
