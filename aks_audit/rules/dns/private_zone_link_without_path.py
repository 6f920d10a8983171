from __future__ import annotations

from collections.abc import Iterator

from ...analysis.dns_reach import ZoneReach, dns_servers_of, has_resolver, users_of_zones, zone_reach
from ...analysis.peering_graph import peerings_of
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import Network
from ...model.network import remembered
from .names import Named, link_evidence, listed, only, private_names, zone_evidence


@rule(
    title="A network is linked to a private zone and has no path to the API server",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/private-clusters",
    more_sources=(
        "https://github.com/MicrosoftDocs/azure-docs/issues/45463",
        "https://github.com/jenkins-infra/azure-net/pull/434",
    ),
    covers=("VNT-06",),
    disrupts="nothing",
)
def private_zone_link_without_path(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A virtual network that is linked to the private DNS zone of an API server, and from which no connected peering
    and no appliance in a shared hub leads to a cluster of that zone. Networks that answer DNS for others are left
    out, and so are those whose way through a virtual WAN cannot be seen. Where gateways stand at both ends, which may
    connect the two, it is information.

    ## Why it matters
    A link gives the name, and a peering the path; clients need both. From such a network the name is found and the
    connection times out: `dial tcp 10.x.x.x:443: i/o timeout`.

    ## How to fix it
    Peer the network with the cluster's, both halves; or take the link away where nobody there needs the API server.

    ```azurecli
    az network vnet peering create --resource-group RG --vnet-name CLIENTS --name CLIENTS-TO-SPOKE \\
      --remote-vnet SPOKE-ID --allow-vnet-access
    az network vnet peering create --resource-group RG --vnet-name SPOKE --name SPOKE-TO-CLIENTS \\
      --remote-vnet CLIENTS-ID --allow-vnet-access
    ```

    ```bicep
    resource peering 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01' = {
      parent: clients
      name: 'clients-to-spoke'
      properties: { remoteVirtualNetwork: { id: spoke.id } } // and the same from the spoke
    }
    ```

    ```terraform
    resource "azurerm_virtual_network_peering" "clients_to_spoke" {
      name                      = "clients-to-spoke"
      resource_group_name       = "RG"
      virtual_network_name      = azurerm_virtual_network.clients.name
      remote_virtual_network_id = azurerm_virtual_network.spoke.id # and the same from the spoke
    }
    ```
    """
    zones: dict[ResourceId, Named] = {}
    for named in private_names(network):
        if isinstance(named, Unknown):
            yield named
        else:
            zones.setdefault(named.linked.zone.id, named)
    for zone_id, named in sorted(zones.items(), key=lambda item: item[0]):
        reach = zone_reach(network, zone_id)
        if isinstance(reach, ZoneReach):
            yield from (unknown(vnet_id, gap) for vnet_id, gap in reach.unread)
            cut_off = [
                vnet_id
                for vnet_id in reach.without_path
                if not _answers_dns(network, vnet_id) and not _is_in_virtual_wan(network, vnet_id, reach)
            ]
            if cut_off:
                yield _finding(network, named, reach, cut_off)


@remembered
def _networks_with_dns_servers(network: Network) -> frozenset[ResourceId]:
    return frozenset(
        server.network_id
        for vnet_id in network.virtual_networks
        for server in dns_servers_of(network, vnet_id)
        if isinstance(server.network_id, ResourceId)
    )


def _answers_dns(network: Network, vnet_id: ResourceId) -> bool:
    """Whether a network is linked so that others ask there: it holds a resolver, or a DNS server of some network."""
    return has_resolver(network, vnet_id) or vnet_id in _networks_with_dns_servers(network)


def _is_in_virtual_wan(network: Network, vnet_id: ResourceId, reach: ZoneReach) -> bool:
    """Whether a virtual WAN may connect a network with a cluster."""
    return _has_virtual_hub(network, vnet_id) and any(_has_virtual_hub(network, home) for home in reach.homes)


def _has_virtual_hub(network: Network, vnet_id: ResourceId) -> bool:
    return any(link.is_virtual_hub for link in peerings_of(network, vnet_id))


def _has_gateway(network: Network, vnet_id: ResourceId) -> bool:
    vnet = network.virtual_networks.get(vnet_id)
    return vnet is not None and (
        any(subnet.id.name.lower() == "gatewaysubnet" for subnet in vnet.subnets)
        or any(peering.uses_remote_gateways for peering in vnet.peerings)
    )


def _finding(network: Network, named: Named, reach: ZoneReach, cut_off: list[ResourceId]) -> Finding:
    users = users_of_zones(network)[named.linked.zone.id]
    clusters = tuple(user.id for user in users)
    by_gateway = any(_has_gateway(network, home) for home in reach.homes) and all(
        _has_gateway(network, vnet_id) for vnet_id in cut_off
    )
    zone = named.linked.zone
    return Finding(
        zone.id,
        f"{listed(vnet_id.name for vnet_id in cut_off)} {'is' if len(cut_off) == 1 else 'are'} linked to private "
        f"DNS zone {zone.id.name} and {'has' if len(cut_off) == 1 else 'have'} no path to "
        f"{listed(user.name for user in users)}{', unless gateways connect them' if by_gateway else ''}",
        (
            *zone_evidence(named.cluster),
            *link_evidence(tuple(link for link in named.linked.links if link.virtual_network_id in cut_off)),
        ),
        cluster_id=only(clusters),
        affected=(*clusters, *cut_off),
        severity=Severity.INFO if by_gateway else None,
    )
