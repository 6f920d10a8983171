from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_routes import RoutedSubnet, cluster_routes
from ...analysis.effective_routes import EffectiveRoute
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NotCollected
from ...model.arm import IpAddress
from .tables import OUTBOUND_TYPE, clusters_of_owners_routes, hop_of, table_or_subnet, unread_subnets

_WayOut = tuple[str, IpAddress | None]


@rule(
    title="Pools of one cluster have different default routes",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/egress-outboundtype",
    covers=("UDR-07",),
    disrupts="connections are reset",
)
def default_routes_differ(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with outbound type `userDefinedRouting` whose subnets have 0.0.0.0/0 routes to different next hops. A
    subnet without any default route is left to `default-route-missing`.

    ## Why it matters
    Pools leave by different addresses, and what one firewall allows the other may not: the same deployment pulls its
    image on one node and ends in `ImagePullBackOff` on the next, and allow-lists of partners match half of the pods.
    Different addresses alone are medium, since a firewall for each pool may be meant; different types, such as an
    appliance here and a gateway there, are high.

    ## How to fix it
    Give all subnets of the cluster one table, or the same default route in each.

    ```azurecli
    az network vnet subnet update --resource-group RG --vnet-name VNET --name SUBNET \\
      --route-table TABLE_ID
    ```

    ```bicep
    resource pool2 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
      parent: vnet
      name: 'pool2'
      properties: {
        addressPrefix: '10.1.1.0/24'
        routeTable: { id: table.id } // the same as of the other pools
      }
    }
    ```

    ```terraform
    resource "azurerm_subnet_route_table_association" "pool2" {
      subnet_id      = azurerm_subnet.pool2.id
      route_table_id = azurerm_route_table.egress.id # the same as of the other pools
    }
    ```
    """
    clusters = clusters_of_owners_routes(network)
    yield from unread_subnets(network, clusters)
    unread: dict[ResourceId, Gap] = {}
    for cluster in clusters:
        ways: dict[_WayOut, tuple[EffectiveRoute, list[RoutedSubnet]]] = {}
        for place in cluster_routes(network, cluster).subnets:
            default = place.routes.default
            if isinstance(default, NotCollected):
                unread.setdefault(table_or_subnet(place), default.gap)
            elif default and default.is_user:
                ways.setdefault((default.hop, default.next_hop_address), (default, []))[1].append(place)
        if len(ways) > 1:
            yield _finding(cluster, list(ways.values()))
    yield from (unknown(where, gap) for where, gap in unread.items())


def _finding(cluster: ManagedCluster, ways: list[tuple[EffectiveRoute, list[RoutedSubnet]]]) -> Finding:
    shown = "; ".join(f"{', '.join(p.subnet.id.name for p in places)} to {hop_of(route)}" for route, places in ways)
    same_type = len({route.hop for route, _ in ways}) == 1
    tables = dict.fromkeys(route.table_id for route, _ in ways if route.table_id)
    return Finding(
        cluster.id,
        f"{cluster.name}: its subnets' default routes differ: {shown}",
        (
            *(line for route, _ in ways for line in route.evidence),
            Evidence(cluster.id, OUTBOUND_TYPE, cluster.outbound_type),
        ),
        cluster_id=cluster.id,
        affected=(*(place.subnet.id for _, places in ways for place in places), *tables),
        severity=Severity.MEDIUM if same_type else None,
    )
