from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import model_of_profile
from ...analysis.network_model import NetworkModel, model_of
from ...analysis.nodes import pools_gap
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network, NodePool


@rule(
    title="Azure CNI node subnet, which Azure calls legacy",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni",
    more_sources=("https://learn.microsoft.com/azure/aks/update-azure-cni",),
    covers=("LIF-07",),
    disrupts="nodes are reimaged",
)
def node_subnet_legacy(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Clusters whose pods take addresses of the node subnet. No day is announced on which that ends; the finding is
    advice.

    ## Why it matters
    Each node reserves `maxPods` addresses of the virtual network whether pods use them or not. That is the commonest
    reason for `InsufficientSubnetSize` and `SubnetIsFull`, and new features come to overlay and pod subnets first.

    ## How to fix it
    Overlay takes one address a node; the move is made in place, reimages all nodes and cannot be undone. Pods are then
    not reached by their addresses from outside the cluster. Look first: `aks-audit plan migrate --to overlay --cluster
    CLUSTER`.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER \\
      --network-plugin azure --network-plugin-mode overlay --pod-cidr 192.168.0.0/16
    ```

    ```bicep
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      podCidr: '192.168.0.0/16'
    }
    ```

    ```terraform
    network_profile {
      network_plugin      = "azure"
      network_plugin_mode = "overlay"
      pod_cidr            = "192.168.0.0/16"
    }
    ```
    """
    for cluster in network.clusters:
        pools = [pool for pool in cluster.node_pools if model_of(cluster, pool) is NetworkModel.NODE_SUBNET]
        if pools:
            yield _finding(cluster, pools)
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif (gap := pools_gap(cluster)) and _may_be_it(cluster):
            yield unknown(cluster.id, gap)
        elif not cluster.network_plugin:
            message = "properties.networkProfile.networkPlugin is absent"
            yield unknown(cluster.id, Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message))


def _may_be_it(cluster: ManagedCluster) -> bool:
    return not cluster.network_plugin or model_of_profile(cluster) is NetworkModel.NODE_SUBNET


def _finding(cluster: ManagedCluster, pools: list[NodePool]) -> Finding:
    names = ", ".join(pool.name for pool in pools)
    profile = "properties.networkProfile"
    return Finding(
        cluster.id,
        f"{cluster.name}: pods of {names} take addresses of the node subnet, a model that Azure calls legacy",
        (
            Evidence(cluster.id, f"{profile}.networkPlugin", cluster.network_plugin),
            Evidence(cluster.id, f"{profile}.networkPluginMode", cluster.network_plugin_mode or None),
        ),
        cluster_id=cluster.id,
        affected=tuple(cluster.id.child("agentPools", pool.name) for pool in pools),
    )
