from __future__ import annotations

from collections.abc import Iterator

from ...analysis.zone_links import zones_linked_to
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import PRIVATE_DNS_ZONE_LINKS
from ...model import Network, PrivateDnsZoneLink
from .names import asking_networks, listed, only, private_names


@rule(
    title="The link of a private DNS zone to a network is not finished",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/rest/api/dns/privatednszones/virtual-network-links/get",
    covers=("VNT-06",),
    disrupts="nothing",
)
def private_zone_link_unfinished(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A link between the private DNS zone of an API server and a network in which its name is asked for, the cluster's
    or its DNS servers', whose `virtualNetworkLinkState` is `InProgress`.

    ## Why it matters
    Until the link is `Completed`, Azure's resolver need not answer from the zone in that network. A link is made in
    moments; one that stays in progress is stuck, and nodes that start there end with
    `VMExtensionProvisioningError`, exit 52.

    ## How to fix it
    Look again after a minute. Where the state stays, delete the link and make it anew.

    ```azurecli
    az network private-dns link vnet delete --resource-group ZONE-RG --zone-name ZONE --name LINK
    az network private-dns link vnet create --resource-group ZONE-RG --zone-name ZONE \\
      --name LINK --virtual-network VNET-ID --registration-enabled false
    ```

    ```bicep
    resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
      parent: zone
      name: 'spoke'
      location: 'global'
      properties: { virtualNetwork: { id: spoke.id }, registrationEnabled: false }
    }
    ```

    ```terraform
    resource "azurerm_private_dns_zone_virtual_network_link" "spoke" {
      name                  = "spoke"
      resource_group_name   = azurerm_private_dns_zone.aks.resource_group_name
      private_dns_zone_name = azurerm_private_dns_zone.aks.name
      virtual_network_id    = azurerm_virtual_network.spoke.id
    }
    ```
    """
    links: dict[ResourceId, tuple[PrivateDnsZoneLink, list[ResourceId]]] = {}
    for named in private_names(network):
        if isinstance(named, Unknown):
            yield named
            continue
        zone = named.linked.zone
        for vnet_id in asking_networks(network, named):
            for link in zones_linked_to(network, vnet_id, zone.name):
                if link.zone_id == zone.id:
                    links.setdefault(link.id, (link, []))[1].append(named.cluster.id)
    for link, clusters in links.values():
        match link.state.lower():
            case "completed":
                pass
            case "inprogress":
                yield _finding(link, tuple(clusters))
            case _:
                message = f"properties.virtualNetworkLinkState is not known: {link.state!r}"
                yield unknown(link.id, Gap(PRIVATE_DNS_ZONE_LINKS, link.id.text, None, "NotCollected", message))


def _finding(link: PrivateDnsZoneLink, clusters: tuple[ResourceId, ...]) -> Finding:
    vnet = link.virtual_network_id.name if link.virtual_network_id else ""
    return Finding(
        link.id,
        f"link {link.id.name} of private DNS zone {link.zone_id.name} to {vnet} is {link.state}, "
        f"and {listed(cluster.name for cluster in clusters)} asks there",
        (Evidence(link.id, "properties.virtualNetworkLinkState", link.state),),
        cluster_id=only(clusters),
        affected=clusters,
    )
