from __future__ import annotations

from collections.abc import Iterator

from ...analysis.kubenet_routes import KubenetTable, in_pod_range, kubenet_tables, looks_like_node, node_name_of
from ...findings import Finding, Severity, Unknown, rule
from ...model import ManagedCluster, Network, Route
from .answers import listed, pod_cidr_evidence, route_evidence, unread_associations, unread_of_table, worded


@rule(
    title="A route of one's own lies in the pod range of a kubenet cluster",
    severity=Severity.MEDIUM,
    source="https://github.com/kubernetes/cloud-provider/blob/master/controllers/route/route_controller.go",
    covers=("KBN-08",),
    disrupts="nothing",
)
def kubenet_custom_route_in_pod_range(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A route inside the pod CIDR of a kubenet cluster that is not named after a node and does not lead to one.

    ## Why it matters
    The cluster's route controller takes every route inside the pod CIDR for its own and deletes those that belong
    to no node. The route will vanish without notice, come back where infrastructure code writes it again, and as
    long as it is there it draws the packets of the node that gets this range.

    ## How to fix it
    Delete the route, and take it out of the infrastructure code. What should steer the traffic of pods belongs into
    a network policy or, for traffic that leaves the cluster, into routes outside the pod CIDR.

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
    yield from unread_associations(network)
    for table in kubenet_tables(network):
        running = tuple(cluster for cluster in table.clusters if not cluster.is_stopped)
        if not running:
            continue
        yield from unread_of_table(table)
        custom = [route for route in table.table.routes if _is_custom(table, running, route)]
        if custom and not table.nodes_gap:
            yield _finding(table, running, custom)


def _is_custom(table: KubenetTable, clusters: tuple[ManagedCluster, ...], route: Route) -> bool:
    in_range = any(in_pod_range(cluster, route) for cluster in clusters)
    return in_range and not table.is_of_node(route) and not looks_like_node(node_name_of(route))


def _finding(table: KubenetTable, clusters: tuple[ManagedCluster, ...], custom: list[Route]) -> Finding:
    owners = [cluster for cluster in clusters if any(in_pod_range(cluster, route) for route in custom)]
    names = ", ".join(cluster.name for cluster in owners)
    return Finding(
        table.table.id,
        f"{table.table.id.name} has {len(custom)} of its owner's routes in the pod range of {names}, "
        f"which AKS will delete: {listed(map(worded, custom))}",
        (
            *(evidence for route in custom for evidence in route_evidence(table.table.id, route)),
            *map(pod_cidr_evidence, owners),
        ),
        cluster_id=owners[0].id if len(owners) == 1 else None,
        affected=tuple(cluster.id for cluster in owners),
    )
