"""What the rules about routes share: one finding for each line of a table, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...analysis.cluster_routes import RoutedSubnet, cluster_routes, kubenet_pod_ranges, routes_by_owner
from ...analysis.effective_routes import EffectiveRoute
from ...findings import Evidence, Unknown, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network

OUTBOUND_TYPE = "properties.networkProfile.outboundType"


def clusters_of_owners_routes(network: Network) -> tuple[ManagedCluster, ...]:
    """The clusters to judge that leave by their owner's routes alone, save those that are going away."""
    return tuple(cluster for cluster in living(network) if routes_by_owner(cluster))


def living(network: Network) -> tuple[ManagedCluster, ...]:
    """The clusters to judge, save those that are being deleted."""
    return tuple(cluster for cluster in network.clusters if cluster.provisioning_state.lower() != "deleting")


def routed_subnets(network: Network, clusters: Iterable[ManagedCluster]) -> Iterator[RoutedSubnet]:
    """The node and pod subnets of these clusters, as far as they were read."""
    for cluster in clusters:
        yield from cluster_routes(network, cluster).subnets


def unread_subnets(network: Network, clusters: Iterable[ManagedCluster]) -> Iterator[Unknown]:
    """One Unknown for each subnet of these clusters that was not read."""
    found: dict[ResourceId, Gap] = {}
    for cluster in clusters:
        for place, gap in cluster_routes(network, cluster).unread:
            found.setdefault(place, gap)
    yield from (unknown(place, gap) for place, gap in found.items())


def unread_routes(network: Network, clusters: Iterable[ManagedCluster], *, peers: bool = False) -> Iterator[Unknown]:
    """The same, and one for each subnet or table of which a line was not read.

    Args:
        peers: the space of peered networks counts too.
    """
    clusters = tuple(clusters)
    yield from unread_subnets(network, clusters)
    found: dict[ResourceId, Gap] = {}
    for place in routed_subnets(network, clusters):
        gap = place.routes.gap or (place.routes.peers_gap if peers else None)
        if gap:
            found.setdefault(table_or_subnet(place), gap)
    yield from (unknown(where, gap) for where, gap in found.items())


def table_or_subnet(place: RoutedSubnet) -> ResourceId:
    """The cause of what is wrong with a subnet's routes: its table, or the subnet without one."""
    return place.subnet.route_table_id or place.subnet.id


def is_pod_route(network: Network, place: RoutedSubnet, route: EffectiveRoute) -> bool:
    """Whether a route leads to pods of a kubenet cluster; those have rules of their own."""
    ranges = kubenet_pod_ranges(network, place.subnet.id)
    same = [cidr for cidr in ranges if cidr.version == route.prefix.version]
    return any(cidr.prefixlen <= route.prefix.prefixlen and route.prefix.network_address in cidr for cidr in same)


def hop_of(route: EffectiveRoute) -> str:
    """`VirtualAppliance 10.0.1.4`, `Internet`."""
    return f"{route.next_hop_type} {route.next_hop_address}" if route.next_hop_address else route.next_hop_type


def subnet_names(places: Iterable[RoutedSubnet]) -> str:
    return ", ".join(dict.fromkeys(place.subnet.id.name for place in places))


def cluster_names(places: Iterable[RoutedSubnet]) -> str:
    return ", ".join(dict.fromkeys(place.cluster.name for place in places))


def affected_by(places: Iterable[RoutedSubnet]) -> tuple[ResourceId, ...]:
    """The subnets, then the clusters, each once."""
    places = tuple(places)
    return tuple(dict.fromkeys((*(place.subnet.id for place in places), *(place.cluster.id for place in places))))


def only_cluster(places: Iterable[RoutedSubnet]) -> ResourceId | None:
    """The cluster that a finding belongs to, where there is but one."""
    ids = tuple({place.cluster.id for place in places})
    return ids[0] if len(ids) == 1 else None


def outbound_types(places: Iterable[RoutedSubnet]) -> tuple[Evidence, ...]:
    """What each cluster declares."""
    clusters = {place.cluster.id: place.cluster for place in places}
    return tuple(Evidence(cluster.id, OUTBOUND_TYPE, cluster.outbound_type) for cluster in clusters.values())


def table_evidence(place: RoutedSubnet) -> Evidence:
    """Which table the subnet says it has."""
    table_id = place.subnet.route_table_id
    return Evidence(place.subnet.id, "properties.routeTable.id", table_id.text if table_id else None)
