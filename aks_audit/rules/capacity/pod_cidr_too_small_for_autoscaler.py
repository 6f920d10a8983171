from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import unlisted_pools
from ...capacity.limits import pod_ranges
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .pod_cidr_too_small_for_upgrade import pod_cidr_finding


@rule(
    title="The pod CIDR has no range for every node of the autoscaler's maximum",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
    covers=("CAP-06",),
    disrupts="nothing",
)
def pod_cidr_too_small_for_autoscaler(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A kubenet or overlay cluster whose pod CIDRs have fewer ranges of one node (a /24) than its autoscaled pools may
    have nodes at their `maxCount`, alone or with the nodes that an upgrade at that size adds. Where not even an
    upgrade of today's nodes fits, `pod-cidr-too-small-for-upgrade` says so too.

    ## Why it matters
    Azure counts `maxCount` of every pool, not the nodes that run: pools can no longer be added, maxima no longer
    raised, with `InsufficientSubnetSize` on `networkProfile.podCIDR` or `InsufficientPodCidr` (kubenet), although
    far fewer nodes exist. Nodes that the autoscaler adds beyond the ranges never become `Ready`.

    ## How to fix it
    Lower the maxima so that their sum fits, shrinking before growing where several pools change. With overlay on
    Linux, enlarge the pod CIDR to one that contains it. Fewer, larger nodes need fewer ranges.

    ```azurecli
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL -u --min-count MIN --max-count MAX
    # or, with overlay
    az aks update -g RG -n CLUSTER --pod-cidr CIDR
    ```

    ```bicep
    resource np1 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np1'
      properties: {
        enableAutoScaling: true
        minCount: 1
        maxCount: 20
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np1" {
      auto_scaling_enabled = true
      min_count            = 1
      max_count            = 20
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        for limit in pod_ranges(cluster):
            if limit.gap:
                yield unknown(cluster.id, limit.gap)
            elif limit.is_autoscaled:
                horizon = next((each for each in ("autoscale_max", "worst") if limit.short(each)), None)
                if horizon:
                    yield pod_cidr_finding(cluster, limit, horizon, None)
