from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_routes import RoutedSubnet
from ...analysis.kubenet_routes import association_gap
from ...analysis.network_model import NetworkModel, model_of
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import Missing, Network
from .tables import (
    affected_by,
    cluster_names,
    clusters_of_owners_routes,
    only_cluster,
    outbound_types,
    routed_subnets,
    table_evidence,
    unread_subnets,
)


@rule(
    title="userDefinedRouting, and a subnet has no route table",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/egress-outboundtype",
    more_sources=("https://github.com/Azure/AKS/issues/1842", "https://github.com/Azure/AKS/issues/2710"),
    covers=("UDR-01",),
    disrupts="connections are reset",
)
def route_table_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A node or pod subnet of a cluster with outbound type `userDefinedRouting` that has no route table, or refers to one
    that does not exist. Node subnets of kubenet clusters are left to `kubenet-route-table-missing`.

    ## Why it matters
    AKS builds no way out for such a cluster: no load balancer with outbound rules, no NAT gateway. Without a table the
    traffic takes Azure's default outbound access past the firewall, by an address nobody knows, or where that is off
    or retired, nothing at all: nodes fail with `VMExtensionError_OutboundConnFail` (exit status 50). Creating a pool
    there is refused. Not verified: whether Azure demands the table on pod subnets too, so those count as medium, as
    does a subnet where a gateway may have learned a default route.

    ## How to fix it
    Associate the table with the default route to the firewall with every node subnet, and with the pod subnets.

    ```azurecli
    az network vnet subnet update --resource-group RG --vnet-name VNET --name SUBNET \\
      --route-table TABLE_ID
    ```

    ```bicep
    resource nodes 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
      parent: vnet
      name: 'nodes'
      properties: {
        addressPrefix: '10.1.0.0/24'
        routeTable: { id: table.id }
      }
    }
    ```

    ```terraform
    resource "azurerm_subnet_route_table_association" "nodes" {
      subnet_id      = azurerm_subnet.nodes.id
      route_table_id = azurerm_route_table.egress.id
    }
    ```
    """
    clusters = clusters_of_owners_routes(network)
    yield from unread_subnets(network, clusters)
    bare: dict[ResourceId, list[RoutedSubnet]] = {}
    for place in routed_subnets(network, clusters):
        if not _is_kubenets(place):
            bare.setdefault(place.subnet.id, []).append(place)
    for subnet_id, places in bare.items():
        table = network.route_table_of(places[0].subnet)
        gap = association_gap(network, places[0].subnet) if table is None else None
        if gap:
            yield unknown(subnet_id, gap)
        elif table is None or isinstance(table, Missing):
            yield _finding(places)


def _is_kubenets(place: RoutedSubnet) -> bool:
    return any(model_of(place.cluster, pool) is NetworkModel.KUBENET for pool in place.pools)


def _finding(places: list[RoutedSubnet]) -> Finding:
    subnet, routes = places[0].subnet, places[0].routes
    what = "nodes" if any(place.holds_nodes for place in places) else "pods"
    table_id = subnet.route_table_id
    trouble = f"refers to route table {table_id.name}, which does not exist" if table_id else "has no route table"
    learned = routes.gateway_id if routes.default_may_be_learned else None
    hint = f"; {learned.name} may advertise a default route, which ARM does not show" if learned else ""
    return Finding(
        subnet.id,
        f"{subnet.id.name}, with {what} of {cluster_names(places)}, {trouble}, although the outbound type is "
        f"userDefinedRouting{hint}",
        (table_evidence(places[0]), *outbound_types(places)),
        cluster_id=only_cluster(places),
        affected=tuple(resource_id for resource_id in affected_by(places) if resource_id != subnet.id),
        severity=Severity.MEDIUM if learned or what == "pods" else None,
    )
