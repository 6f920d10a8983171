from __future__ import annotations

from collections.abc import Iterator

from ...analysis.kubenet_routes import (
    KubenetTable,
    in_pod_range,
    kubenet_tables,
    looks_like_node,
    node_name_of,
)
from ...findings import Finding, Severity, Unknown, rule
from ...model import Network, Route
from ...model.arm import IpAddress, IpNetwork
from .answers import destination, listed, route_evidence, unread_associations, unread_of_table, waiting, worded


@rule(
    title="Pod routes of a kubenet table overlap",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview",
    covers=("KBN-07",),
    disrupts="nothing",
)
def kubenet_routes_overlap(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Two routes of one table into the same pod addresses, at least one of them a node's, where the narrower one or
    either of two equal ones takes what belongs to the other; and one node's address as the next hop of two prefixes
    of one address family. Two families, one route each, are right in a dual-stack cluster. What a route of a node
    that is gone overlaps is told by `kubenet-route-stale`.

    ## Why it matters
    Azure follows the longest matching prefix. The narrower of two overlapping routes draws the packets of some pods
    to another node, which has no such pods and drops them. A node with two prefixes was made anew with another pod
    range, and its old route was never deleted (cloud-provider-azure issue 8175); when the old range is given to the
    next node, that node's pods are unreachable.

    ## How to fix it
    Look up each node's true range, and delete the route that differs from it. Let no code write routes of nodes.

    ```azurecli
    kubectl get nodes -o custom-columns=NAME:.metadata.name,CIDR:.spec.podCIDR
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
    yield from unread_associations(network)
    for table in kubenet_tables(network):
        if all(cluster.is_stopped for cluster in table.clusters):
            continue
        yield from unread_of_table(table)
        routes = _pod_routes(table)
        pairs = list(_overlapping(table, routes))
        if pairs:
            each = listed(f"{worded(inner)} lies in {worded(outer)}" for outer, inner in pairs)
            yield _finding(table, f"routes for the same pods: {each}", [r for pair in pairs for r in pair], "prefixes")
        doubles = _several_prefixes(table, routes)
        if doubles:
            each = listed(f"{hop} for {' and '.join(map(destination, found))}" for hop, found in doubles.items())
            several = [route for found in doubles.values() for route in found]
            yield _finding(table, f"one next hop for several pod ranges: {each}", several, "next-hop")


def _finding(table: KubenetTable, trouble: str, routes: list[Route], key: str) -> Finding:
    named = {route.name: route for route in routes}.values()
    return Finding(
        table.table.id,
        f"{table.table.id.name} has {trouble}{waiting(table)}",
        tuple(evidence for route in named for evidence in route_evidence(table.table.id, route)),
        cluster_id=table.clusters[0].id if len(table.clusters) == 1 else None,
        affected=tuple(cluster.id for cluster in table.clusters),
        severity=None if table.settled else Severity.INFO,
        key=key,
    )


def _pod_routes(table: KubenetTable) -> list[Route]:
    """The routes into pod ranges, without those that are told to be stale."""
    stale = {id(route) for use in table.uses if not table.nodes_gap for route in use.stale}
    return [
        route
        for route in table.table.routes
        if id(route) not in stale and any(in_pod_range(cluster, route) for cluster in table.clusters)
    ]


def _is_of_node(table: KubenetTable, route: Route) -> bool:
    return table.is_of_node(route) or looks_like_node(node_name_of(route))


def _overlapping(table: KubenetTable, routes: list[Route]) -> Iterator[tuple[Route, Route]]:
    """Pairs of which the second lies in the first, in one pass: sorted, prefixes nest."""
    prefixed = [(route.prefix, route) for route in routes if route.prefix]
    prefixed.sort(key=lambda item: (item[0].version, int(item[0].network_address), item[0].prefixlen))
    around: list[tuple[IpNetwork, Route]] = []
    for prefix, route in prefixed:
        while around and not _lies_in(prefix, around[-1][0]):
            around.pop()
        for outer_prefix, outer in around:
            is_harmless = outer_prefix != prefix and not _is_of_node(table, outer)
            if not is_harmless and (_is_of_node(table, outer) or _is_of_node(table, route)):
                yield outer, route
        around.append((prefix, route))


def _lies_in(inner: IpNetwork, outer: IpNetwork) -> bool:
    return inner.version == outer.version and inner.network_address in outer


def _several_prefixes(table: KubenetTable, routes: list[Route]) -> dict[IpAddress, list[Route]]:
    """Next hops that several prefixes of one family share, without routes that go astray."""
    astray = {id(route) for use in table.uses for item in use.nodes for route in item.astray}
    found: dict[tuple[IpAddress, int], list[Route]] = {}
    for route in routes:
        is_pods = id(route) not in astray and _is_of_node(table, route)
        if is_pods and route.prefix and route.to_appliance and route.next_hop_address:
            found.setdefault((route.next_hop_address, route.prefix.version), []).append(route)
    return {hop: same for (hop, _), same in sorted(found.items(), key=str) if len({route.prefix for route in same}) > 1}
