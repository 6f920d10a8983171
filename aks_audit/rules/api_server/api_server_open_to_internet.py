from __future__ import annotations

from collections.abc import Iterator

from ...analysis.api_server import RANGES, Exposure, exposure_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import ManagedCluster, Network


@rule(
    title="The API server answers the whole internet",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges",
    more_sources=("https://learn.microsoft.com/azure/aks/api-server-vnet-integration",),
    covers=("API-01",),
    disrupts="nothing",
)
def api_server_open_to_internet(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with a public API server and no authorized ranges, VNet-integrated or not. Private clusters, and those
    with `publicNetworkAccess` `Disabled`, need no ranges. Low while the cluster is stopped. Where a network security
    perimeter decides (`SecuredByPerimeter`), that can't be told from the cluster.

    ## Why it matters
    Anybody can open connections to the API server; a leaked kubeconfig, a stolen token or a flaw in authentication is
    then all it takes. Scanners find new endpoints within hours.

    ## How to fix it
    Name the ranges that people and pipelines come from. AKS adds the address of the cluster's load balancer by itself;
    the address of a NAT gateway or a firewall has to be in the list, else the nodes are locked out. Or make the cluster
    private.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER \\
      --api-server-authorized-ip-ranges 198.51.100.0/24,203.0.113.7/32
    ```

    ```bicep
    resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      properties: {
        apiServerAccessProfile: {
          authorizedIPRanges: ['198.51.100.0/24', '203.0.113.7/32']
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      api_server_access_profile {
        authorized_ip_ranges = ["198.51.100.0/24", "203.0.113.7/32"]
      }
    }
    ```
    """
    for cluster in network.clusters:
        match exposure_of(cluster):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case (Exposure.OPEN | Exposure.INTEGRATED_OPEN) as exposure:
                yield _finding(cluster, exposure)


def _finding(cluster: ManagedCluster, exposure: Exposure) -> Finding:
    access = cluster.api_server
    return Finding(
        cluster.id,
        f"{cluster.name}: the API server {access.fqdn or ''} is {exposure}".replace("  ", " "),
        (
            Evidence(cluster.id, RANGES, ()),
            Evidence(cluster.id, "properties.apiServerAccessProfile.enablePrivateCluster", cluster.is_private),
            Evidence(cluster.id, "properties.publicNetworkAccess", access.public_network_access or None),
            Evidence(cluster.id, "properties.fqdn", access.fqdn or None),
        ),
        cluster_id=cluster.id,
        severity=Severity.LOW if cluster.is_stopped else None,
    )
