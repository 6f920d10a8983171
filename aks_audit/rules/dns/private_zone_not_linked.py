from __future__ import annotations

from collections.abc import Iterator

from ...analysis.dns_reach import asks_azure, dns_servers_of, has_resolver
from ...analysis.zone_links import zones_linked_to
from ...findings import Finding, Severity, Unknown, rule
from ...inventory.resource_id import ResourceId
from ...model import Network
from .names import Named, all_links_evidence, listed, only, private_names, server_evidence, zone_evidence


@rule(
    title="A private cluster's own network is not linked to its private DNS zone",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/private-clusters",
    covers=("VNT-06",),
    disrupts="nothing",
)
def private_zone_not_linked(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A private cluster whose virtual network asks Azure's resolver, and has no link to the private DNS zone of the API
    server. Where the network is linked to another zone of that name, `private-zone-name-ambiguous` says so instead.
    Where the zone is linked to a network with a private resolver, the finding is of medium severity: a forwarding
    ruleset of DNS Private Resolver, which is not read, may lead there.

    ## Why it matters
    Azure's resolver answers from a private zone only in networks that are linked to it. Nodes that start get no
    address for the API server and end with `VMExtensionProvisioningError`, exit 52; nodes that run turn `NotReady`.

    ## How to fix it
    Link the zone to the cluster's network.

    ```azurecli
    az network private-dns link vnet create --resource-group ZONE-RG --zone-name ZONE \\
      --name spoke --virtual-network SPOKE-ID --registration-enabled false
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
    bare: dict[tuple[ResourceId, ResourceId], list[Named]] = {}
    for named in private_names(network):
        if isinstance(named, Unknown):
            yield named
            continue
        zone = named.linked.zone
        for vnet in named.networks:
            others = zones_linked_to(network, vnet.id, zone.name)
            asks = asks_azure(vnet) and not dns_servers_of(network, vnet.id)
            if asks and vnet.id not in named.linked.network_ids and not others:
                bare.setdefault((zone.id, vnet.id), []).append(named)
    for (zone_id, vnet_id), clusters in sorted(bare.items()):
        yield _finding(network, zone_id, vnet_id, clusters)


def _finding(network: Network, zone_id: ResourceId, vnet_id: ResourceId, clusters: list[Named]) -> Finding:
    ids = tuple(named.cluster.id for named in clusters)
    names = listed(named.cluster.name for named in clusters)
    linked = clusters[0].linked
    resolvers = [place.name for place in sorted(linked.network_ids) if has_resolver(network, place)]
    return Finding(
        zone_id,
        f"private DNS zone {zone_id.name} is not linked to {vnet_id.name}, the network of {names}"
        f"{f', unless a ruleset forwards to {listed(resolvers)}' if resolvers else ''}",
        (
            *zone_evidence(clusters[0].cluster),
            all_links_evidence(linked),
            server_evidence(network.virtual_networks[vnet_id]),
        ),
        cluster_id=only(ids),
        affected=(*ids, vnet_id),
        severity=Severity.MEDIUM if resolvers else None,
        key=vnet_id.key,
    )
