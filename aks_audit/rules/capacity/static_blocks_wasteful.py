from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.network_model import NetworkModel, model_of
from ...analysis.nodes import unlisted_pools
from ...capacity.models.pod_subnet_static import BLOCK, blocks
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network, NodePool

WASTE_FROM: Final = 8
"""Addresses of a node, half a block, from which on it is worth a look. This tool's choice."""


@rule(
    title="A pool's maxPods wastes addresses of its static blocks",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/configure-azure-cni-static-block-allocation",
    covers=("CAP-11",),
    disrupts="workloads move to a new pool",
)
def static_blocks_wasteful(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pool with static blocks on whose nodes 8 or more pod addresses can never be used. A node holds whole blocks of
    16 and one address of them is its own, so `maxPods` 15, 31, 47 ... wastes nothing, and 32 wastes 15.

    ## Why it matters
    Each node holds these addresses as long as it lives, and the pod subnet runs out of blocks that much earlier. (A
    comment in Azure's SDK counts `maxPods` / 16 blocks; its documentation counts the node's own address too, as here.)

    ## How to fix it
    `maxPods` cannot be changed on a pool. Add one with the next lower or higher multiple of 16 less one, move the
    workloads, delete the old pool.

    ```azurecli
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --pod-ip-allocation-mode StaticBlock --max-pods 31
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    ```

    ```bicep
    resource np2 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np2'
      properties: {
        vnetSubnetID: nodes.id
        podSubnetID: pods2.id
        podIPAllocationMode: 'StaticBlock'
        maxPods: 31
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
        properties = { podSubnetID = azurerm_subnet.pods2.id, podIPAllocationMode = "StaticBlock", maxPods = 31 }
      }
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        for pool in cluster.node_pools:
            if model_of(cluster, pool) is not NetworkModel.POD_SUBNET_STATIC:
                continue
            if pool.max_pods is None:
                message = f"the maxPods of pool {pool.name} is not known"
                absent = Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message)
                yield unknown(cluster.id, cluster.gap or absent)
            elif (held := BLOCK * blocks(pool.max_pods)) - 1 - pool.max_pods >= WASTE_FROM:
                yield _finding(cluster, pool, pool.max_pods, held)


def _finding(cluster: ManagedCluster, pool: NodePool, max_pods: int, held: int) -> Finding:
    path = f"properties.agentPoolProfiles[{pool.name}]"
    lower, higher = held - BLOCK - 1, held - 1
    better = f"{lower} or {higher}" if lower >= BLOCK - 1 else str(higher)
    return Finding(
        cluster.id,
        f"{cluster.name}/{pool.name}: maxPods {max_pods} leaves {held - 1 - max_pods} of the {held} pod addresses of a "
        f"node unused; {better} leaves none",
        (
            Evidence(cluster.id, f"{path}.maxPods", max_pods),
            Evidence(cluster.id, f"{path}.podIPAllocationMode", pool.pod_ip_allocation_mode),
        ),
        cluster_id=cluster.id,
        arithmetic=f"16 x ceil(({max_pods} + 1) / 16) = {held}; {held} - 1 of the node - {max_pods} = "
        f"{held - 1 - max_pods}",
        key=pool.name,
    )
