from __future__ import annotations

from collections.abc import Iterator

from ...analysis.dns_reach import ApiServerReach, api_server_reach, dns_servers_of
from ...findings import Evidence, Finding, Severity, Unknown, rule
from ...inventory.resource_id import ResourceId
from ...model import Network
from .names import ACCESS, Named, all_links_evidence, listed, private_names, zone_evidence


@rule(
    title="Peered networks get no answer to the name of a private API server",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/private-clusters",
    more_sources=("https://github.com/jenkins-infra/azure-net/pull/434",),
    covers=("VNT-06",),
    disrupts="nothing",
)
def peer_without_private_zone(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A private cluster without a public name, and networks peered with its own in which the private DNS zone of the
    API server is not answered: it is linked neither to them nor to the networks of the DNS servers that they name.
    Who does have both, path and name, is listed too.

    ## Why it matters
    `kubectl`, build agents and Bastion hosts in such a network have a path to the API server and end with
    `no such host`. It matters only where somebody there needs it; AKS links the zone to the cluster's network alone.

    ## How to fix it
    Link the zone to the networks whose hosts use the API server; or turn the public name on, which gives the private
    address everywhere.

    ```azurecli
    az network private-dns link vnet create --resource-group ZONE-RG --zone-name ZONE \\
      --name hub --virtual-network HUB-ID --registration-enabled false
    ```

    ```bicep
    resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
      parent: zone
      name: 'hub'
      location: 'global'
      properties: { virtualNetwork: { id: hub.id }, registrationEnabled: false }
    }
    ```

    ```terraform
    resource "azurerm_private_dns_zone_virtual_network_link" "hub" {
      name                  = "hub"
      resource_group_name   = azurerm_private_dns_zone.aks.resource_group_name
      private_dns_zone_name = azurerm_private_dns_zone.aks.name
      virtual_network_id    = azurerm_virtual_network.hub.id
    }
    ```
    """
    for named in private_names(network):
        if isinstance(named, Unknown):
            yield named
            continue
        access = named.cluster.api_server
        if access.has_public_fqdn or (access.has_public_fqdn is None and access.fqdn):
            continue
        reach = api_server_reach(network, named.cluster)
        if isinstance(reach, ApiServerReach):
            deaf = [peer for peer in reach.with_path_only if not _asks_where_it_is_answered(network, named, peer)]
            if deaf:
                yield _finding(named, reach, deaf)


def _asks_where_it_is_answered(network: Network, named: Named, vnet_id: ResourceId) -> bool:
    """Whether the DNS servers of a network stand where the zone is linked, or where that cannot be told."""
    servers = dns_servers_of(network, vnet_id)
    return bool(servers) and all(
        server.network_id in named.linked.network_ids or not isinstance(server.network_id, ResourceId)
        for server in servers
    )


def _finding(named: Named, reach: ApiServerReach, deaf: list[ResourceId]) -> Finding:
    cluster, zone = named.cluster, named.linked.zone
    both = listed(vnet_id.name for vnet_id in (*reach.own, *reach.with_path_and_name))
    names = listed(vnet_id.name for vnet_id in deaf)
    return Finding(
        cluster.id,
        f"{cluster.name}: {names} {'has' if len(deaf) == 1 else 'have'} a path to the API server and no answer to its "
        f"name from {zone.id.name}; both are in {both}",
        (
            *zone_evidence(cluster),
            Evidence(cluster.id, f"{ACCESS}.enablePrivateClusterPublicFQDN", cluster.api_server.has_public_fqdn),
            all_links_evidence(named.linked),
        ),
        cluster_id=cluster.id,
        affected=tuple(deaf),
    )
