from __future__ import annotations

from collections.abc import Iterator

from ...analysis.network_model import NetworkModel, model_of
from ...analysis.nodes import unlisted_pools
from ...analysis.retirements import AVAILABILITY_SETS
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network, NodePool, NotCollected


@rule(
    title="A pool is an availability set, which is not supported",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
    covers=("MDL-16", "LIF-03"),
    disrupts="workloads move to a new pool",
)
def availability_set_pool(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pool of type `AvailabilitySet`: in an overlay cluster always, in others since support ended on 2025-09-30, and
    of medium severity on an earlier day. The day is that of collection, or `--as-of`.

    ## Why it matters
    Overlay doesn't support availability sets at all. In other clusters such pools get no more fixes and no
    support, cannot be upgraded to new versions for long, and never had an autoscaler or several pools.

    ## How to fix it
    Replace it with a pool of virtual machines or of a scale set, move the workloads, and delete the old pool. A
    cluster with nothing but an availability set has to be built anew where Azure takes no second pool.

    ```azurecli
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --vm-set-type VirtualMachines
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    ```

    ```bicep
    resource np2 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np2'
      properties: {
        type: 'VirtualMachines'
        mode: 'System'
        virtualMachinesProfile: {
          scale: { manual: [{ size: 'Standard_D4s_v5', count: 3 }] }
        }
      }
    }
    ```

    ```terraform
    # azurerm makes scale sets only
    resource "azurerm_kubernetes_cluster_node_pool" "np2" {
      kubernetes_cluster_id = azurerm_kubernetes_cluster.aks1.id
      mode                  = "System"
      vm_size               = "Standard_D4s_v5"
      node_count            = 3
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        for pool in cluster.node_pools:
            if pool.type.lower() == "availabilityset" and not _has_scale_set(network, cluster, pool):
                yield _finding(network, cluster, pool)


def _has_scale_set(network: Network, cluster: ManagedCluster, pool: NodePool) -> bool:
    """Input that leaves the type out means an availability set, unless there is a scale set of that name."""
    scale_sets = network.scale_sets_of(cluster)
    return not isinstance(scale_sets, NotCollected) and any(
        scale_set.node_pool.lower() == pool.name.lower() for scale_set in scale_sets
    )


def _finding(network: Network, cluster: ManagedCluster, pool: NodePool) -> Finding:
    overlay = model_of(cluster, pool) is NetworkModel.OVERLAY
    ended = AVAILABILITY_SETS.days_left(network.as_of) < 0
    when = f"out of support {'since' if ended else 'after'} {AVAILABILITY_SETS.ends}"
    refused = "which overlay does not support, and " if overlay else ""
    return Finding(
        cluster.id,
        f"{cluster.name}/{pool.name} is an availability set, {refused}{when}",
        (Evidence(cluster.id, f"properties.agentPoolProfiles[{pool.name}].type", pool.type),),
        cluster_id=cluster.id,
        severity=None
        if overlay
        else AVAILABILITY_SETS.severity_on(network.as_of, network.settings.thresholds.retirement_days_high),
        key=pool.name,
    )
