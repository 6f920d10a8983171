from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_routes import RoutedSubnet
from ...analysis.effective_routes import DEFAULT_V4, EffectiveRoute
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...model import Network, NotCollected
from .tables import (
    affected_by,
    cluster_names,
    clusters_of_owners_routes,
    only_cluster,
    outbound_types,
    routed_subnets,
    subnet_names,
    table_or_subnet,
    unread_subnets,
)


@rule(
    title="userDefinedRouting, and the route table has no default route",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/egress-udr",
    more_sources=("https://github.com/Azure/AKS/issues/2710",),
    covers=("UDR-02", "KBN-14"),
    disrupts="connections are reset",
)
def default_route_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A route table on a node or pod subnet of a cluster with outbound type `userDefinedRouting` without a route for
    0.0.0.0/0, kubenet's tables included. Two routes that cover every address together count as one.

    ## Why it matters
    What no other route takes follows the system's route to the Internet. Where Azure's default outbound access is on,
    traffic leaves past the firewall by an unknown address, which went unnoticed for months (AKS issue 2710); where it
    is off, nothing leaves and new nodes fail with `VMExtensionError_OutboundConnFail`. Azure refuses the table at the
    next write. Where a gateway is in reach, a default route may be learned by BGP, which ARM does not show: then this
    is medium. A table loses its default route when a second tool writes the whole table from its own state.

    ## How to fix it
    Add the default route to the firewall or appliance to this table.

    ```azurecli
    az network route-table route create --resource-group RG --route-table-name TABLE --name default \\
      --address-prefix 0.0.0.0/0 --next-hop-type VirtualAppliance --next-hop-ip-address FIREWALL_IP
    ```

    ```bicep
    resource defaultRoute 'Microsoft.Network/routeTables/routes@2024-05-01' = {
      parent: table
      name: 'default'
      properties: {
        addressPrefix: '0.0.0.0/0'
        nextHopType: 'VirtualAppliance'
        nextHopIpAddress: firewallIp
      }
    }
    ```

    ```terraform
    resource "azurerm_route" "default" {
      name                   = "default"
      resource_group_name    = azurerm_resource_group.net.name
      route_table_name       = azurerm_route_table.egress.name
      address_prefix         = "0.0.0.0/0"
      next_hop_type          = "VirtualAppliance"
      next_hop_in_ip_address = var.firewall_ip
    }
    ```
    """
    clusters = clusters_of_owners_routes(network)
    yield from unread_subnets(network, clusters)
    unread: dict[ResourceId, Gap] = {}
    without: dict[ResourceId, list[RoutedSubnet]] = {}
    for place in routed_subnets(network, clusters):
        default = place.routes.default
        if isinstance(default, NotCollected):
            unread.setdefault(table_or_subnet(place), default.gap)
        elif place.routes.table and not _leads_out(place, default):
            without.setdefault(place.routes.table.id, []).append(place)
    yield from (unknown(where, gap) for where, gap in unread.items())
    for table_id, places in without.items():
        yield _finding(table_id, places)


def _leads_out(place: RoutedSubnet, default: EffectiveRoute | None) -> bool:
    """A route of the owner takes 0.0.0.0/0, or several of them together take all of it."""
    if default and default.is_user:
        return True
    taken = place.routes.for_prefix(DEFAULT_V4)
    return isinstance(taken, tuple) and default not in taken


def _finding(table_id: ResourceId, places: list[RoutedSubnet]) -> Finding:
    routes = places[0].routes
    learned = next((p.routes.gateway_id for p in places if p.routes.default_may_be_learned), None)
    private = all(place.subnet.default_outbound_access is False for place in places)
    if learned:
        instead = f"; unless {learned.name} advertises one, which ARM does not show, traffic takes the system's route"
    elif private:
        instead = ", and the subnets are private: nothing leaves"
    else:
        instead = ", so traffic takes the system's route to the Internet, past any firewall"
    prefixes = tuple(str(route.prefix) for route in (routes.table.routes if routes.table else ()) if route.prefix)
    access = "properties.defaultOutboundAccess"
    return Finding(
        table_id,
        f"{table_id.name}, on {subnet_names(places)} of {cluster_names(places)}, has no 0.0.0.0/0 route{instead}",
        (
            Evidence(table_id, "properties.routes[].addressPrefix", prefixes),
            *outbound_types(places),
            *(Evidence(p.subnet.id, access, False) for p in places if p.subnet.default_outbound_access is False),
        ),
        cluster_id=only_cluster(places),
        affected=affected_by(places),
        severity=Severity.MEDIUM if learned else None,
    )
