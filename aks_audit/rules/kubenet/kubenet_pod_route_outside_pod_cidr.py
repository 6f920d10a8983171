from __future__ import annotations

from collections.abc import Iterator

from ...analysis.addresses import show
from ...analysis.kubenet_routes import (
    KubenetRoutes,
    in_pod_range,
    kubenet_clusters,
    kubenet_routes,
    node_name_of,
    pod_range_gap,
)
from ...analysis.nodes import Node
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network, Route
from .answers import destination, listed, pod_cidr_evidence, route_evidence, unread_routes, worded


@rule(
    title="A kubenet node's route lies outside the pod CIDR",
    severity=Severity.HIGH,
    source="https://github.com/kubernetes/cloud-provider/blob/master/controllers/route/route_controller.go",
    covers=("KBN-09",),
    disrupts="nothing",
)
def kubenet_pod_route_outside_pod_cidr(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A route that is named after a live node of a kubenet cluster and whose prefix is not inside the cluster's pod
    CIDRs.

    ## Why it matters
    No pod of the cluster has an address there, so the route serves nobody, and it draws the traffic of whoever has
    these addresses, an on-premises network for instance, to a node that drops it. The route controller leaves
    routes outside the pod CIDR alone, so it stays. It comes from a table that was copied from another cluster, or
    from a cluster that was made anew with another pod CIDR.

    ## How to fix it
    Delete the route. If the node has no other route, the cluster writes the right one within minutes. Take the
    route out of whatever copied it into this table.

    ```azurecli
    az network route-table route delete -g RG --route-table-name TABLE -n ROUTE
    ```

    ```bicep
    // refer to the table: a deployment of it puts its own list in place of the routes of the nodes
    resource table 'Microsoft.Network/routeTables@2024-10-01' existing = {
      name: 'rt-nodes'
    }
    ```

    ```terraform
    resource "azurerm_route_table" "nodes" {
      # the cluster writes one route a node; inline route blocks would delete them
      lifecycle {
        ignore_changes = [route]
      }
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
        if pod_range_gap(cluster):
            continue
        for routes in tables:
            outside = list(_outside(routes))
            if outside:
                yield _finding(routes, outside)


def _outside(routes: KubenetRoutes) -> Iterator[tuple[Node, Route]]:
    for item in routes.nodes:
        for route in (*item.carrying, *item.astray):
            named = node_name_of(route) == item.node.name
            if named and destination(route) and not in_pod_range(routes.cluster, route):
                yield item.node, route


def _finding(routes: KubenetRoutes, outside: list[tuple[Node, Route]]) -> Finding:
    cluster, table = routes.cluster, routes.table.id
    return Finding(
        table,
        f"{table.name} has routes of nodes of {cluster.name} outside its pod CIDR {show(cluster.pod_cidrs)}: "
        f"{listed(worded(route) for _, route in outside)}",
        (
            *(evidence for _, route in outside for evidence in route_evidence(table, route)),
            pod_cidr_evidence(cluster),
        ),
        cluster_id=cluster.id,
        affected=tuple(dict.fromkeys(node.nic.id for node, _ in outside)),
        key=cluster.id.key,
    )
