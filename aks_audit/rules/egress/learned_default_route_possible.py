from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_routes import RoutedSubnet, routes_by_owner
from ...findings import Evidence, Finding, Severity, Unknown, rule
from ...inventory.resource_id import ResourceId
from ...model import Network
from .tables import (
    affected_by,
    cluster_names,
    living,
    only_cluster,
    routed_subnets,
    subnet_names,
    unread_routes,
)


@rule(
    title="A gateway may advertise a default route to the cluster's subnets",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview",
    more_sources=("https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-forced-tunneling-rm",),
    covers=("UDR-15",),
    disrupts="nothing",
)
def learned_default_route_possible(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Subnets of a cluster in a network with a VPN or ExpressRoute gateway or a route server, or with a peering that uses
    a remote gateway, where learned routes are let in and no 0.0.0.0/0 route of the owner stands before them. Clusters
    with `userDefinedRouting` are left to the rules about their default route.

    ## Why it matters
    Whoever runs the other end of the line decides: the day a router there advertises 0.0.0.0/0, all egress of the
    cluster goes through the tunnel, past its load balancer or NAT gateway, by another public address or none. Nodes
    then fail with `VMExtensionError_OutboundConnFail`. ARM does not show what is learned, so this says what may be; a
    NIC's effective routes show what is.

    ## How to fix it
    Keep learned routes out where the cluster needs none of them, or leave them in and know it.

    ```azurecli
    az network route-table update --resource-group RG --name TABLE --disable-bgp-route-propagation true
    az network nic show-effective-route-table --resource-group RG --name NIC --output table
    ```

    ```bicep
    resource table 'Microsoft.Network/routeTables@2024-05-01' = {
      name: 'rt-nodes'
      properties: {
        disableBgpRoutePropagation: true
      }
    }
    ```

    ```terraform
    resource "azurerm_route_table" "nodes" {
      name                          = "rt-nodes"
      bgp_route_propagation_enabled = false
    }
    ```
    """
    clusters = [cluster for cluster in living(network) if not routes_by_owner(cluster)]
    yield from unread_routes(network, clusters)
    found: dict[tuple[ResourceId, ResourceId], list[RoutedSubnet]] = {}
    for place in routed_subnets(network, clusters):
        gateway = place.routes.gateway_id
        if gateway and place.routes.default_may_be_learned and not place.routes.gap:
            found.setdefault((gateway, place.subnet.virtual_network_id), []).append(place)
    for (gateway, vnet_id), places in found.items():
        yield Finding(
            vnet_id,
            f"{vnet_id.name}: {subnet_names(places)} of {cluster_names(places)} take what {gateway.name} learns, a "
            "default route included",
            tuple(dict.fromkeys(map(_proof, places))),
            cluster_id=only_cluster(places),
            affected=(gateway, *affected_by(places)),
            key=gateway.name,
        )


def _proof(place: RoutedSubnet) -> Evidence:
    table = place.routes.table
    if table is None:
        return Evidence(place.subnet.id, "properties.routeTable.id", None)
    return Evidence(table.id, "properties.disableBgpRoutePropagation", table.disables_bgp_propagation)
