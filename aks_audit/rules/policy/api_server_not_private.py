from __future__ import annotations

from collections.abc import Iterator

from ...analysis.api_server import ACCESS, Exposure, exposure_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import ManagedCluster, Network


@rule(
    title="The cluster is not private (azqr aks-004)",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/private-clusters",
    more_sources=("https://learn.microsoft.com/azure/aks/api-server-vnet-integration",),
    disrupts="the API server restarts; without VNet integration a new cluster",
    profile="policy",
    peer="azqr aks-004",
)
def api_server_not_private(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose API server has a public endpoint, with authorized ranges or without. Many demand the same: Checkov's
    CKV_AZURE_115, Trivy's AZU-0065, 06.07.03 of the review checklists, CloudSploit's aksPrivateCluster and
    aksNetworkExposure, Kubescape's C-0248, Steampipe's kubernetes_cluster_restrict_public_access, half of Prowler's
    aks_clusters_public_access_disabled, and Azure Policy's 040732e8-d947-40b8-95d6-854c95024bf8.

    Other than they, it counts `publicNetworkAccess` `Disabled` as private, and does not let a cluster pass whose
    `enablePrivateCluster` is absent, as the review checklists do. It is medium and not high: an endpoint behind
    authorized ranges is a choice; one without is what api-server-open-to-internet of the default profile finds.

    ## Why it matters
    A public endpoint can be reached by whoever the authorized ranges admit, and by everybody without them. A private
    one needs a network path and a name in a private zone, which the rules of the families api_server and dns check.

    ## How to fix it
    A cluster with API server VNet integration is made private in place. Others get VNet integration first, or are
    built anew as private clusters.

    ```azurecli
    az aks update -g RG -n CLUSTER --enable-apiserver-vnet-integration --apiserver-subnet-id SUBNET_ID
    az aks update -g RG -n CLUSTER --enable-private-cluster
    ```

    ```bicep
    apiServerAccessProfile: {
      enablePrivateCluster: true
      privateDNSZone: 'system'
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      private_cluster_enabled = true
      private_dns_zone_id     = "System"
    }
    ```
    """
    for cluster in network.clusters:
        match exposure_of(cluster):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case exposure if exposure.is_public:
                yield _finding(cluster, exposure)


def _finding(cluster: ManagedCluster, exposure: Exposure) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name}: the API server is {exposure}; it should be private",
        (
            Evidence(cluster.id, f"{ACCESS}.enablePrivateCluster", cluster.is_private),
            Evidence(cluster.id, "properties.publicNetworkAccess", cluster.api_server.public_network_access or None),
        ),
        cluster_id=cluster.id,
    )
