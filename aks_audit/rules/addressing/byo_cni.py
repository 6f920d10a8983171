from __future__ import annotations

from collections.abc import Iterator

from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network
from .ranges import PROFILE, range_evidence


@rule(
    title="The cluster brings its own CNI, whose pod addresses Azure does not know",
    severity=Severity.INFO,
    source="https://learn.microsoft.com/azure/aks/use-byo-cni",
    covers=("MDL-18",),
    disrupts="nothing",
)
def byo_cni(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with `networkPlugin` `none`: information only. Without a pod CIDR in its network profile: low. (Old
    api-versions leave the pod CIDR out of the answer; collect with a current one before acting on it.)

    ## Why it matters
    How pods get addresses is the CNI's affair: nothing is said here about room for pods, and Azure gives no support for
    the CNI. The control plane routes to webhooks and metrics by the pod CIDR. Where that is not the range the CNI
    really uses, such calls fail.

    ## How to fix it
    See which pod CIDR Azure has, and keep it equal to the CNI's range; it is set when the cluster is made. Nothing
    else is to be mended.

    ```azurecli
    az aks show -g RG -n CLUSTER --query networkProfile.podCidrs
    # of a new cluster
    az aks create -g RG -n NEW --network-plugin none --pod-cidr 10.244.0.0/16
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          networkPlugin: 'none'
          podCidr: '10.244.0.0/16'
        }
      }
    }
    ```

    ```terraform
    # azurerm takes no pod_cidr with this plugin: give it with azapi when the cluster is made
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        network_plugin = "none"
      }
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        if cluster.network_plugin.lower() == "none":
            yield _finding(cluster)


def _finding(cluster: ManagedCluster) -> Finding:
    absent = not cluster.pod_cidrs and not cluster.gap
    what = "; its profile names no pod CIDR, by which the control plane reaches pods" if absent else ""
    return Finding(
        cluster.id,
        f"{cluster.name} brings its own CNI: room for pods cannot be judged{what}",
        (
            Evidence(cluster.id, f"{PROFILE}.networkPlugin", cluster.network_plugin),
            *range_evidence(cluster, "podCidrs"),
        ),
        cluster_id=cluster.id,
        severity=Severity.LOW if absent else None,
    )
