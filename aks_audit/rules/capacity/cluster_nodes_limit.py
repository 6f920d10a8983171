from __future__ import annotations

from collections.abc import Iterator

from ...analysis.network_model import NetworkModel, cluster_model
from ...analysis.nodes import unlisted_pools
from ...capacity.limits import cluster_nodes
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .limits import EVENTS, UPGRADE_CRITICAL, first_short, limit_finding, needed_at


@rule(
    title="The cluster exceeds the nodes that its network model allows",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/quotas-skus-regions",
    covers=("CAP-12", "CAP-13"),
    disrupts="nothing; the move to overlay recreates all nodes",
)
def cluster_nodes_limit(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with more nodes than it may have: 5,000, with kubenet 400 and in dual stack 200, since each node there
    takes two routes. With kubenet critical for today's nodes and those that an upgrade adds, high for the
    autoscaler's maximum and an upgrade at that size. Other models high, and medium where only an upgrade at the
    autoscaler's maximum goes beyond. That dual stack halves kubenet's limit stands in an older page of Azure alone.

    ## Why it matters
    Azure refuses to go beyond the limit. At 5,000 nodes a cluster cannot be upgraded any more, since no node can be
    added. A kubenet node beyond its limit gets no route, and its pods reach nobody.

    ## How to fix it
    Lower the maxima. Upgrade one pool at a time with a small `maxSurge`. Fewer, larger nodes carry the same pods.
    Kubenet's limit ends with the move to overlay.

    ```azurecli
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL -u --min-count MIN --max-count MAX
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL --max-surge N
    # kubenet only
    az aks update -g RG -n CLUSTER --network-plugin azure --network-plugin-mode overlay
    ```

    ```bicep
    resource np1 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np1'
      properties: {
        enableAutoScaling: true
        minCount: 1
        maxCount: 20
        upgradeSettings: { maxSurge: '1' }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np1" {
      auto_scaling_enabled = true
      min_count            = 1
      max_count            = 20

      upgrade_settings {
        max_surge = "1"
      }
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        limit = cluster_nodes(cluster)
        horizon = first_short(limit)
        if limit.gap:
            yield unknown(cluster.id, limit.gap)
        elif horizon:
            kubenet = cluster_model(cluster) is NetworkModel.KUBENET
            severity = Severity.MEDIUM if horizon == "worst" else Severity.HIGH
            yield limit_finding(
                limit,
                horizon,
                f"{cluster.name}: {EVENTS[horizon]} makes {needed_at(limit, horizon)} nodes, of {limit.room}",
                UPGRADE_CRITICAL[horizon] if kubenet else severity,
            )
