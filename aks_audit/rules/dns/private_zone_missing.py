from __future__ import annotations

from collections.abc import Iterator

from ...analysis.dns_reach import has_private_name, zone_of
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Missing, Network, NotCollected
from .names import listed, only, zone_evidence


@rule(
    title="The private DNS zone of an API server does not exist",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/private-clusters",
    more_sources=("https://github.com/Azure/AKS/issues/2171",),
    covers=("VNT-06",),
    disrupts="nothing",
)
def private_zone_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A private cluster whose private DNS zone is gone: the one that AKS made in the node resource group, or the one of
    the owner's that the cluster names. Clusters with API server VNet integration are not looked at: their nodes need
    no name.

    ## Why it matters
    Nodes look up the API server's name at every start. Without the zone they get no answer, end with
    `VMExtensionProvisioningError` (exit 52) or `LookupNoSuchHost`, and turn `NotReady` once caches run out: upgrades,
    scale-out and starting a stopped cluster fail.

    ## How to fix it
    Let AKS make its own zone again by reconciling the cluster. A zone of your own is made anew with the same name,
    linked to the cluster's network, and the cluster is reconciled so that the record is written.

    ```azurecli
    az network private-dns zone create --resource-group RG --name privatelink.REGION.azmk8s.io
    az network private-dns link vnet create --resource-group RG --zone-name privatelink.REGION.azmk8s.io \\
      --name spoke --virtual-network SPOKE-ID --registration-enabled false
    az aks update --resource-group RG --name CLUSTER
    ```

    ```bicep
    resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
      name: 'privatelink.${location}.azmk8s.io'
      location: 'global'
    }
    ```

    ```terraform
    resource "azurerm_private_dns_zone" "aks" {
      name                = "privatelink.${var.location}.azmk8s.io"
      resource_group_name = "RG"
      lifecycle { prevent_destroy = true }
    }
    ```
    """
    gone: dict[ResourceId, list[ManagedCluster]] = {}
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        if has_private_name(cluster):
            match zone_of(network, cluster):
                case Missing(zone_id):
                    gone.setdefault(zone_id, []).append(cluster)
                case NotCollected() as gap:
                    yield unknown(cluster.id, gap)
                case _:
                    pass
    for zone_id, clusters in sorted(gone.items()):
        yield _finding(zone_id, clusters)


def _finding(zone_id: ResourceId, clusters: list[ManagedCluster]) -> Finding:
    ids = tuple(cluster.id for cluster in clusters)
    names = listed(cluster.name for cluster in clusters)
    return Finding(
        zone_id,
        f"private DNS zone {zone_id.name} of {names} does not exist in {zone_id.resource_group}",
        tuple(evidence for cluster in clusters for evidence in zone_evidence(cluster)),
        cluster_id=only(ids),
        affected=ids,
    )
