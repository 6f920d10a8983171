from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.network_model import NetworkModel, model_of
from ...analysis.nodes import unlisted_pools
from ...capacity.horizons import pool_nodes
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network, NodePool

SMALLEST: Final = 10
LARGEST: Final = 250
SMALLEST_POOL: Final = 30
"""Pods that a pool must have room for in total.

Source of the three: https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning
"""
WINDOWS_RECOMMENDED: Final = 110
"""Source: https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay"""
ADDRESSES_PER_NIC: Final = 256
"""Source: https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits"""


@rule(
    title="A pool's maxPods is out of range",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning",
    covers=("CAP-15", "CAP-16", "CAP-17"),
    disrupts="workloads move to a new pool",
)
def max_pods_out_of_range(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pool with `maxPods` below 10 or above 250, or with more addresses a node than a NIC may have (256) where pods
    take theirs from the node subnet: high. A pool that has room for fewer than 30 pods on all its nodes together, at
    the autoscaler's maximum: medium. A Windows pool above the recommended 110: low.

    ## Why it matters
    Azure refuses such values when a pool is made, and beyond the NIC's limit refuses the nodes with
    `SecondaryIpConfigurationCountPerVMSSVMExceeded`. In a pool with too little room the system's own pods push out
    the workloads, or stay pending themselves.

    ## How to fix it
    `maxPods` cannot be changed on a pool. Add one with a value that fits, move the workloads, delete the old one. A
    pool with too little room can be given more nodes instead.

    ```azurecli
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --max-pods 30
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    # or
    az aks nodepool scale -g RG --cluster-name CLUSTER -n POOL --node-count N
    ```

    ```bicep
    resource np2 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np2'
      properties: {
        maxPods: 30
        count: 3
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np2" {
      max_pods   = 30
      node_count = 3
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        for pool in cluster.node_pools:
            if pool.max_pods is None:
                yield unknown(cluster.id, cluster.gap or _absent(cluster, pool, "maxPods"))
                continue
            if pool_nodes(pool) is None:
                yield unknown(cluster.id, cluster.gap or _absent(cluster, pool, "count"))
            troubles = _troubles(cluster, pool, pool.max_pods)
            if troubles:
                yield _finding(cluster, pool, troubles)


def _absent(cluster: ManagedCluster, pool: NodePool, field: str) -> Gap:
    message = f"the {field} of pool {pool.name} is not known"
    return Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message)


def _troubles(cluster: ManagedCluster, pool: NodePool, max_pods: int) -> list[tuple[Severity, str]]:
    """What is wrong with a pool's maxPods, the worst first."""
    found: list[tuple[Severity, str]] = []
    if not SMALLEST <= max_pods <= LARGEST:
        found.append((Severity.HIGH, f"is outside {SMALLEST} to {LARGEST}"))
    if model_of(cluster, pool) is NetworkModel.NODE_SUBNET and max_pods + 1 > ADDRESSES_PER_NIC:
        found.append((Severity.HIGH, f"takes {max_pods + 1} addresses on a NIC, which may have {ADDRESSES_PER_NIC}"))
    nodes = pool_nodes(pool)
    if nodes and nodes.maximum and nodes.maximum * max_pods < SMALLEST_POOL:
        room = f"{nodes.maximum} x {max_pods} = {nodes.maximum * max_pods}"
        found.append((Severity.MEDIUM, f"leaves room for {room} pods in the pool, fewer than {SMALLEST_POOL}"))
    if pool.is_windows and WINDOWS_RECOMMENDED < max_pods <= LARGEST:
        found.append((Severity.LOW, f"is above the {WINDOWS_RECOMMENDED} recommended for Windows"))
    return found


def _finding(cluster: ManagedCluster, pool: NodePool, troubles: list[tuple[Severity, str]]) -> Finding:
    path = f"properties.agentPoolProfiles[{pool.name}]"
    values = {"maxPods": pool.max_pods, "count": pool.count, "maxCount": pool.max_count, "osType": pool.os_type}
    return Finding(
        cluster.id,
        f"{cluster.name}/{pool.name}: maxPods {pool.max_pods} {', and '.join(words for _, words in troubles)}",
        tuple(Evidence(cluster.id, f"{path}.{name}", value) for name, value in values.items() if value is not None),
        cluster_id=cluster.id,
        severity=None if troubles[0][0] is Severity.HIGH else troubles[0][0],
        key=pool.name,
    )
