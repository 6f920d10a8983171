"""What the kubenet rules share: the unknowns, and how routes are worded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...analysis.kubenet_routes import KubenetRoutes, KubenetTable, kubenet_clusters, kubenet_routes, unread_tables
from ...findings import Evidence, Unknown, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, Route

_MOST_NAMED = 10
"""Of the things that a message lists; the evidence has them all."""


def unread_routes(network: Network, cluster: ManagedCluster) -> Iterator[Unknown]:
    """The cluster's subnets and tables that were not read, and the tables that were not read whole."""
    yield from (unknown(resource_id, gap) for resource_id, gap in unread_tables(network, cluster))
    tables = kubenet_routes(network, cluster)
    yield from (unknown(routes.table.id, routes.table_gap) for routes in tables if routes.table_gap)


def unread_of_table(table: KubenetTable) -> Iterator[Unknown]:
    """What of a table, or of the nodes that it serves, was not read."""
    yield from (unknown(table.table.id, gap) for gap in (table.gap, table.nodes_gap) if gap)


def unread_associations(network: Network) -> Iterator[Unknown]:
    """The node subnets, and their tables, that were not read, of all kubenet clusters to judge."""
    for cluster in kubenet_clusters(network):
        yield from (unknown(resource_id, gap) for resource_id, gap in unread_tables(network, cluster))


def listed(items: Iterable[str]) -> str:
    """`a, b`; of many the first few and how many more there are.

    >>> listed(f"r{n}" for n in range(12))
    'r0, r1, r2, r3, r4, r5, r6, r7, r8, r9 and 2 more'
    """
    texts = list(items)
    more = len(texts) - _MOST_NAMED
    return ", ".join(texts[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def destination(route: Route) -> str:
    """What a route is for: its prefix or its service tag."""
    return str(route.prefix) if route.prefix else route.service_tag


def next_hop(route: Route) -> str:
    """Where a route leads: an address, or the type of its next hop."""
    return str(route.next_hop_address) if route.to_appliance else route.next_hop_type


def worded(route: Route) -> str:
    """`name (10.244.0.0/24 to 10.1.0.4)`."""
    return f"{route.name} ({destination(route)} to {next_hop(route)})"


def route_evidence(table_id: ResourceId, route: Route) -> tuple[Evidence, Evidence]:
    """A route's destination and next hop."""
    path = f"properties.routes[{route.name}].properties"
    hop = "nextHopIpAddress" if route.to_appliance else "nextHopType"
    return (
        Evidence(table_id, f"{path}.addressPrefix", destination(route)),
        Evidence(table_id, f"{path}.{hop}", next_hop(route)),
    )


def waiting(use: KubenetRoutes | KubenetTable) -> str:
    """What to add to a message while routes may lag behind nodes."""
    return "" if use.settled else "; a write is under way, look again afterwards"


def pod_cidr_evidence(cluster: ManagedCluster) -> Evidence:
    """The cluster's pod ranges."""
    return Evidence(cluster.id, "properties.networkProfile.podCidrs", tuple(map(str, cluster.pod_cidrs)))
