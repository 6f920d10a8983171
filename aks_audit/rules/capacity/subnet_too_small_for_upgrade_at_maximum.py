from __future__ import annotations

from collections.abc import Iterator

from ...capacity.subnets import node_subnet_capacities
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .evidence import capacity_evidence, other_horizons, short_of, unread_node_subnets


@rule(
    title="The node subnet cannot hold an upgrade once the autoscaler is at its maximum",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling",
    covers=("CAP-03", "CAP-24"),
    disrupts="nothing",
)
def subnet_too_small_for_upgrade_at_maximum(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A node subnet that holds an upgrade of today's nodes, and every pool at its `maxCount`, but not both: an upgrade
    that starts while the pools are at their maximum.

    ## Why it matters
    The upgrade is refused with `InsufficientSubnetSize` at the very time when the cluster is busiest. An automatic
    upgrade then simply doesn't happen, and nobody notices until the version is out of support.

    ## How to fix it
    Leave room for the surge: lower `maxSurge`, or lower `maxCount` by as many nodes as it adds. Else put the
    maintenance window where the pools are small, or add a prefix to the subnet (where nodes take one address each).

    ```azurecli
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL --max-surge N
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL -u --min-count MIN --max-count MAX
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
    yield from unread_node_subnets(network)
    for capacity in node_subnet_capacities(network):
        short = capacity.short("worst")
        if capacity.gap:
            yield unknown(capacity.subnet.id, capacity.gap)
        elif short and not capacity.short("upgrade") and not capacity.short("autoscale_max"):
            yield Finding(
                capacity.subnet.id,
                f"{capacity.subnet.id.name} is {short_of(short)} an upgrade at the autoscaler's maximum: "
                f"{capacity.needed.worst} needed, {capacity.usable} usable{other_horizons(capacity, 'worst')}",
                capacity_evidence(capacity),
                cluster_id=capacity.clusters[0].id if len(capacity.clusters) == 1 else None,
                affected=tuple(cluster.id for cluster in capacity.clusters),
                arithmetic=f"InsufficientSubnetSize: {capacity.arithmetic('worst')}",
                latent=True,
            )
