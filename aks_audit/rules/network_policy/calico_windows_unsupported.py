from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.nodes import pools_gap
from ...analysis.policy_engine import POLICY, PolicyEngine, engine_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import AGENT_POOLS
from ...model import ManagedCluster, Network, NodePool

SUPPORTED: Final = ("windows2019", "windows2022")


@rule(
    title="Calico on an edition of Windows Server that its matrix does not list",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/use-network-policies",
    covers=("POL-07",),
    disrupts="new node pools",
)
def calico_windows_unsupported(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Windows pools in a cluster with Calico whose `osSKU` is neither `Windows2019` nor `Windows2022`.

    ## Why it matters
    Azure's matrix names these two editions. On others it is not said that policies are enforced; where they are not,
    no error tells.

    ## How to fix it
    Test the policies on those nodes, or take a pool of Windows Server 2022.

    ```azurecli
    az aks nodepool add --resource-group RG --cluster-name CLUSTER --name win22 \\
      --os-type Windows --os-sku Windows2022
    ```

    ```bicep
    resource pool 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      properties: { osType: 'Windows', osSKU: 'Windows2022' }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "win22" {
      os_type = "Windows"
      os_sku  = "Windows2022"
    }
    ```
    """
    for cluster in network.clusters:
        match engine_of(cluster):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case PolicyEngine.CALICO:
                yield from _judge(cluster)


def _judge(cluster: ManagedCluster) -> Iterator[Finding | Unknown]:
    windows = [pool for pool in cluster.node_pools if pool.is_windows]
    odd = [pool for pool in windows if pool.os_sku and pool.os_sku.lower() not in SUPPORTED]
    silent = [pool.name for pool in windows if not pool.os_sku]
    if odd:
        yield _finding(cluster, odd)
    if gap := pools_gap(cluster):
        yield unknown(cluster.id, gap)
    elif silent:
        message = f"osSKU of {', '.join(silent)} is not given"
        yield unknown(cluster.id, Gap(AGENT_POOLS, cluster.id.text, None, "NotCollected", message))


def _finding(cluster: ManagedCluster, odd: list[NodePool]) -> Finding:
    names = ", ".join(f"{pool.name} ({pool.os_sku})" for pool in odd)
    return Finding(
        cluster.id,
        f"{cluster.name}: Calico's matrix does not list the Windows edition of {names}",
        (
            Evidence(cluster.id, POLICY, cluster.network_policy),
            *(Evidence(cluster.id, f"properties.agentPoolProfiles[{pool.name}].osSKU", pool.os_sku) for pool in odd),
        ),
        cluster_id=cluster.id,
        affected=tuple(cluster.id.child("agentPools", pool.name) for pool in odd),
    )
