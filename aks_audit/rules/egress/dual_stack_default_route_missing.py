from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_routes import RoutedSubnet, cluster_routes
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...model import Network, NotCollected
from .tables import (
    affected_by,
    cluster_names,
    clusters_of_owners_routes,
    only_cluster,
    subnet_names,
    table_or_subnet,
    unread_subnets,
)


@rule(
    title="Dual stack with userDefinedRouting, and no default route for IPv6",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/configure-dual-stack",
    more_sources=("https://github.com/Azure/AKS/blob/master/CHANGELOG.md",),
    covers=("UDR-12",),
    disrupts="nothing",
)
def dual_stack_default_route_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A dual-stack cluster with outbound type `userDefinedRouting` on whose node subnets is a route table without a ::/0
    route. A ::/0 route to `None` is taken as meant.

    ## Why it matters
    The outbound type promises that all egress takes the owner's routes. IPv6 has none here: it follows the system's
    route past the firewall, and since AKS builds no way out either, connections to IPv6 destinations time out before
    clients fall back to IPv4. Azure accepts the cluster with no more than a warning.

    ## How to fix it
    Add a ::/0 route to an appliance that handles IPv6, or to `None` where IPv6 shall stay inside.

    ```azurecli
    az network route-table route create --resource-group RG --route-table-name TABLE --name default-v6 \\
      --address-prefix ::/0 --next-hop-type VirtualAppliance --next-hop-ip-address APPLIANCE_IPV6
    ```

    ```bicep
    resource defaultV6 'Microsoft.Network/routeTables/routes@2024-05-01' = {
      parent: table
      name: 'default-v6'
      properties: {
        addressPrefix: '::/0'
        nextHopType: 'VirtualAppliance'
        nextHopIpAddress: applianceIpv6
      }
    }
    ```

    ```terraform
    resource "azurerm_route" "default_v6" {
      name                   = "default-v6"
      address_prefix         = "::/0"
      next_hop_type          = "VirtualAppliance"
      next_hop_in_ip_address = var.appliance_ipv6
    }
    ```
    """
    clusters = [cluster for cluster in clusters_of_owners_routes(network) if cluster.is_dual_stack]
    yield from unread_subnets(network, clusters)
    unread: dict[ResourceId, Gap] = {}
    without: dict[ResourceId, list[RoutedSubnet]] = {}
    for cluster in clusters:
        for place in cluster_routes(network, cluster).of_nodes:
            default = place.routes.default_v6
            if isinstance(default, NotCollected):
                unread.setdefault(table_or_subnet(place), default.gap)
            elif place.routes.table and not (default and default.is_user):
                without.setdefault(place.routes.table.id, []).append(place)
    yield from (unknown(where, gap) for where, gap in unread.items())
    for table_id, places in without.items():
        yield _finding(table_id, places)


def _finding(table_id: ResourceId, places: list[RoutedSubnet]) -> Finding:
    table = places[0].routes.table
    prefixes = tuple(str(route.prefix) for route in (table.routes if table else ()) if route.prefix)
    clusters = {place.cluster.id: place.cluster for place in places}
    return Finding(
        table_id,
        f"{table_id.name}, on {subnet_names(places)} of {cluster_names(places)}, has no ::/0 route, although the "
        "cluster is dual stack",
        (
            Evidence(table_id, "properties.routes[].addressPrefix", prefixes),
            *(Evidence(c.id, "properties.networkProfile.ipFamilies", c.ip_families) for c in clusters.values()),
        ),
        cluster_id=only_cluster(places),
        affected=affected_by(places),
    )
