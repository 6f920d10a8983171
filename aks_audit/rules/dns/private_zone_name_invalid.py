from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network
from .names import ACCESS

LONGEST_LABEL: Final = 32
"""Characters of the label before `privatelink`.

Source: https://learn.microsoft.com/azure/aks/private-clusters
"""
_NAME: Final = re.compile(
    r"(?:(?P<label>[^.]+)\.)?(?P<kind>privatelink|private)\.(?P<region>[^.]+)\.(?P<cloud>[^.]+\..+)", re.IGNORECASE
)


@rule(
    title="The private DNS zone of one's own has a name that AKS refuses",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/private-clusters",
    more_sources=(
        "https://github.com/MicrosoftDocs/azure-docs/issues/104092",
        "https://github.com/MicrosoftDocs/azure-docs/issues/106092",
    ),
    covers=("VNT-08",),
    disrupts="a new cluster",
)
def private_zone_name_invalid(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A private cluster with a private DNS zone of the owner's whose name is not `privatelink.<region>.azmk8s.io`, with
    at most one label of up to 32 characters before it: another form, the region of another cluster, a region's short
    code, a dash for a dot. With API server VNet integration `private.<region>.azmk8s.io` is right as well. What
    sovereign clouds have in place of `azmk8s.io` is not looked at.

    ## Why it matters
    Azure refuses to create or to restore such a cluster with `InvalidPrivateDNSZoneResourceID`. One that is there
    dates from before the test, or its definition was changed since; the next write may be refused.

    ## How to fix it
    Make a zone with the right name in the cluster's own region, and a new cluster that uses it: the zone of a
    running cluster can only be given up (`--private-dns-zone none`), not exchanged.

    ```azurecli
    az network private-dns zone create --resource-group RG --name privatelink.REGION.azmk8s.io
    az aks create --resource-group RG --name CLUSTER --enable-private-cluster \\
      --private-dns-zone ZONE-ID --assign-identity IDENTITY-ID
    ```

    ```bicep
    resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
      name: 'privatelink.${location}.azmk8s.io' // or 'team1.privatelink.${location}.azmk8s.io'
      location: 'global'
    }
    ```

    ```terraform
    resource "azurerm_private_dns_zone" "aks" {
      name                = "privatelink.${var.location}.azmk8s.io" # or "team1.privatelink...."
      resource_group_name = "RG"
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        zone_id = cluster.api_server.private_dns_zone_id
        if not cluster.is_private or zone_id is None:
            continue
        wrong = _wrong_with(cluster, zone_id.name)
        if wrong:
            yield _finding(cluster, zone_id, wrong)
        elif not cluster.location:
            gap = Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", "location is not given")
            yield unknown(cluster.id, gap)


def _wrong_with(cluster: ManagedCluster, name: str) -> str:
    match = _NAME.fullmatch(name)
    if match is None:
        return "is not [label.]privatelink.<region>.azmk8s.io"
    label, region = match["label"] or "", match["region"].lower()
    own_region = cluster.location.replace(" ", "").lower()
    if match["kind"].lower() == "private" and not cluster.api_server_vnet_integration:
        return "begins with private, which takes API server VNet integration; it must be privatelink"
    if len(label) > LONGEST_LABEL:
        return f"has a label of {len(label)} characters before {match['kind'].lower()}; {LONGEST_LABEL} are allowed"
    if own_region and region != own_region:
        return f"names region {region}, and the cluster is in {own_region}"
    return ""


def _finding(cluster: ManagedCluster, zone_id: ResourceId, wrong: str) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name}: private DNS zone {zone_id.name} {wrong}",
        (
            Evidence(cluster.id, f"{ACCESS}.privateDNSZone", cluster.api_server.private_dns_zone),
            Evidence(cluster.id, "location", cluster.location),
        ),
        cluster_id=cluster.id,
        affected=(zone_id,),
        arithmetic="InvalidPrivateDNSZoneResourceID",
        latent=True,
    )
