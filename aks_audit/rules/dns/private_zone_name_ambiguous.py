from __future__ import annotations

from collections.abc import Iterator

from ...analysis.zone_links import unread_zones_named, zones_linked_to
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import Network, PrivateDnsZoneLink
from .names import Named, all_links_evidence, asking_networks, link_evidence, listed, only, private_names, zone_evidence


@rule(
    title="Another private DNS zone of the same name answers in the cluster's network",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/private-link/private-link-faq",
    more_sources=("https://github.com/MicrosoftDocs/azure-docs/issues/53153",),
    covers=("VNT-06",),
    disrupts="nothing",
)
def private_zone_name_ambiguous(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A virtual network where a private API server's name is asked for, the cluster's own or that of its DNS servers,
    which is linked to another private DNS zone of the very name that the cluster's zone has.

    ## Why it matters
    A network asks one zone of a name only. The other zone does not hold the cluster's record, so the answer is that
    the name does not exist, and nodes end with `VMExtensionProvisioningError`, exit 52. The right zone cannot be
    linked besides it: Azure refuses with "A virtual network cannot be linked to multiple zones with overlapping
    namespaces".

    ## How to fix it
    Keep one zone of the name for all clusters of the region and link it everywhere. Before the other link is
    deleted, see whose records its zone holds: while neither is linked, their names are not answered.

    ```azurecli
    az network private-dns link vnet delete --resource-group OTHER-RG --zone-name ZONE --name LINK
    az network private-dns link vnet create --resource-group ZONE-RG --zone-name ZONE \\
      --name spoke --virtual-network SPOKE-ID --registration-enabled false
    ```

    ```bicep
    resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
      parent: zone // the one that the cluster names in apiServerAccessProfile.privateDNSZone
      name: 'spoke'
      location: 'global'
      properties: { virtualNetwork: { id: spoke.id }, registrationEnabled: false }
    }
    ```

    ```terraform
    resource "azurerm_private_dns_zone_virtual_network_link" "spoke" {
      name                  = "spoke"
      resource_group_name   = azurerm_private_dns_zone.aks.resource_group_name # the zone that the cluster names
      private_dns_zone_name = azurerm_private_dns_zone.aks.name
      virtual_network_id    = azurerm_virtual_network.spoke.id
    }
    ```
    """
    found: dict[tuple[ResourceId, ResourceId], list[tuple[Named, PrivateDnsZoneLink]]] = {}
    unread: dict[ResourceId, Unknown] = {}
    for named in private_names(network):
        if isinstance(named, Unknown):
            yield named
            continue
        zone = named.linked.zone
        for vnet_id in asking_networks(network, named):
            others = [link for link in zones_linked_to(network, vnet_id, zone.name) if link.zone_id != zone.id]
            for link in others:
                found.setdefault((zone.id, vnet_id), []).append((named, link))
            if not others and vnet_id not in named.linked.network_ids:
                unread |= {i: unknown(i, gap) for i, gap in unread_zones_named(network, zone.name) if i != zone.id}
    yield from unread.values()
    for (zone_id, vnet_id), cases in sorted(found.items(), key=lambda item: item[0]):
        yield _finding(zone_id, vnet_id, cases)


def _finding(zone_id: ResourceId, vnet_id: ResourceId, cases: list[tuple[Named, PrivateDnsZoneLink]]) -> Finding:
    clusters = tuple(dict.fromkeys(named.cluster.id for named, _ in cases))
    links = tuple(dict.fromkeys(link for _, link in cases))
    first = cases[0][0]
    also = "also" if vnet_id in first.linked.network_ids else "not to the cluster's but"
    return Finding(
        vnet_id,
        f"{vnet_id.name} is linked {also} to zone {zone_id.name} of {links[0].zone_id.resource_group}; "
        f"the record of {listed(cluster.name for cluster in clusters)} is in that of {zone_id.resource_group}",
        (*zone_evidence(first.cluster), *link_evidence(links), all_links_evidence(first.linked)),
        cluster_id=only(clusters),
        affected=(*clusters, zone_id, *(link.zone_id for link in links)),
        key=zone_id.key,
    )
