from __future__ import annotations

from collections.abc import Iterator

from ...analysis.dns_reach import zone_mode
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network
from .names import ACCESS


@rule(
    title="A private API server has neither a private zone nor a public name",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/private-clusters",
    covers=("VNT-07",),
    disrupts="nothing",
)
def private_fqdn_unresolvable(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A private cluster with `privateDNSZone` `none` whose public name is off. With API server VNet integration, where
    nodes need no name, the finding is of medium severity.

    ## Why it matters
    Azure does not support the two together: no zone answers the name of the API server, so nodes that start and
    people with `kubectl` find it only where somebody keeps the record by hand. The address changes when the cluster
    is stopped and started, and the record does not. Nodes then fail with `VMExtensionProvisioningError`, exit 52.

    ## How to fix it
    Turn the public name on: it gives the private address, and only resolves where it can be of use. A zone cannot
    be added to a cluster that was made without.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --enable-public-fqdn
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2024-09-01' = {
      properties: {
        apiServerAccessProfile: {
          enablePrivateCluster: true
          privateDNSZone: 'none'
          enablePrivateClusterPublicFQDN: true
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "this" {
      private_cluster_enabled             = true
      private_dns_zone_id                 = "None"
      private_cluster_public_fqdn_enabled = true
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        if not cluster.is_private or zone_mode(cluster) != "none":
            continue
        if cluster.api_server.has_public_fqdn is False:
            yield _finding(cluster)
        elif cluster.api_server.has_public_fqdn is None and not cluster.api_server.fqdn:
            message = f"neither {ACCESS}.enablePrivateClusterPublicFQDN nor properties.fqdn is given"
            yield unknown(cluster.id, Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message))


def _finding(cluster: ManagedCluster) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name}: privateDNSZone is none and the public name is off, so nothing answers the API server's name",
        (
            Evidence(cluster.id, f"{ACCESS}.privateDNSZone", cluster.api_server.private_dns_zone),
            Evidence(cluster.id, f"{ACCESS}.enablePrivateClusterPublicFQDN", False),
        ),
        cluster_id=cluster.id,
        severity=Severity.MEDIUM if cluster.api_server_vnet_integration else None,
    )
