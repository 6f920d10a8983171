from __future__ import annotations

from collections.abc import Iterator

from ...analysis.addresses import overlapping
from ...analysis.kubenet_routes import (
    KubenetRoutes,
    KubenetTable,
    kubenet_clusters,
    kubenet_routes,
    kubenet_tables,
)
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import Network, Route
from ...model.arm import IpAddress
from ...model.network import remembered
from .answers import listed, route_evidence, unread_routes, waiting, worded


@rule(
    title="Routes of kubenet nodes that are gone",
    severity=Severity.MEDIUM,
    source="https://github.com/kubernetes-sigs/cloud-provider-azure/issues/875",
    covers=("KBN-06", "KBN-16"),
    disrupts="nothing",
)
def kubenet_route_stale(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Routes that are named after a node, lead into the cluster's pod range or carry the name of one of its pools,
    and whose node does not exist. High where such a route overlaps the pod range of a live node, or where its next
    hop is by now the address of another node or virtual machine.

    ## Why it matters
    Packets to a pod range that such a route holds end at an address that nobody answers. When the range is given to
    a new node, Azure refuses that node's own route, because a table takes a prefix only once, and the node stays
    `NetworkUnavailable`. Where the address was given out again, the packets reach a stranger. Each leftover also
    counts towards the limit of the table. They were left behind by the upgrade from 1.20 to 1.21
    (cloud-provider-azure issue 875), by nodes that were made anew with another range (issue 8175), and by deleted
    clusters.

    ## How to fix it
    See that the node is really gone, then delete its route. If new ones appear after each scale-down, look at the
    rights of the cluster's identity on the table.

    ```azurecli
    kubectl get node NODE
    az network route-table route delete -g RG --route-table-name TABLE -n ROUTE
    ```

    ```bicep
    // The cluster writes these routes, and no template names them: delete them by command.
    // refer to the table: a deployment of it puts its own list in place of the routes of the nodes
    resource table 'Microsoft.Network/routeTables@2024-10-01' existing = {
      name: 'rt-nodes'
    }
    ```

    ```terraform
    # The cluster writes these routes, and no code names them. Delete them by command.
    resource "azurerm_route_table" "nodes" {
      # the cluster writes one route a node; inline route blocks would delete them
      lifecycle {
        ignore_changes = [route]
      }
    }
    ```
    """
    tables = {table.table.id: table for table in kubenet_tables(network)}
    for cluster in kubenet_clusters(network):
        if cluster.is_stopped:
            continue
        yield from unread_routes(network, cluster)
        for routes in kubenet_routes(network, cluster):
            gap = routes.nodes_gap or routes.others_gap
            if gap:
                yield unknown(cluster.id, gap)
            elif routes.stale:
                yield _finding(network, tables[routes.table.id], routes)


def _finding(network: Network, table: KubenetTable, routes: KubenetRoutes) -> Finding:
    cluster, stale, held = routes.cluster, routes.stale, len(table.table.routes)
    dangers = [*_overlaps(table, stale), *_strangers(network, table, routes)]
    of_nodes = "a node that is" if len(stale) == 1 else "nodes that are"
    routes_of = "a route of" if len(stale) == 1 else f"{len(stale)} routes of"
    return Finding(
        table.table.id,
        f"{table.table.id.name} has {routes_of} {of_nodes} no longer in {cluster.name}: "
        f"{listed(map(worded, stale))}{''.join(f'; {danger}' for danger in dangers[:3])}{waiting(routes)}",
        (
            *(evidence for route in stale for evidence in route_evidence(table.table.id, route)),
            Evidence(cluster.id, "properties.nodeResourceGroup", cluster.node_resource_group),
        ),
        cluster_id=cluster.id,
        arithmetic=f"{held} routes - {len(stale)} stale = {held - len(stale)} of "
        f"{network.settings.thresholds.route_limit}",
        severity=_severity(routes, bool(dangers)),
        key=cluster.id.key,
    )


def _severity(routes: KubenetRoutes, dangerous: bool) -> Severity | None:
    if not routes.settled:
        return Severity.INFO
    return Severity.HIGH if dangerous else None


def _overlaps(table: KubenetTable, stale: tuple[Route, ...]) -> Iterator[str]:
    live = {route.prefix: route for route in table.table.routes if route.prefix and table.is_of_node(route)}
    for gone, taken in overlapping([route.prefix for route in stale if route.prefix], live):
        yield f"{gone} overlaps {taken} of {live[taken].name}"


def _strangers(network: Network, table: KubenetTable, routes: KubenetRoutes) -> Iterator[str]:
    """Next hops that are somebody else's address by now."""
    vnet_id = routes.subnet_ids[0].parent or routes.subnet_ids[0]
    for route in routes.stale:
        address = route.next_hop_address
        if address is None:
            continue
        holder = _holders(network).get((vnet_id, address))
        if holder:
            yield f"{address} is now the address of {holder}"
        elif address in table.addresses:
            yield f"{address} is now the address of a live node"


@remembered
def _holders(network: Network) -> dict[tuple[ResourceId, IpAddress], str]:
    """By virtual network and address: who has an address that a stale route leads to."""
    wanted: dict[str, IpAddress] = {
        str(route.next_hop_address): route.next_hop_address
        for cluster in kubenet_clusters(network)
        for routes in kubenet_routes(network, cluster)
        for route in routes.stale
        if route.next_hop_address
    }
    holders: dict[tuple[ResourceId, IpAddress], str] = {}
    nics = [nic for nics in network.scale_set_nics.values() for nic in nics]
    for nic in (*nics, *network.network_interfaces.values()):
        for configuration in nic.ip_configurations:
            address = wanted.get(configuration.address)
            if address and configuration.subnet_id and configuration.subnet_id.parent:
                owner = nic.scale_set_id or nic.virtual_machine_id or nic.private_endpoint_id or nic.id
                name = f"{owner.name}, instance {nic.instance_id}" if nic.scale_set_id else owner.name
                holders[configuration.subnet_id.parent, address] = name
    return holders
