from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import node_subnet_id
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NotCollected


@rule(
    title="The subnets of one cluster lie in several virtual networks",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/node-pool-unique-subnet",
    covers=("MDL-10",),
    disrupts="workloads move to a new pool",
)
def subnets_in_several_virtual_networks(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose pools have their node or pod subnets in more than one virtual network.

    ## Why it matters
    AKS supports one virtual network a cluster. Nodes of different networks reach each other only by peerings that
    AKS knows nothing of, load balancers cannot have both behind them, and the next write to the cluster is refused.

    ## How to fix it
    Add pools in subnets of the network that holds most of the cluster. Move the workloads there, then delete the
    pools of the other network.

    ```azurecli
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --vnet-subnet-id SUBNET_ID
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    ```

    ```bicep
    // every pool in subnets of one virtual network
    resource np2 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np2'
      properties: {
        vnetSubnetID: resourceId('Microsoft.Network/virtualNetworks/subnets', 'vnet', 'nodes')
      }
    }
    ```

    ```terraform
    # every pool in subnets of one virtual network
    resource "azurerm_kubernetes_cluster_node_pool" "np2" {
      vnet_subnet_id = azurerm_subnet.nodes.id
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        named, unread = _subnets(network, cluster)
        vnets = dict.fromkeys(subnet_id.parent or subnet_id for subnet_id in named.values())
        if unread and vnets:
            yield unknown(cluster.id, unread[0])  # a network that cannot be told stands beside one that can
        if len(vnets) > 1:
            yield Finding(
                cluster.id,
                f"{cluster.name} has subnets in {len(vnets)} virtual networks: "
                + ", ".join(
                    f"{vnet.name} ({', '.join(dict.fromkeys(p for (p, _), s in named.items() if s.parent == vnet))})"
                    for vnet in vnets
                ),
                tuple(
                    Evidence(cluster.id, f"properties.agentPoolProfiles[{pool}].{field}", subnet_id.text)
                    for (pool, field), subnet_id in named.items()
                ),
                cluster_id=cluster.id,
                affected=tuple(vnets),
            )


def _subnets(network: Network, cluster: ManagedCluster) -> tuple[dict[tuple[str, str], ResourceId], list[NotCollected]]:
    """By pool and field: the subnets of a cluster; and why one of them is not known."""
    named: dict[tuple[str, str], ResourceId] = {}
    unread: list[NotCollected] = []
    for pool in cluster.node_pools:
        match node_subnet_id(network, cluster, pool):
            case NotCollected() as not_collected:
                unread.append(not_collected)
            case subnet_id:
                named[pool.name, "vnetSubnetID"] = subnet_id
        if pool.pod_subnet_id:
            named[pool.name, "podSubnetID"] = pool.pod_subnet_id
    return named, unread
