from __future__ import annotations

from collections.abc import Iterator

from ...capacity.limit import Limit
from ...capacity.limits import virtual_network_addresses
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .evidence import unread_node_subnets


@rule(
    title="The clusters may take more addresses than a virtual network can have",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
    covers=("CAP-14",),
    disrupts="nothing, unless a new pool is needed; the move to overlay recreates all nodes",
)
def virtual_network_too_full(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A virtual network in which the pools that give pods addresses of the node subnet (Azure CNI node subnet) would
    together take more than 65,536 addresses with every pool at its maximum, over all clusters in the network.

    ## Why it matters
    65,536 private addresses is the limit of one virtual network, however large its prefixes are. Beyond it no node
    can be added anywhere in the network, and other resources there get no address either.

    ## How to fix it
    Lower `maxCount`, or add pools with a lower `maxPods` and delete the old ones: every node takes `maxPods` + 1.
    Put further clusters into virtual networks of their own. Overlay takes one address a node; a cluster can be
    moved there, which cannot be undone.

    ```azurecli
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL -u --min-count MIN --max-count MAX
    # or
    az aks update -g RG -n CLUSTER --network-plugin-mode overlay --pod-cidr CIDR
    ```

    ```bicep
    resource np2 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np2'
      properties: {
        enableAutoScaling: true
        minCount: 1
        maxCount: 20
        maxPods: 30
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np2" {
      auto_scaling_enabled = true
      min_count            = 1
      max_count            = 20
      max_pods             = 30
    }
    ```
    """
    yield from unread_node_subnets(network)
    limits = {
        limit.resource_id: limit
        for cluster in network.clusters
        for limit in virtual_network_addresses(network, cluster)
    }
    for vnet_id, limit in sorted(limits.items()):
        if limit.gap:
            yield unknown(vnet_id, limit.gap)
        elif limit.short("autoscale_max"):
            yield _finding(limit)


def _finding(limit: Limit) -> Finding:
    vnet_id, clusters = limit.resource_id, tuple(cluster.id for cluster in limit.clusters)
    evidence = [
        Evidence(draw.cluster.id, f"properties.agentPoolProfiles[{draw.pool.name}].{name}", value)
        for draw in limit.draws
        for name, value in (("maxPods", draw.pool.max_pods), ("maxCount", draw.pool.max_count or draw.pool.count))
    ]
    return Finding(
        vnet_id,
        f"{vnet_id.name}: nodes and pods of {len(clusters)} {'cluster' if len(clusters) == 1 else 'clusters'} may take "
        f"{limit.needed.autoscale_max:,} addresses, of {limit.available:,} that a virtual network can have",
        tuple(evidence),
        cluster_id=clusters[0] if len(clusters) == 1 else None,
        affected=clusters,
        arithmetic=limit.arithmetic("autoscale_max"),
    )
