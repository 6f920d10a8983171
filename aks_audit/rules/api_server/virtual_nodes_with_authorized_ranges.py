from __future__ import annotations

from collections.abc import Iterator

from ...analysis.api_server import RANGES, exposure_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import Network

_ADDON = "aciconnectorlinux"


@rule(
    title="Virtual nodes in a cluster with authorized ranges",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/virtual-nodes",
    covers=("API-05",),
    disrupts="nothing",
)
def virtual_nodes_with_authorized_ranges(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    The virtual-node add-on in a cluster whose public API server has authorized ranges.

    ## Why it matters
    Azure doesn't support the two together. Pods in Azure Container Instances set their network up by calling the API
    server, from addresses of the container service that nobody can list: they are turned away and never become ready.

    ## How to fix it
    Choose one: turn the add-on off, or make the API server private instead of filtering it.

    ```azurecli
    az aks disable-addons --resource-group RG --name CLUSTER --addons virtual-node
    ```

    ```bicep
    addonProfiles: {
      aciConnectorLinux: { enabled: false }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      # no aci_connector_linux block
      private_cluster_enabled = true # a new cluster
    }
    ```
    """
    for cluster in network.clusters:
        if not cluster.gap and not cluster.api_server.authorized_ip_ranges:
            continue
        match exposure_of(cluster):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case exposure if exposure.is_public and _ADDON in cluster.addons:
                ranges = cluster.api_server.authorized_ip_ranges
                yield Finding(
                    cluster.id,
                    f"{cluster.name}: virtual nodes cannot reach its API server, which lets in {', '.join(ranges)}",
                    (
                        Evidence(cluster.id, "properties.addonProfiles.aciConnectorLinux.enabled", True),
                        Evidence(cluster.id, RANGES, ranges),
                    ),
                    cluster_id=cluster.id,
                )
