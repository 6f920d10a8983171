"""Kubenet: which route carries which node's pods.

Every node owns a pod range. One user-defined route a node (two where the cluster is dual stack) sends that range
to the node's address. The cloud provider names the route after the node, with `____` and the range behind it in
dual-stack style, and never looks at the next hop again.

Source: https://learn.microsoft.com/azure/aks/configure-kubenet, kubernetes-sigs/cloud-provider-azure
(azure_routes.go) and k8s.io/cloud-provider (controllers/route).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, Missing, Network, NotCollected, Route, RouteTable, ScaleSet, Subnet
from ..model.arm import IpNetwork
from ..model.network import remembered
from .network_model import NetworkModel, cluster_model
from .nodes import Node, Nodes, NodeSubnet, node_subnets, nodes_of, users_of_subnets

_NODE_NAME = re.compile(r"aks-?[a-z0-9]+-\d+-(vmss[0-9a-z]{6}|\d+)|aks[a-z0-9]{1,6}[0-9a-z]{6}|k8s-.+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRoutes:
    """A node and the routes that concern it in one table."""

    node: Node
    carrying: tuple[Route, ...]
    """Lead the node's pod range to the node: right next hop, whatever the name."""
    astray: tuple[Route, ...]
    """Carry the node's name but lead elsewhere."""

    @property
    def pod_range(self) -> IpNetwork | None:
        """The node's own range of pods, IPv4 first, as its route tells it."""
        ranges = [route.prefix for route in (*self.carrying, *self.astray) if route.prefix]
        return min(ranges, key=lambda prefix: prefix.version, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class KubenetRoutes:
    """One route table as a kubenet cluster uses it."""

    cluster: ManagedCluster
    table: RouteTable
    subnet_ids: tuple[ResourceId, ...]
    """The cluster's node subnets that are associated with this table."""
    nodes: tuple[NodeRoutes, ...]
    """Every known node of the cluster."""
    stale: tuple[Route, ...]
    """Named after a node, inside the pod range or the cluster's own names, and there is no such node."""
    pod_routes: tuple[Route, ...]
    """All routes into the cluster's pod ranges."""
    table_gap: Gap | None
    """A route of the table did not parse: a route that seems absent may be there."""
    nodes_gap: Gap | None
    """Nodes that could not be read: a node that seems absent may be there."""

    @property
    def settled(self) -> bool:
        """No write is under way; while one is, routes lag minutes behind nodes."""
        states = {self.cluster.provisioning_state.lower(), self.table.provisioning_state.lower()}
        return states <= {"succeeded", "failed", "canceled", ""}


def kubenet_clusters(network: Network) -> tuple[ManagedCluster, ...]:
    """The clusters to judge that run kubenet."""
    return tuple(cluster for cluster in network.clusters if cluster_model(cluster) is NetworkModel.KUBENET)


@remembered
def kubenet_routes(network: Network, cluster: ManagedCluster) -> tuple[KubenetRoutes, ...]:
    """The route tables on a kubenet cluster's node subnets, each joined to the cluster's nodes, sorted by id.

    A node subnet without a table, or whose table was not read, adds nothing here.
    """
    tables: dict[ResourceId, tuple[RouteTable, list[ResourceId]]] = {}
    for place in node_subnets(network, cluster):
        table = table_of(network, place)
        if isinstance(place, NodeSubnet) and isinstance(table, RouteTable):
            tables.setdefault(table.id, (table, []))[1].append(place.id)
    return tuple(_join(network, cluster, table, tuple(subnets)) for _, (table, subnets) in sorted(tables.items()))


def table_of(network: Network, place: NodeSubnet | NotCollected) -> RouteTable | Missing | NotCollected | None:
    """The route table of a node subnet as `Network.route_table_of` answers, or why that can't be told."""
    if isinstance(place, NotCollected):
        return place
    if isinstance(place.subnet, Subnet):
        return network.route_table_of(place.subnet)
    return place.subnet


def unread_tables(network: Network, cluster: ManagedCluster) -> Iterator[tuple[ResourceId, NotCollected]]:
    """The node subnets whose route table, or which themselves, were not read."""
    for place in node_subnets(network, cluster):
        table = table_of(network, place)
        if isinstance(table, NotCollected):
            yield (place.id if isinstance(place, NodeSubnet) else cluster.id), table


@remembered
def clusters_by_route_table(network: Network) -> dict[ResourceId, tuple[ManagedCluster, ...]]:
    """For each table: the kubenet clusters, judged or not, with a node subnet associated to it."""
    users: dict[ResourceId, list[ManagedCluster]] = {}
    for cluster in network.all_clusters:
        if cluster_model(cluster) is not NetworkModel.KUBENET:
            continue
        for joined in kubenet_routes(network, cluster):
            users.setdefault(joined.table.id, []).append(cluster)
    return {table: tuple(clusters) for table, clusters in users.items()}


@remembered
def subnets_by_route_table(network: Network) -> dict[ResourceId, tuple[ResourceId, ...]]:
    """The subnets associated with each table, as the subnets tell it."""
    subnets: dict[ResourceId, list[ResourceId]] = {}
    for subnet in network.subnets.values():
        if subnet.route_table_id:
            subnets.setdefault(subnet.route_table_id, []).append(subnet.id)
    return {table: tuple(found) for table, found in subnets.items()}


def node_name_of(route: Route) -> str:
    """The node that a route is named after, in lower case: what stands before `____`."""
    return route.name.partition("____")[0].lower()


def looks_like_node(name: str) -> bool:
    """Whether a name is made the way AKS names nodes."""
    return bool(_NODE_NAME.fullmatch(name))


def in_pod_range(cluster: ManagedCluster, route: Route) -> bool:
    """Whether a route leads into the cluster's pod range."""
    prefix = route.prefix
    return prefix is not None and any(_contains(cidr, prefix) for cidr in cluster.pod_cidrs)


def _contains(outer: IpNetwork, inner: IpNetwork) -> bool:
    return outer.version == inner.version and outer.prefixlen <= inner.prefixlen and inner.network_address in outer


def _join(
    network: Network, cluster: ManagedCluster, table: RouteTable, subnets: tuple[ResourceId, ...]
) -> KubenetRoutes:
    nodes = nodes_of(network, cluster)
    pod_routes = tuple(route for route in table.routes if in_pod_range(cluster, route))
    by_name: dict[str, list[Route]] = {}
    by_next_hop: dict[str, list[Route]] = {}
    for route in table.routes:
        by_name.setdefault(node_name_of(route), []).append(route)
    for route in pod_routes:
        if route.to_appliance and route.next_hop_address:
            by_next_hop.setdefault(str(route.next_hop_address), []).append(route)
    joined = tuple(_node_routes(node, by_name, by_next_hop) for node in nodes.known)
    others = _nodes_of_other_clusters(network, cluster, table)
    alive = {node.name for node in (*nodes.known, *others.known)}
    taken = {id(route) for item in joined for route in (*item.carrying, *item.astray)}
    own_prefixes = tuple(scale_set.computer_name_prefix.lower() for scale_set in _scale_sets(network, cluster))
    stale = tuple(
        route
        for route in table.routes
        if id(route) not in taken
        and node_name_of(route) not in alive
        and looks_like_node(node_name_of(route))
        and (in_pod_range(cluster, route) or node_name_of(route).startswith(own_prefixes or ("\0",)))
    )
    return KubenetRoutes(
        cluster=cluster,
        table=table,
        subnet_ids=subnets,
        nodes=joined,
        stale=stale,
        pod_routes=pod_routes,
        table_gap=table.gap or cluster.gap,
        nodes_gap=nodes.gap or others.gap,
    )


def _node_routes(node: Node, by_name: dict[str, list[Route]], by_next_hop: dict[str, list[Route]]) -> NodeRoutes:
    named = by_name.get(node.name, [])
    astray = tuple(r for r in named if not r.to_appliance or str(r.next_hop_address) not in _addresses(node))
    rightly_named = [route for route in named if route not in astray]
    return NodeRoutes(
        node=node,
        carrying=tuple(rightly_named) or tuple(by_next_hop.get(node.address, ())),
        astray=astray,
    )


def _addresses(node: Node) -> set[str]:
    return {configuration.address for configuration in node.nic.ip_configurations}


def _nodes_of_other_clusters(network: Network, cluster: ManagedCluster, table: RouteTable) -> Nodes:
    """Nodes of clusters that share the table: their routes are not this cluster's leftovers."""
    users = users_of_subnets(network)
    subnets = subnets_by_route_table(network).get(table.id, ())
    sharing = {user.cluster.id: user.cluster for subnet in subnets for user in users.get(subnet, ())}
    others = [nodes_of(network, other) for other in sharing.values() if other.id != cluster.id]
    known = tuple(node for nodes in others for node in nodes.known)
    return Nodes(known=known, gap=next((nodes.gap for nodes in others if nodes.gap), None))


def _scale_sets(network: Network, cluster: ManagedCluster) -> tuple[ScaleSet, ...]:
    scale_sets = network.scale_sets_of(cluster)
    return () if isinstance(scale_sets, NotCollected) else scale_sets
