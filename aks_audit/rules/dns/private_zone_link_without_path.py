from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import networks_of
from ...analysis.dns_reach import (
    RESOLVER,
    ApiServerReach,
    LinkedZone,
    api_server_reach,
    dns_servers_of,
    has_private_name,
    linked_zone_of,
)
from ...analysis.peering_graph import peerings_of
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network
from ...model.network import remembered
from .names import Named, link_evidence, only, private_names, zone_evidence


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
        users = _users_of_zones(network).get(zone_id, (named.cluster,))
        reaches = [reach for user in users if isinstance(reach := api_server_reach(network, user), ApiServerReach)]
        served = {vnet_id for reach in reaches for vnet_id in (*reach.own, *reach.with_path_and_name)}
        unread = {vnet_id: gap for reach in reaches for vnet_id, gap in reach.unread if vnet_id not in served}
        yield from (unknown(vnet_id, gap) for vnet_id, gap in unread.items())
        without = {vnet_id for reach in reaches for vnet_id in reach.with_name_only if vnet_id not in served}
        cut_off = [
            vnet_id
            for vnet_id in sorted(without)
            if not _answers_dns(network, vnet_id) and not _is_in_virtual_wan(network, vnet_id, users)
        ]
        if cut_off:
            yield _finding(network, named, users, cut_off)


@remembered
def _users_of_zones(network: Network) -> dict[ResourceId, tuple[ManagedCluster, ...]]:
    """For each zone: the clusters, judged or not, whose API server has its name in it."""
    users: dict[ResourceId, list[ManagedCluster]] = {}
    for cluster in network.all_clusters:
        linked = linked_zone_of(network, cluster) if has_private_name(cluster) else None
        if isinstance(linked, LinkedZone):
            users.setdefault(linked.zone.id, []).append(cluster)
    return {zone_id: tuple(clusters) for zone_id, clusters in users.items()}


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
    vnet = network.virtual_networks.get(vnet_id)
    has_resolver = vnet and any(RESOLVER in map(str.lower, subnet.delegations) for subnet in vnet.subnets)
    return bool(has_resolver) or vnet_id in _networks_with_dns_servers(network)


def _is_in_virtual_wan(network: Network, vnet_id: ResourceId, users: tuple[ManagedCluster, ...]) -> bool:
    """Whether a virtual WAN may connect a network with a cluster."""
    homes = (home for user in users for home in networks_of(network, user).ids)
    return _has_virtual_hub(network, vnet_id) and any(_has_virtual_hub(network, home) for home in homes)


def _has_virtual_hub(network: Network, vnet_id: ResourceId) -> bool:
    return any(link.is_virtual_hub for link in peerings_of(network, vnet_id))


def _has_gateway(network: Network, vnet_id: ResourceId) -> bool:
    vnet = network.virtual_networks.get(vnet_id)
    return vnet is not None and (
        any(subnet.id.name.lower() == "gatewaysubnet" for subnet in vnet.subnets)
        or any(peering.uses_remote_gateways for peering in vnet.peerings)
    )


def _finding(network: Network, named: Named, users: tuple[ManagedCluster, ...], cut_off: list[ResourceId]) -> Finding:
    clusters = tuple(user.id for user in users)
    homes = [home for user in users for home in networks_of(network, user).ids]
    by_gateway = any(_has_gateway(network, home) for home in homes) and all(
        _has_gateway(network, vnet_id) for vnet_id in cut_off
    )
    zone = named.linked.zone
    return Finding(
        zone.id,
        f"{', '.join(vnet_id.name for vnet_id in cut_off)} {'is' if len(cut_off) == 1 else 'are'} linked to private "
        f"DNS zone {zone.id.name} and {'has' if len(cut_off) == 1 else 'have'} no path to "
        f"{', '.join(user.name for user in users)}{', unless gateways connect them' if by_gateway else ''}",
        (
            *zone_evidence(named.cluster),
            *link_evidence(tuple(link for link in named.linked.links if link.virtual_network_id in cut_off)),
        ),
        cluster_id=only(clusters),
        affected=(*clusters, *cut_off),
        severity=Severity.INFO if by_gateway else None,
    )
