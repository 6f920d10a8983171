from __future__ import annotations

from collections.abc import Iterator

from ...analysis.retirements import HTTP_APPLICATION_ROUTING
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network

_PATH = "properties.addonProfiles.httpApplicationRouting.enabled"


@rule(
    title="The HTTP application routing add-on, which retired on 2025-03-03",
    severity=Severity.HIGH,
    source=HTTP_APPLICATION_ROUTING.source,
    covers=("LIF-11",),
    disrupts="connections are reset",
)
def http_application_routing_retirement(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with the add-on enabled: high since 2025-03-03, medium before. The day is that of collection, or
    `--as-of`.

    ## Why it matters
    Its ingress controller and its DNS updates get no fixes, and newer Kubernetes versions don't carry it: an upgrade
    ends with the ingress gone.

    ## How to fix it
    Move the ingresses to the application routing add-on with the Gateway API, then turn this one off.

    ```azurecli
    az aks disable-addons --resource-group RG --name CLUSTER --addons http_application_routing
    az aks approuting enable --resource-group RG --name CLUSTER
    ```

    ```bicep
    addonProfiles: {
      httpApplicationRouting: { enabled: false }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      http_application_routing_enabled = false
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif "httpapplicationrouting" in cluster.addons:
            yield _finding(network, cluster)


def _finding(network: Network, cluster: ManagedCluster) -> Finding:
    day = network.as_of
    return Finding(
        cluster.id,
        f"{cluster.name} uses {HTTP_APPLICATION_ROUTING.feature}, which {HTTP_APPLICATION_ROUTING.when(day)}",
        (Evidence(cluster.id, _PATH, True),),
        cluster_id=cluster.id,
        arithmetic=HTTP_APPLICATION_ROUTING.sum_on(day),
        severity=HTTP_APPLICATION_ROUTING.severity_on(day, network.settings.thresholds.retirement_days_high),
    )
