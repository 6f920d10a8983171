from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import pools_gap
from ...analysis.policy_engine import POLICY, PolicyEngine, engine_of
from ...analysis.retirements import AZURE_NPM_WINDOWS
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import ManagedCluster, Network, NodePool


@rule(
    title="Azure network policy manager on Windows, which retired on 2026-09-30",
    severity=Severity.HIGH,
    source=AZURE_NPM_WINDOWS.source,
    covers=("POL-02",),
    disrupts="new node pools",
)
def azure_policy_on_windows(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Windows pools in a cluster with `networkPolicy` `azure`. High since 2026-09-30 and in the year before; medium
    earlier. The day is that of collection, or `--as-of`.

    ## Why it matters
    The manager gets no fixes on Windows nodes any more and no support, and new clusters cannot have it. Policies that
    stop being enforced there make no error: traffic just passes.

    ## How to fix it
    Calico enforces policies on Windows Server 2019 and 2022. The engine is changed for the whole cluster; uninstall
    first, then install.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --network-policy none
    az aks update --resource-group RG --name CLUSTER --network-policy calico
    ```

    ```bicep
    networkProfile: {
      networkPlugin: 'azure'
      networkPolicy: 'calico'
    }
    ```

    ```terraform
    network_profile {
      network_plugin = "azure"
      network_policy = "calico"
    }
    ```
    """
    for cluster in network.clusters:
        match engine_of(cluster):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case PolicyEngine.AZURE:
                windows = [pool for pool in cluster.node_pools if pool.is_windows]
                if unread := pools_gap(cluster):
                    yield unknown(cluster.id, unread)
                elif windows:
                    yield _finding(network, cluster, windows)


def _finding(network: Network, cluster: ManagedCluster, windows: list[NodePool]) -> Finding:
    names = ", ".join(pool.name for pool in windows)
    day = network.as_of
    return Finding(
        cluster.id,
        f"{cluster.name}: {AZURE_NPM_WINDOWS.feature} {AZURE_NPM_WINDOWS.when(day)}; it is the engine of {names}",
        (
            Evidence(cluster.id, POLICY, cluster.network_policy),
            *(Evidence(cluster.id, f"properties.agentPoolProfiles[{p.name}].osType", p.os_type) for p in windows),
        ),
        cluster_id=cluster.id,
        affected=tuple(cluster.id.child("agentPools", pool.name) for pool in windows),
        arithmetic=AZURE_NPM_WINDOWS.sum_on(day),
        severity=AZURE_NPM_WINDOWS.severity_on(day, network.settings.thresholds.retirement_days_high),
    )
