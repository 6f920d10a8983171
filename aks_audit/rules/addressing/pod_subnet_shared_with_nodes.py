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
    Separate them: `az network vnet subnet create --resource-group RG --vnet-name VNET --name pods --address-prefixes
    PREFIX --delegations Microsoft.ContainerService/managedClusters`, then a pool with both subnets:
    `az aks nodepool add ... --vnet-subnet-id NODES --pod-subnet-id PODS`. Move the workloads, delete the old pool.
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
