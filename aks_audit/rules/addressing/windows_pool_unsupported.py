from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import unlisted_pools
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network, NodePool
from .ranges import PROFILE, listed


@rule(
    title="Windows pools in a cluster whose network does not support them",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/configure-kubenet",
    covers=("MDL-17",),
    disrupts="nodes of all pools are recreated, or the Windows pools are deleted",
)
def windows_pool_unsupported(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Windows pools in a cluster with kubenet or with the Cilium dataplane. With a CNI of one's own the severity is
    medium: whether Windows works depends on that CNI, and Azure's pages don't say.

    ## Why it matters
    Azure refuses such pools: with kubenet by `AzureCNIOnlyForWindows`. Cilium has no agent for Windows nodes, so their
    pods have no network and no policies. A stored cluster of this kind cannot be written again.

    ## How to fix it
    Overlay carries Windows pools, and kubenet can be moved there. With Azure CNI node subnet each node then takes
    `maxPods` + 1 addresses instead of one. Where Cilium is wanted, delete the Windows pools first.

    ```azurecli
    az aks update -g RG -n CLUSTER --network-plugin azure --network-plugin-mode overlay
    # or
    az aks nodepool delete -g RG --cluster-name CLUSTER -n POOL
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          networkPlugin: 'azure'
          networkPluginMode: 'overlay'
          networkDataplane: 'azure'
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        network_plugin      = "azure"
        network_plugin_mode = "overlay"
        network_data_plane  = "azure"
      }
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        windows = [pool for pool in cluster.node_pools if pool.is_windows]
        reasons = _reasons(cluster)
        if windows and reasons:
            yield _finding(cluster, windows, reasons)


def _reasons(cluster: ManagedCluster) -> list[tuple[Severity, str, Evidence]]:
    """What does not go with Windows, the worst first."""
    plugin, dataplane = cluster.network_plugin, cluster.network_dataplane
    seen = Evidence(cluster.id, f"{PROFILE}.networkPlugin", plugin)
    found: list[tuple[Severity, str, Evidence]] = []
    if plugin.lower() == "kubenet":
        found.append((Severity.CRITICAL, "kubenet (AzureCNIOnlyForWindows)", seen))
    if dataplane.lower() == "cilium":
        evidence = Evidence(cluster.id, f"{PROFILE}.networkDataplane", dataplane)
        found.append((Severity.CRITICAL, "the Cilium dataplane", evidence))
    if plugin.lower() == "none":
        found.append((Severity.MEDIUM, "a CNI of its own, which may or may not support it", seen))
    return found


def _finding(
    cluster: ManagedCluster, windows: list[NodePool], reasons: list[tuple[Severity, str, Evidence]]
) -> Finding:
    pools = f"{listed(pool.name for pool in windows)} {'runs' if len(windows) == 1 else 'run'} Windows"
    return Finding(
        cluster.id,
        f"{cluster.name}: {pools}, and the cluster has {' and '.join(why for _, why, _ in reasons)}",
        (
            *(evidence for _, _, evidence in reasons),
            *(
                Evidence(cluster.id, f"properties.agentPoolProfiles[{pool.name}].osType", pool.os_type)
                for pool in windows
            ),
        ),
        cluster_id=cluster.id,
        severity=None if reasons[0][0] is Severity.CRITICAL else reasons[0][0],
    )
