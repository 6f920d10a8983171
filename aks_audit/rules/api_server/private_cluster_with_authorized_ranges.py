from __future__ import annotations

from collections.abc import Iterator

from ...analysis.api_server import ACCESS, RANGES, exposure_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import Network


@rule(
    title="A private cluster has authorized ranges, which do nothing there",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/private-clusters",
    more_sources=("https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges",),
    covers=("API-07",),
    disrupts="nothing",
)
def private_cluster_with_authorized_ranges(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A private cluster, by Private Link or VNet-integrated, in whose profile authorized ranges stand.

    ## Why it matters
    They apply to a public endpoint alone. Whoever reads them believes that the private endpoint is filtered; it is
    reached by everything that routes to it and resolves its name.

    ## How to fix it
    Take the list out. Who may reach the private endpoint is decided by routes, peerings and network security groups.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --api-server-authorized-ip-ranges ""
    ```

    ```bicep
    apiServerAccessProfile: {
      enablePrivateCluster: true
      // no authorizedIPRanges
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      private_cluster_enabled = true
      # no api_server_access_profile.authorized_ip_ranges
    }
    ```
    """
    for cluster in network.clusters:
        ranges = cluster.api_server.authorized_ip_ranges
        if not cluster.gap and not ranges:
            continue
        match exposure_of(cluster):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case exposure if exposure.is_private:
                yield Finding(
                    cluster.id,
                    f"{cluster.name} is {exposure}, and its authorized ranges {', '.join(ranges)} do nothing",
                    (
                        Evidence(cluster.id, RANGES, ranges),
                        Evidence(cluster.id, f"{ACCESS}.enablePrivateCluster", True),
                    ),
                    cluster_id=cluster.id,
                )
