from __future__ import annotations

from collections.abc import Iterator

from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network


@rule(
    title="The cluster is stopped; Azure keeps its state for twelve months",
    severity=Severity.INFO,
    source="https://learn.microsoft.com/azure/aks/start-stop-cluster",
    covers=("LIF-12",),
    disrupts="nothing",
)
def cluster_stopped(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose `powerState` is `Stopped`. ARM doesn't show since when, so this is information and never more.

    ## Why it matters
    After twelve months Azure doesn't bring the state back. Addresses change when it starts: a private endpoint may come
    to another pool's subnet, public addresses that AKS made may be others, and the subnet has to have room for all
    nodes at once.

    ## How to fix it
    Start it once in a while, or delete it. The activity log says when it was stopped, for 90 days.

    ```azurecli
    az aks start --resource-group RG --name CLUSTER
    az monitor activity-log list --resource-id CLUSTER_ID --offset 90d
    ```

    ```bicep
    // the power state is no setting of a template: az aks start
    ```

    ```terraform
    # the power state is no argument of azurerm_kubernetes_cluster: az aks start
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif cluster.is_stopped:
            yield Finding(
                cluster.id,
                f"{cluster.name} is stopped, since when ARM does not show",
                (Evidence(cluster.id, "properties.powerState.code", "Stopped"),),
                cluster_id=cluster.id,
            )
