from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.network_model import NetworkModel, model_of
from ...findings import Evidence, Finding, Severity, Unknown, rule
from ...model import Network, NodePool
from .pools import clusters_with_pools, finding_on, names, not_told, path_of

_EACH_POD_COSTS_AN_ADDRESS: Final = (NetworkModel.NODE_SUBNET, NetworkModel.POD_SUBNET_STATIC)


@rule(
    title="A pool takes fewer than 50 pods a node (PSRule AZR-000018)",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/quotas-skus-regions",
    disrupts="workloads move to a new pool",
    profile="policy",
    peer="PSRule Azure.AKS.NodeMinPods (AZR-000018)",
)
def max_pods_low(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pool whose `maxPods` is below 50, or below `min_max_pods` of the configuration. Others demand the same: Checkov's
    CKV_AZURE_168 and Steampipe's kubernetes_cluster_max_pod_50.

    Other than they, it asks nothing of pools where every possible pod takes an address of a subnet beforehand, Azure
    CNI with a node subnet or with static blocks: 50 instead of 30 there costs 20 addresses a node. Neither are gateway
    pools asked, which run no pods of yours. All pools are looked at; Checkov looks at the first.

    ## Why it matters
    Few pods a node mean more nodes for the same work, and `Too many pods` in the scheduler's events while CPU lies
    idle. `maxPods` can't be changed after a pool was made.

    ## How to fix it
    Make a pool with a larger `maxPods`, move the workloads, and delete the old one. See first that the pod CIDR or the
    pod subnet has room: `aks-audit plan --cluster CLUSTER --add-pool name=np2,count=3,max-pods=110`.

    ```azurecli
    az aks nodepool add -g RG --cluster-name CLUSTER -n np2 --max-pods 110
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    ```

    ```bicep
    resource np2 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np2'
      properties: { maxPods: 110, count: 3, mode: 'User' }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np2" {
      kubernetes_cluster_id = azurerm_kubernetes_cluster.aks1.id
      max_pods              = 110
    }
    ```
    """
    least = network.settings.thresholds.min_max_pods
    for cluster in clusters_with_pools(network):
        if isinstance(cluster, Unknown):
            yield cluster
            continue
        low: list[NodePool] = []
        for pool in cluster.node_pools:
            model = model_of(cluster, pool)
            if pool.is_gateway or model in _EACH_POD_COSTS_AN_ADDRESS:
                continue
            if model is NetworkModel.UNRECOGNISED:
                yield not_told(cluster, pool, "how its pods get addresses is not known")
            elif pool.max_pods is None:
                yield not_told(cluster, pool, "maxPods is absent")
            elif pool.max_pods < least:
                low.append(pool)
        if low:
            yield finding_on(
                cluster,
                f"{cluster.name}: fewer than {least} pods a node in {names(low, [str(p.max_pods) for p in low])}",
                low,
                tuple(Evidence(cluster.id, path_of(pool, "maxPods"), pool.max_pods) for pool in low),
            )
