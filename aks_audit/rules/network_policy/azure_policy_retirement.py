from __future__ import annotations

from collections.abc import Iterator

from ...analysis.policy_engine import POLICY, PolicyEngine, engine_of
from ...analysis.retirements import AZURE_NPM_LINUX
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import ManagedCluster, Network


@rule(
    title="Azure network policy manager retires on 2028-09-30",
    severity=Severity.LOW,
    source=AZURE_NPM_LINUX.source,
    covers=("POL-04",),
    disrupts="nodes are reimaged",
)
def azure_policy_retirement(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Every cluster with `networkPolicy` `azure`, with the days left until 2028-09-30: low, medium in the last year, high
    afterwards. The days count from the day the data was collected, or from `--as-of`. Windows nodes have a date of
    their own, which another rule tells.

    ## Why it matters
    After that day the manager gets no fixes and no support. The way out, Cilium's dataplane, reimages all nodes, so it
    wants a rehearsal and a window, and is not open to clusters with Windows pools.

    ## How to fix it
    Move to the Cilium dataplane: the manager is uninstalled and the policies stay. With kubenet, move to Azure CNI
    Overlay first. An ipBlock that names pod or node addresses does not select them with Cilium: rewrite it.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER \\
      --network-dataplane cilium --network-policy cilium
    ```

    ```bicep
    networkProfile: {
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
    }
    ```

    ```terraform
    network_profile {
      network_data_plane = "cilium"
      network_policy     = "cilium"
    }
    ```
    """
    for cluster in network.clusters:
        match engine_of(cluster):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case PolicyEngine.AZURE:
                yield _finding(network, cluster)


def _finding(network: Network, cluster: ManagedCluster) -> Finding:
    day = network.as_of
    return Finding(
        cluster.id,
        f"{cluster.name} has {AZURE_NPM_LINUX.feature}, which {AZURE_NPM_LINUX.when(day)}",
        (Evidence(cluster.id, POLICY, cluster.network_policy),),
        cluster_id=cluster.id,
        arithmetic=AZURE_NPM_LINUX.sum_on(day),
        severity=AZURE_NPM_LINUX.severity_on(day, network.settings.thresholds.retirement_days_high),
    )
