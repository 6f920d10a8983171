from __future__ import annotations

from collections.abc import Iterator

from ...analysis.network_model import NetworkModel, model_of
from ...analysis.nodes import unlisted_pools
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network, NodePool
from .ranges import listed


@rule(
    title="Some pools of the cluster have a pod subnet and others have none",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/configure-azure-cni-dynamic-ip-allocation",
    disrupts="workloads move to a new pool",
)
def network_models_mixed(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster in which pools with a pod subnet stand beside pools whose pods take addresses of the node subnet. Pod
    subnets with dynamic allocation beside static blocks are allowed and not meant.

    ## Why it matters
    Azure's documentation asks for one way of allocation in all pools of a cluster; that the mixture itself is refused
    is not verified. Pools without a pod subnet take `maxPods` + 1 addresses a node, usually where nobody planned for
    them, and filters and routes made for the pod subnet miss their pods.

    ## How to fix it
    A pool cannot change its subnets. Add one like the others, move the workloads and delete the odd one.

    ```azurecli
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --vnet-subnet-id NODES_ID --pod-subnet-id PODS_ID
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    ```

    ```bicep
    resource np2 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np2'
      properties: {
        vnetSubnetID: nodes.id
        podSubnetID: pods.id
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np2" {
      vnet_subnet_id = azurerm_subnet.nodes.id
      pod_subnet_id  = azurerm_subnet.pods.id
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        flat = [pool for pool in cluster.node_pools if model_of(cluster, pool) is NetworkModel.NODE_SUBNET]
        apart = [
            pool
            for pool in cluster.node_pools
            if model_of(cluster, pool) in (NetworkModel.POD_SUBNET_DYNAMIC, NetworkModel.POD_SUBNET_STATIC)
        ]
        if flat and apart:
            yield _finding(cluster, flat, apart)


def _finding(cluster: ManagedCluster, flat: list[NodePool], apart: list[NodePool]) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name}: pods of {listed(pool.name for pool in flat)} take addresses of the node subnet, "
        f"those of {listed(pool.name for pool in apart)} of a pod subnet",
        tuple(
            Evidence(
                cluster.id,
                f"properties.agentPoolProfiles[{pool.name}].podSubnetID",
                pool.pod_subnet_id.text if pool.pod_subnet_id else None,
            )
            for pool in (*flat, *apart)
        ),
        cluster_id=cluster.id,
    )
