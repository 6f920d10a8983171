from __future__ import annotations

from collections.abc import Iterator

from ...analysis.egress_path import OUTBOUND_TYPE
from ...analysis.egress_subnets import pool_id
from ...analysis.nodes import pools_gap
from ...analysis.outbound_type import outbound_type_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network


@rule(
    title="Nodes of an isolated cluster have public addresses",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network-isolated",
    covers=("UDR-13",),
    disrupts="nodes are recreated",
)
def node_public_ips_under_isolation(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with outbound type `none` or `block` with a pool whose nodes have public addresses of their own
    (`enableNodePublicIP`).

    ## Why it matters
    The outbound type only says what AKS builds. A node with a public address leaves by it, whatever the type, and is
    reachable under it as far as the security group lets: the isolation that the cluster is run for is not there.

    ## How to fix it
    Whether nodes have a public address is fixed when the pool is made: make a new pool without, drain the old one and
    delete it.

    ```azurecli
    az aks nodepool add --resource-group RG --cluster-name CLUSTER --name NEWPOOL   # without --enable-node-public-ip
    az aks nodepool delete --resource-group RG --cluster-name CLUSTER --name OLDPOOL
    ```

    ```bicep
    resource pool 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: aks
      name: 'newpool'
      properties: {
        enableNodePublicIP: false
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "newpool" {
      kubernetes_cluster_id   = azurerm_kubernetes_cluster.aks.id
      name                    = "newpool"
      node_public_ip_enabled  = false
    }
    ```
    """
    for cluster in network.clusters:
        if not outbound_type_of(cluster).is_isolated:
            continue
        gap = pools_gap(cluster)
        if gap:
            yield unknown(cluster.id, gap)
        open_pools = [pool for pool in cluster.node_pools if pool.has_node_public_ips]
        if open_pools:
            yield Finding(
                cluster.id,
                f"{cluster.name}: outbound type {cluster.outbound_type}, but the nodes of "
                f"{', '.join(pool.name for pool in open_pools)} have public addresses",
                (
                    Evidence(cluster.id, OUTBOUND_TYPE, cluster.outbound_type),
                    *(
                        Evidence(cluster.id, f"properties.agentPoolProfiles[{p.name}].enableNodePublicIP", value=True)
                        for p in open_pools
                    ),
                ),
                cluster_id=cluster.id,
                affected=tuple(pool_id(cluster, pool) for pool in open_pools),
            )
