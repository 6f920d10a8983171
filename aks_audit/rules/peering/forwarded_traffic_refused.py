from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import clusters_by_network, networks_in_use
from ...analysis.nodes import pod_subnet_users, users_of_subnets
from ...analysis.peering_graph import ApplianceRoute, Half, PeeringLink, appliance_routes, peerings_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import Missing, Network, NotCollected, RouteTable, Subnet, VirtualNetwork
from ...model.arm import IpNetwork
from ...model.network import remembered
from .halves import not_said, of_half, only, unread_peerings


@rule(
    title="A network refuses what the hub's appliance forwards to it",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering",
    more_sources=("https://github.com/MicrosoftDocs/azure-docs/issues/48390",),
    covers=("VNT-03",),
    disrupts="nothing",
)
def forwarded_traffic_refused(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose route table sends packets to an appliance in a peered hub, while its own network's half of that
    peering, the half that receives, has `allowForwardedTraffic` false. The other half alone is not looked at: it
    speaks of the other direction.

    ## Why it matters
    What comes back from the appliance did not start in the hub, so it counts as forwarded, and the half may drop it:
    connections to other spokes and sites are opened and never answered. What the appliance translates to its own
    address is not affected, so the internet may well be reached.

    Azure's pages disagree on whose packets the flag speaks of, and people saw traffic flow with the flag off. This
    is therefore no proof of a block.

    ## How to fix it
    Allow forwarded traffic on the half of the cluster's network.

    ```azurecli
    az network vnet peering update --resource-group RG --vnet-name SPOKE --name SPOKE-TO-HUB \\
      --set allowForwardedTraffic=true
    ```

    ```bicep
    resource spokeToHub 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01' = {
      parent: spoke
      name: 'spoke-to-hub'
      properties: {
        remoteVirtualNetwork: { id: hub.id }
        allowForwardedTraffic: true
      }
    }
    ```

    ```terraform
    resource "azurerm_virtual_network_peering" "spoke_to_hub" {
      name                      = "spoke-to-hub"
      resource_group_name       = "RG"
      virtual_network_name      = azurerm_virtual_network.spoke.name
      remote_virtual_network_id = azurerm_virtual_network.hub.id
      allow_forwarded_traffic   = true
    }
    ```
    """
    yield from unread_peerings(network)
    for vnet in networks_in_use(network):
        tables, unread = _tables(network, vnet.id)
        for link in peerings_of(network, vnet.id):
            if not link.is_connected or link.near.peering.allows_forwarded_traffic:
                continue
            routes = [
                route
                for route in appliance_routes(network, vnet.id)
                if route.table_id in tables and _stands_in(route, _space(network, link))
            ]
            if routes and link.near.peering.allows_forwarded_traffic is None:
                yield unknown(link.near.id, not_said(link.near, "allowForwardedTraffic"))
            elif routes:
                yield _finding(network, link, routes)
            else:
                yield from (unknown(table, gap) for table, gap in unread.items())


@remembered
def _subnets_in_use(network: Network) -> dict[ResourceId, tuple[Subnet, ...]]:
    """The subnets of clusters' nodes and pods, by network."""
    found: dict[ResourceId, list[Subnet]] = {}
    for subnet_id in sorted({*users_of_subnets(network), *pod_subnet_users(network)}):
        subnet = network.subnets.get(subnet_id)
        if subnet:
            found.setdefault(subnet.virtual_network_id, []).append(subnet)
    return {vnet_id: tuple(subnets) for vnet_id, subnets in found.items()}


def _tables(network: Network, vnet_id: ResourceId) -> tuple[set[ResourceId], dict[ResourceId, NotCollected]]:
    """The route tables of the clusters' subnets in a network, and those of them that were not read."""
    read: set[ResourceId] = set()
    unread: dict[ResourceId, NotCollected] = {}
    for subnet in _subnets_in_use(network).get(vnet_id, ()):
        match network.route_table_of(subnet):
            case RouteTable() as table:
                read.add(table.id)
                if table.gap:
                    unread[table.id] = NotCollected(table.gap)
            case NotCollected() as gap if subnet.route_table_id:
                unread[subnet.route_table_id] = gap
            case _:
                pass
    return read, unread


def _space(network: Network, link: PeeringLink) -> tuple[IpNetwork, ...]:
    match network.virtual_network(link.far_id):
        case VirtualNetwork() as far:
            return far.prefixes
        case Missing() | NotCollected():
            return link.near.peering.remote_prefixes


def _stands_in(route: ApplianceRoute, space: tuple[IpNetwork, ...]) -> bool:
    return any(prefix.version == route.next_hop.version and route.next_hop in prefix for prefix in space)


def _finding(network: Network, link: PeeringLink, routes: list[ApplianceRoute]) -> Finding:
    first, near = routes[0], link.near
    clusters = clusters_by_network(network).get(link.network.id, ())
    far = (
        f"; {link.far.peering.name}, for the other direction, has {_word(link.far.peering.allows_forwarded_traffic)}"
        if isinstance(link.far, Half)
        else ""
    )
    return Finding(
        near.id,
        f"{near.peering.name} of {link.network.id.name} has allowForwardedTraffic false, but route {first.route.name} "
        f"of {first.table_id.name} ({first.prefix}) leads to {first.next_hop} in {link.far_id.name}{far}",
        (
            *(of_half(half, "allowForwardedTraffic", half.peering.allows_forwarded_traffic) for half in link.halves),
            *(
                Evidence(route.table_id, f"properties.routes[{route.route.name}].nextHopIpAddress", str(route.next_hop))
                for route in routes
            ),
        ),
        cluster_id=only(clusters),
        affected=(*(cluster.id for cluster in clusters), link.far_id),
    )


def _word(flag: bool | None) -> str:
    return {True: "true", False: "false"}.get(flag, "nothing") if flag is not None else "nothing"
