from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import unlisted_pools
from ...capacity.horizons import pool_nodes
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network, NodePool


@rule(
    title="A static egress gateway pool does not fit its public IP prefix",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/configure-static-egress-gateway",
    covers=("CAP-23",),
    disrupts="egress by the gateway stops for pods that move to a new one",
)
def gateway_pool_unfit(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pool of mode `Gateway` with more nodes than its public IP prefix has addresses (a /30 has four), or with the
    autoscaler on: high. One whose nodes fit, but not with those that an upgrade adds: medium, since that Azure counts
    the surge here is not verified. One with fewer than two nodes: low.

    ## Why it matters
    Every gateway node needs an address of the prefix. A node without one carries no egress, and workloads that rely on
    the known source address lose it. Azure does not support the autoscaler on such pools. With a single node egress
    stops whenever it is replaced.

    ## How to fix it
    Scale to what the prefix holds, without the autoscaler. The prefix of a pool cannot be changed: for more nodes
    add a pool with a larger prefix and at least two nodes, point the gateway configuration to it, and delete the
    old one.

    ```azurecli
    az aks nodepool scale -g RG --cluster-name CLUSTER -n POOL --node-count N
    # or
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --mode Gateway --gateway-prefix-size 28 --node-count 2
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    ```

    ```bicep
    resource gw 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'gw'
      properties: {
        mode: 'Gateway'
        count: 2
        enableAutoScaling: false
        gatewayProfile: { publicIPPrefixSize: 28 }
      }
    }
    ```

    ```terraform
    # not verified that azurerm has the gateway profile (provider pull request 30773); azapi has
    resource "azapi_resource" "gw" {
      type      = "Microsoft.ContainerService/managedClusters/agentPools@2025-05-01"
      parent_id = azurerm_kubernetes_cluster.aks1.id
      name      = "gw"
      body = {
        properties = { mode = "Gateway", count = 2, gatewayProfile = { publicIPPrefixSize = 28 } }
      }
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        for pool in cluster.node_pools:
            if not pool.is_gateway:
                continue
            unsaid = "gatewayProfile.publicIPPrefixSize" if pool.gateway_prefix_size is None else "count"
            if pool.gateway_prefix_size is None or pool.count is None:
                message = f"the {unsaid} of pool {pool.name} is not known"
                absent = Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message)
                yield unknown(cluster.id, cluster.gap or absent)
                continue
            troubles = _troubles(pool, pool.count, pool.gateway_prefix_size)
            if troubles:
                yield _finding(cluster, pool, troubles)


def _troubles(pool: NodePool, count: int, prefix_size: int) -> list[tuple[Severity, str]]:
    """What is wrong with a gateway pool, the worst first."""
    found: list[tuple[Severity, str]] = []
    room, nodes = 1 << max(0, 32 - prefix_size), pool_nodes(pool)
    has = f"its public IP prefix, a /{prefix_size}, has {room}"
    if count > room:
        found.append((Severity.HIGH, f"has {count} nodes, and {has}"))
    if pool.autoscaled:
        found.append((Severity.HIGH, "has the autoscaler on, which Azure does not support there"))
    if nodes and count <= room < count + nodes.surge:
        found.append((Severity.MEDIUM, f"has {count} nodes and {nodes.surge} more in an upgrade, and {has}"))
    if count < 2:
        found.append((Severity.LOW, f"has {count} {'node' if count == 1 else 'nodes'}: no other takes over"))
    return found


def _finding(cluster: ManagedCluster, pool: NodePool, troubles: list[tuple[Severity, str]]) -> Finding:
    path = f"properties.agentPoolProfiles[{pool.name}]"
    return Finding(
        cluster.id,
        f"{cluster.name}/{pool.name}: the gateway pool {', and '.join(words for _, words in troubles)}",
        (
            Evidence(cluster.id, f"{path}.gatewayProfile.publicIPPrefixSize", pool.gateway_prefix_size),
            Evidence(cluster.id, f"{path}.count", pool.count),
            Evidence(cluster.id, f"{path}.enableAutoScaling", pool.autoscaled),
        ),
        cluster_id=cluster.id,
        severity=None if troubles[0][0] is Severity.HIGH else troubles[0][0],
        latent=troubles[0][0] is Severity.MEDIUM,
        key=pool.name,
    )
