from __future__ import annotations

from collections.abc import Iterator

from ...analysis.kubenet_routes import KubenetRoutes, NodeRoutes, kubenet_clusters, kubenet_routes, leads_to
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import ROUTE_TABLES
from ...model import Network
from .answers import listed, next_hop, route_evidence, unread_routes


@rule(
    title="A kubenet node's route leads elsewhere",
    severity=Severity.CRITICAL,
    source="https://github.com/kubernetes/cloud-provider/blob/master/controllers/route/route_controller.go",
    covers=("KBN-04", "KBN-05"),
    disrupts="nothing",
)
def kubenet_next_hop_wrong(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A route that is named after a live node of a kubenet cluster and whose next hop is not an address of that node,
    or is none at all because the next hop type is not `VirtualAppliance`.

    ## Why it matters
    Packets to the node's pods go to another machine or nowhere. It never heals: the route controller compares the
    name and the prefix of a route with the node and takes the route for good. Typical causes are infrastructure
    code that writes the table with recorded addresses, and a node that came back with another address.

    ## How to fix it
    Delete the route, and the cluster writes it again with the right next hop within minutes; until then the node's
    pods are as unreachable as before. Where code owns the table, let it keep only routes of its own.

    ```azurecli
    az network route-table route delete -g RG --route-table-name TABLE -n ROUTE
    ```

    ```bicep
    // routes are entries of their own, so that a deployment leaves those of the nodes alone
    resource own 'Microsoft.Network/routeTables/routes@2024-10-01' = {
      parent: table
      name: 'to-firewall'
      properties: { addressPrefix: '0.0.0.0/0', nextHopType: 'VirtualAppliance', nextHopIpAddress: '10.0.0.4' }
    }
    ```

    ```terraform
    # no inline route blocks in azurerm_route_table: they would delete the routes of the nodes
    resource "azurerm_route" "own" {
      route_table_name       = azurerm_route_table.nodes.name
      name                   = "to-firewall"
      address_prefix         = "0.0.0.0/0"
      next_hop_type          = "VirtualAppliance"
      next_hop_in_ip_address = "10.0.0.4"
    }
    ```
    """
    for cluster in kubenet_clusters(network):
        if cluster.is_stopped:
            continue
        yield from unread_routes(network, cluster)
        tables = kubenet_routes(network, cluster)
        if tables and tables[0].nodes_gap:
            yield unknown(cluster.id, tables[0].nodes_gap)
        for routes in tables:
            yield from _untold(routes)
            astray = [item for item in routes.nodes if item.astray]
            if astray:
                yield _finding(routes, astray)


def _untold(routes: KubenetRoutes) -> Iterator[Unknown]:
    """A node's route of which ARM does not tell where it leads, where no other Gap says so already."""
    unsure = [route.name for item in routes.nodes for route in item.carrying if leads_to(route, item.node) is None]
    if unsure and not (routes.table_gap or routes.nodes_gap):
        message = f"the next hop, or the address of the node, is absent: {listed(unsure)}"
        yield unknown(routes.table.id, Gap(ROUTE_TABLES, routes.table.id.text, None, "NotCollected", message))


def _finding(routes: KubenetRoutes, astray: list[NodeRoutes]) -> Finding:
    cluster, table = routes.cluster, routes.table.id
    each = [
        f"{route.name} to {next_hop(route)} instead of {item.node.address}" for item in astray for route in item.astray
    ]
    return Finding(
        table,
        f"{table.name} leads pods of {len(astray)} of {len(routes.nodes)} nodes of {cluster.name} elsewhere: "
        f"{listed(each)}",
        (
            *(e for item in astray for route in item.astray for e in route_evidence(table, route)),
            *(
                Evidence(i.node.nic.id, "properties.ipConfigurations[].privateIPAddress", i.node.address)
                for i in astray
            ),
        ),
        cluster_id=cluster.id,
        affected=tuple(item.node.nic.id for item in astray),
        arithmetic=f"{len(astray)} of {len(routes.nodes)} nodes",
        key=cluster.id.key,
    )
