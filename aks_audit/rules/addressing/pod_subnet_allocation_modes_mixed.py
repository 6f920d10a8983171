from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import pod_subnet_users
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NodePool
from .ranges import listed, only_cluster


@rule(
    title="A pod subnet is used both dynamically and in static blocks",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/configure-azure-cni-static-block-allocation",
    covers=("MDL-13",),
    disrupts="workloads move to a pool in a new subnet",
)
def pod_subnet_allocation_modes_mixed(network: Network) -> Iterator[Finding | Unknown]:
    r"""
    ## What it finds
    A pod subnet that pools with `podIPAllocationMode` `StaticBlock` share with pools that allocate dynamically, in
    one cluster or in several.

    ## Why it matters
    Azure allows one way of allocation in a pod subnet, across all clusters. Dynamic batches lie anywhere and break up
    the aligned /28 blocks, so that no block is left while most addresses are free, and nodes get no pod addresses.

    ## How to fix it
    Give one kind a pod subnet of its own, add a pool in it, move the workloads and delete the old pool.

    ```azurecli
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --pod-subnet-id PODS2_ID \
      --pod-ip-allocation-mode StaticBlock
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    ```

    ```bicep
    resource np2 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np2'
      properties: {
        vnetSubnetID: nodes.id
        podSubnetID: podBlocks.id
        podIPAllocationMode: 'StaticBlock'
      }
    }
    ```

    ```terraform
    # azurerm has no argument for the allocation mode (provider pull request 30827)
    resource "azapi_resource" "np2" {
      type      = "Microsoft.ContainerService/managedClusters/agentPools@2025-05-01"
      parent_id = azurerm_kubernetes_cluster.aks1.id
      name      = "np2"
      body = {
        properties = { podSubnetID = azurerm_subnet.pod_blocks.id, podIPAllocationMode = "StaticBlock" }
      }
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
    judged = {subnet_id for cluster in network.clusters for subnet_id in cluster.pod_subnet_ids}
    for subnet_id in sorted(judged):
        users = pod_subnet_users(network).get(subnet_id, ())
        static = [user for user in users if _is_static(user[1])]
        dynamic = [user for user in users if not _is_static(user[1])]
        if static and dynamic:
            yield _finding(subnet_id, static, dynamic)


_User = tuple[ManagedCluster, NodePool]


def _is_static(pool: NodePool) -> bool:
    return pool.pod_ip_allocation_mode.lower() == "staticblock"


def _finding(subnet_id: ResourceId, static: list[_User], dynamic: list[_User]) -> Finding:
    clusters = {cluster.id: cluster for cluster, _ in (*static, *dynamic)}
    return Finding(
        subnet_id,
        f"pod subnet {subnet_id.name}: {_names(static)} hold static blocks in it, "
        f"{_names(dynamic)} allocate dynamically",
        tuple(
            Evidence(
                cluster.id,
                f"properties.agentPoolProfiles[{pool.name}].podIPAllocationMode",
                pool.pod_ip_allocation_mode or None,
            )
            for cluster, pool in (*static, *dynamic)
        ),
        cluster_id=only_cluster(clusters.values()),
        affected=tuple(clusters),
    )


def _names(users: list[_User]) -> str:
    return listed(f"{cluster.name}/{pool.name}" for cluster, pool in users)
