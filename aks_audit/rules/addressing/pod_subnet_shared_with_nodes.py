from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import pod_subnet_users, unlisted_pools, users_of_subnets
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NodePool
from .ranges import listed, only_cluster


@rule(
    title="A subnet holds nodes and is a pod subnet as well",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni",
    covers=("MDL-14",),
    disrupts="workloads move to a pool in a new subnet",
)
def pod_subnet_shared_with_nodes(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A subnet that a pool names as its pod subnet while nodes of that or another pool, in any cluster, have their own
    addresses in it.

    ## Why it matters
    Azure delegates a pod subnet to AKS, and refuses machines in a delegated subnet with `SubnetIsDelegated`: no node
    can be added or replaced. Nodes and batches of pod addresses also compete for the same addresses, and Azure
    shows the use of neither.

    ## How to fix it
    Separate them: a delegated subnet for the pods, and a pool with both subnets. Move the workloads, and delete the
    old pool.

    ```azurecli
    az network vnet subnet create -g RG --vnet-name VNET -n pods --address-prefixes PREFIX
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
    judged = {pool.subnet_id for cluster in network.clusters for pool in cluster.node_pools}
    judged |= {subnet_id for cluster in network.clusters for subnet_id in cluster.pod_subnet_ids}
    for subnet_id, pods in sorted(pod_subnet_users(network).items()):
        nodes = [(user.cluster, user.pool) for user in users_of_subnets(network).get(subnet_id, ())]
        if nodes and subnet_id in judged:
            yield _finding(subnet_id, nodes, list(pods))


_User = tuple[ManagedCluster, NodePool]


def _finding(subnet_id: ResourceId, nodes: list[_User], pods: list[_User]) -> Finding:
    clusters = {cluster.id: cluster for cluster, _ in (*nodes, *pods)}
    fields = [("vnetSubnetID", nodes), ("podSubnetID", pods)]
    return Finding(
        subnet_id,
        f"{subnet_id.name} holds nodes of {_names(nodes)} and is the pod subnet of {_names(pods)}",
        tuple(
            Evidence(cluster.id, f"properties.agentPoolProfiles[{pool.name}].{field}", subnet_id.text)
            for field, users in fields
            for cluster, pool in users
        ),
        cluster_id=only_cluster(clusters.values()),
        affected=tuple(clusters),
        latent=True,
    )


def _names(users: list[_User]) -> str:
    return listed(f"{cluster.name}/{pool.name}" for cluster, pool in users)
