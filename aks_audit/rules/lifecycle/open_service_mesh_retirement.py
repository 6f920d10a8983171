from __future__ import annotations

from collections.abc import Iterator

from ...analysis.retirements import OPEN_SERVICE_MESH
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network

_PATH = "properties.addonProfiles.openServiceMesh.enabled"


@rule(
    title="The Open Service Mesh add-on retires on 2027-09-30",
    severity=Severity.MEDIUM,
    source=OPEN_SERVICE_MESH.source,
    covers=("LIF-11",),
    disrupts="connections are reset",
)
def open_service_mesh_retirement(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with the add-on enabled: medium until 2027-09-30, high afterwards. The day is that of collection, or
    `--as-of`.

    ## Why it matters
    The project behind it was archived. After the day its sidecars, which carry all traffic of the meshed pods and end
    their TLS, get no fixes and no support.

    ## How to fix it
    Move the workloads to the Istio add-on, one namespace at a time, then turn this one off.

    ```azurecli
    az aks mesh enable --resource-group RG --name CLUSTER
    az aks disable-addons --resource-group RG --name CLUSTER --addons open-service-mesh
    ```

    ```bicep
    serviceMeshProfile: {
      mode: 'Istio'
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      open_service_mesh_enabled = false
      service_mesh_profile {
        mode      = "Istio"
        revisions = ["asm-1-30"]
      }
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif "openservicemesh" in cluster.addons:
            yield _finding(network, cluster)


def _finding(network: Network, cluster: ManagedCluster) -> Finding:
    day = network.as_of
    return Finding(
        cluster.id,
        f"{cluster.name} uses {OPEN_SERVICE_MESH.feature}, which {OPEN_SERVICE_MESH.when(day)}",
        (Evidence(cluster.id, _PATH, True),),
        cluster_id=cluster.id,
        arithmetic=OPEN_SERVICE_MESH.sum_on(day),
        severity=OPEN_SERVICE_MESH.severity_on(day, network.settings.thresholds.retirement_days_high),
    )
