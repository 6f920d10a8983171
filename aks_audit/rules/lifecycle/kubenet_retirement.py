from __future__ import annotations

from collections.abc import Iterator

from ...analysis.retirements import KUBENET
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network

_PATH = "properties.networkProfile.networkPlugin"


@rule(
    title="Kubenet retires on 2028-03-31",
    severity=Severity.MEDIUM,
    source=KUBENET.source,
    covers=("LIF-01",),
    disrupts="nodes of all pools are recreated at the same time",
)
def kubenet_retirement(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Every cluster that runs kubenet, with the days left until 2028-03-31: medium, high in the last year, critical
    afterwards. The days count from the day the data was collected, or from `--as-of`.

    ## Why it matters
    After that day kubenet gets no fixes and no support. The move to overlay cannot be undone and makes all nodes of
    all pools anew at the same time, so it wants a rehearsal and a window.

    ## How to fix it
    Move to Azure CNI Overlay. Before: Kubernetes 1.27 or later, no network policy engine (uninstall Calico first),
    a user-assigned identity, since the route table is detached, no ip-masq-agent ConfigMap of your own, and a pod
    CIDR with a /24 for each node and its surge. `aks-audit plan migrate --to overlay --cluster CLUSTER` looks at
    all of that.

    ```azurecli
    az aks update -g RG -n CLUSTER --network-plugin azure --network-plugin-mode overlay
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          networkPlugin: 'azure'
          networkPluginMode: 'overlay'
          podCidr: '10.244.0.0/16'
        }
      }
    }
    ```

    ```terraform
    # azurerm may plan a new cluster when network_plugin changes: move it by command, then write what it is
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        network_plugin      = "azure"
        network_plugin_mode = "overlay"
        pod_cidr            = "10.244.0.0/16"
      }
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.network_plugin.lower() == "kubenet":
            yield _finding(network, cluster)
        elif not cluster.network_plugin:
            absent = Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", f"{_PATH} is absent")
            yield unknown(cluster.id, cluster.gap or absent)


def _finding(network: Network, cluster: ManagedCluster) -> Finding:
    day = network.as_of
    return Finding(
        cluster.id,
        f"{cluster.name} runs kubenet, which {KUBENET.when(day)}",
        (Evidence(cluster.id, _PATH, cluster.network_plugin),),
        cluster_id=cluster.id,
        arithmetic=KUBENET.sum_on(day),
        severity=KUBENET.severity_on(day, network.settings.thresholds.retirement_days_high),
    )
