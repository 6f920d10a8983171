from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_routes import RoutedSubnet, cluster_routes
from ...analysis.effective_routes import EffectiveRoute
from ...analysis.kubenet_routes import pod_range_gap
from ...analysis.network_model import NetworkModel, model_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network
from .tables import (
    affected_by,
    cluster_names,
    is_pod_route,
    living,
    only_cluster,
    subnet_names,
    unread_routes,
)


@rule(
    title="Routes into an overlay's pod CIDR, which needs none",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
    more_sources=("https://github.com/Azure/AKS/issues/5120",),
    covers=("UDR-06",),
    disrupts="nothing",
)
def overlay_pod_routes_left(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A route table on a node subnet of an Azure CNI Overlay cluster with routes into the cluster's pod CIDR. Wider
    summaries and routes that serve a kubenet cluster on the same subnet don't count. One finding for each table.

    ## Why it matters
    Overlay moves pod packets between nodes without any route. What is left is usually from kubenet, before a
    migration: the lines count against the table's limit of 400, mislead whoever reads them, and in a dual-stack
    migration their prefixes no longer match the nodes' (AKS issue 5120). Not verified: whether the platform would ever
    follow such a route for a pod's packet, so this is low.

    ## How to fix it
    Delete the routes once the migration is done, or the table where nothing else is in it.

    ```azurecli
    az network route-table route delete --resource-group RG --route-table-name TABLE --name ROUTE
    ```

    ```bicep
    resource table 'Microsoft.Network/routeTables@2024-05-01' = {
      name: 'rt-nodes'
      properties: {
        routes: [] // the default route, if there is one, and no pod ranges
      }
    }
    ```

    ```terraform
    resource "azurerm_route_table" "nodes" {
      name = "rt-nodes"
      # no route block for a range of the cluster's pod_cidr
    }
    ```
    """
    overlay = [cluster for cluster in living(network) if _nodes_in_overlay(cluster)]
    yield from unread_routes(network, overlay)
    found: dict[ResourceId, tuple[list[RoutedSubnet], dict[EffectiveRoute, None]]] = {}
    for cluster in overlay:
        gap = pod_range_gap(cluster)
        if gap:
            yield unknown(cluster.id, gap)
        for place in cluster_routes(network, cluster).of_nodes:
            routes = [route for route in place.routes.routes if _is_left(network, place, route)]
            if routes and routes[0].table_id:
                places, lines = found.setdefault(routes[0].table_id, ([], {}))
                places.append(place)
                lines.update(dict.fromkeys(routes))
    for table_id, (places, lines) in found.items():
        yield _finding(table_id, places, list(lines))


def _nodes_in_overlay(cluster: ManagedCluster) -> bool:
    return any(model_of(cluster, pool) is NetworkModel.OVERLAY for pool in cluster.node_pools)


def _is_left(network: Network, place: RoutedSubnet, route: EffectiveRoute) -> bool:
    inside = any(
        cidr.version == route.prefix.version
        and cidr.prefixlen <= route.prefix.prefixlen
        and route.prefix.network_address in cidr
        for cidr in place.cluster.pod_cidrs
    )
    return route.is_user and inside and not is_pod_route(network, place, route)


def _finding(table_id: ResourceId, places: list[RoutedSubnet], lines: list[EffectiveRoute]) -> Finding:
    clusters = {place.cluster.id: place.cluster for place in places}
    cidrs = dict.fromkeys(str(cidr) for cluster in clusters.values() for cidr in cluster.pod_cidrs)
    count = "1 route" if len(lines) == 1 else f"{len(lines)} routes"
    return Finding(
        table_id,
        f"{table_id.name}, on {subnet_names(places)} of {cluster_names(places)}: {count} into the pod CIDR "
        f"{', '.join(cidrs)}, {lines[0].prefix} first, although overlay needs none",
        (
            *(Evidence(table_id, f"{line.path}.addressPrefix", str(line.prefix)) for line in lines),
            *(
                Evidence(c.id, "properties.networkProfile.podCidrs", tuple(map(str, c.pod_cidrs)))
                for c in clusters.values()
            ),
        ),
        cluster_id=only_cluster(places),
        affected=affected_by(places),
    )
