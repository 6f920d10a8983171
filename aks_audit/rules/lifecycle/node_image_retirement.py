from __future__ import annotations

from collections.abc import Iterator

from ...analysis.node_image import image_evidence_path, image_retirement
from ...analysis.nodes import pools_gap
from ...analysis.retirements import UBUNTU_2204, Retirement
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import ManagedCluster, Network, NodePool


@rule(
    title="Nodes run an operating system that is retired, or soon will be",
    severity=Severity.MEDIUM,
    source=UBUNTU_2204.source,
    more_sources=(
        "https://github.com/Azure/AKS/releases/tag/2026-05-29",
        "https://github.com/Azure/AKS/releases/tag/2026-06-19",
    ),
    covers=("LIF-04", "LIF-05"),
    disrupts="nodes are recreated",
)
def node_image_retirement(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Pools of Windows Server 2019, 2022 and the Annual Channel, of Ubuntu 18.04, 20.04 and 22.04, of Azure Linux 2.0
    (CBL-Mariner) and Flatcar, by the node image, else by `osSKU`; one finding a cluster and system. Low or medium
    long before the day, more in the last year, high after it, critical once Azure has taken the images away.

    ## Why it matters
    After the day there are no new images and no fixes for the node's network stack either. Once the images are gone
    nothing scales: a new node, a repaired one or a surge node for an upgrade cannot be made. Azure's pages disagree
    about the day on which those of Azure Linux 2.0 went (2026-03-31, 2026-10-31); the later one counts here.

    ## How to fix it
    Move the pools to a current system: in place where `osSKU` may be changed (Linux), else with a new pool. For
    Windows take a new pool of Windows Server 2025 or 2022.

    ```azurecli
    az aks nodepool update --resource-group RG --cluster-name CLUSTER --name POOL --os-sku Ubuntu2404
    az aks nodepool add --resource-group RG --cluster-name CLUSTER --name win25 \\
      --os-type Windows --os-sku Windows2025
    ```

    ```bicep
    resource pool 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      properties: { osType: 'Linux', osSKU: 'Ubuntu2404' }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "pool" {
      os_type = "Linux"
      os_sku  = "Ubuntu2404"
    }
    ```
    """
    for cluster in network.clusters:
        pools: dict[Retirement, list[NodePool]] = {}
        gap = cluster.gap or pools_gap(cluster)
        for pool in cluster.node_pools:
            match image_retirement(cluster, pool):
                case Gap() as unsaid:
                    gap = gap or unsaid
                case Retirement() as retirement:
                    pools.setdefault(retirement, []).append(pool)
        for retirement, found in pools.items():
            yield _finding(network, cluster, retirement, found)
        if gap:
            yield unknown(cluster.id, gap)


def _finding(network: Network, cluster: ManagedCluster, retirement: Retirement, pools: list[NodePool]) -> Finding:
    names, day = ", ".join(pool.name for pool in pools), network.as_of
    runs = "runs" if len(pools) == 1 else "run"
    return Finding(
        cluster.id,
        f"{cluster.name}: {names} {runs} {retirement.feature}, which {retirement.when(day)}",
        tuple(Evidence(cluster.id, *image_evidence_path(pool)) for pool in pools),
        cluster_id=cluster.id,
        affected=tuple(cluster.id.child("agentPools", pool.name) for pool in pools),
        arithmetic=retirement.sum_on(day),
        severity=retirement.severity_on(day, network.settings.thresholds.retirement_days_high),
        key=retirement.feature,
    )
