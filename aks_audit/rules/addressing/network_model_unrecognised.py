from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import model_of_profile
from ...analysis.network_model import NetworkModel, model_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network, NodePool
from .ranges import PROFILE


@rule(
    title="The network model is not recognised",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network-cni-overview",
    covers=("MDL-19",),
    disrupts="workloads move to a new pool",
)
def network_model_unrecognised(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose `networkPlugin` and `networkPluginMode` amount to no known way of giving pods addresses, or a
    pool that contradicts them: kubenet or overlay with a `podSubnetID`. Old answers of Azure that name no plug-in at
    all are of low severity.

    ## Why it matters
    Which addresses, routes and limits count follows from the model. Where it is not known, nothing said about this
    cluster's capacity can be relied on, and other rules stay silent about it. Contradicting values also mean that
    part of the cluster was not set up as somebody meant it.

    ## How to fix it
    Look at what Azure has. If the answer is old or was written by hand, collect again with a current api-version. A
    pool with a pod subnet in a kubenet or overlay cluster has to be added anew without one. If the values are right
    and new, please report them.

    ```azurecli
    az aks show -g RG -n CLUSTER --query networkProfile
    # a pool that contradicts it
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --vnet-subnet-id SUBNET_ID
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    ```

    ```bicep
    // with kubenet or overlay: no podSubnetID
    resource np2 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np2'
      properties: {
        vnetSubnetID: nodes.id
      }
    }
    ```

    ```terraform
    # with kubenet or overlay: no pod_subnet_id
    resource "azurerm_kubernetes_cluster_node_pool" "np2" {
      vnet_subnet_id = azurerm_subnet.nodes.id
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        if not cluster.network_plugin and not cluster.network_plugin_mode:
            if not cluster.gap:  # else the plug-in may be the very value that did not parse
                yield _unsaid(cluster)
        elif model_of_profile(cluster) is NetworkModel.UNRECOGNISED:
            yield _unknown_profile(cluster)
        else:
            odd = [pool for pool in cluster.node_pools if model_of(cluster, pool) is NetworkModel.UNRECOGNISED]
            if odd:
                yield _contradiction(cluster, odd)


def _unsaid(cluster: ManagedCluster) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name}: ARM gave no network profile that names a plug-in, as answers from before 2019 do; "
        "its network model is unrecognised",
        _raw(cluster),
        cluster_id=cluster.id,
        severity=Severity.LOW,
    )


def _unknown_profile(cluster: ManagedCluster) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name}: {_shown(cluster)} amounts to no known network model",
        _raw(cluster),
        cluster_id=cluster.id,
    )


def _contradiction(cluster: ManagedCluster, pools: list[NodePool]) -> Finding:
    names = ", ".join(pool.name for pool in pools)
    evidence = [
        Evidence(
            cluster.id,
            f"properties.agentPoolProfiles[{pool.name}].podSubnetID",
            pool.pod_subnet_id.text if pool.pod_subnet_id else None,
        )
        for pool in pools
    ]
    return Finding(
        cluster.id,
        f"{cluster.name}: {_shown(cluster)} contradicts the podSubnetID of {names}",
        (*_raw(cluster), *evidence),
        cluster_id=cluster.id,
    )


def _shown(cluster: ManagedCluster) -> str:
    return f"networkPlugin {cluster.network_plugin!r} with networkPluginMode {cluster.network_plugin_mode!r}"


def _raw(cluster: ManagedCluster) -> tuple[Evidence, ...]:
    return (
        Evidence(cluster.id, f"{PROFILE}.networkPlugin", cluster.network_plugin or None),
        Evidence(cluster.id, f"{PROFILE}.networkPluginMode", cluster.network_plugin_mode or None),
    )
