"""Kubenet: which route carries which node's pods.

Every node owns a pod range. One user-defined route a node (two where the cluster is dual stack) sends that range
to the node's address. The cloud provider names the route after the node, with `____` and the range behind it in
dual-stack style, and never looks at the next hop again.

Source: https://learn.microsoft.com/azure/aks/configure-kubenet, kubernetes-sigs/cloud-provider-azure
(azure_routes.go) and k8s.io/cloud-provider (controllers/route).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import MANAGED_CLUSTERS
from ..model import ManagedCluster, Missing, Network, NotCollected, Route, RouteTable, ScaleSet, Subnet
from ..model.arm import IpAddress, IpNetwork
from ..model.network import remembered
from .network_model import NetworkModel, cluster_model
from .nodes import Node, Nodes, NodeSubnet, node_subnets, nodes_of, users_of_subnets

KUBENET_NODES_LIMIT: Final = 400
"""Nodes of one kubenet cluster, since each takes a route; half of it in dual stack, with two routes a node."""

_NODE_NAME = re.compile(r"(aks|k8s)-[a-z0-9]+-\d+-(vmss[0-9a-z]{6}|(vms?)?\d+)", re.IGNORECASE)
"""Scale sets, availability sets and virtual machine pools; Windows, which is named otherwise, has no kubenet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRoutes:
    """A node and the routes that concern it in one table."""

    node: Node
    carrying: tuple[Route, ...]
    """Lead the node's pod range to the node: right next hop, whatever the name.

    A route that carries its name and of which ARM does not tell where it leads is here too; see `leads_to`.
    """
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
    """A route of the table did not parse, or the pod range is not known: what seems absent may be there."""
    nodes_gap: Gap | None
    """Nodes of the cluster that could not be read: a node that seems absent may be there."""
    others_gap: Gap | None
    """The same of other clusters on the table: a route that seems to be a leftover may be theirs."""

    @property
    def settled(self) -> bool:
        """No write is under way; while one is, routes lag minutes behind nodes."""
        return is_settled(self.cluster.provisioning_state, self.table.provisioning_state)


@dataclass(frozen=True, slots=True, kw_only=True)
class KubenetTable:
    """One route table with all the kubenet clusters on it."""

    table: RouteTable
    clusters: tuple[ManagedCluster, ...]
    """Judged or not."""
    uses: tuple[KubenetRoutes, ...]
    """The table as each of those clusters uses it whose subnets were read."""
    names: frozenset[str]
    """Of the live nodes of every cluster with a subnet on the table."""
    addresses: frozenset[IpAddress]
    """Of the same nodes."""
    gap: Gap | None
    """The table or a cluster's pod range was not read whole."""
    nodes_gap: Gap | None
    """There may be more nodes."""

    @property
    def settled(self) -> bool:
        """No write is under way on the table or one of the clusters."""
        return is_settled(self.table.provisioning_state, *(cluster.provisioning_state for cluster in self.clusters))

    def is_of_node(self, route: Route) -> bool:
        """Whether a route is named after a live node, or leads from a pod range to one."""
        if node_name_of(route) in self.names:
            return True
        leads_there = route.to_appliance and route.next_hop_address in self.addresses
        return leads_there and any(in_pod_range(cluster, route) for cluster in self.clusters)


def is_settled(*provisioning_states: str) -> bool:
    """Whether none of these states tells of a write under way."""
    return {state.lower() for state in provisioning_states} <= {"succeeded", "failed", "canceled", ""}


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


def association_gap(network: Network, subnet: Subnet) -> Gap | None:
    """Why a subnet that seems to have no route table may have one: a value of it did not parse."""
    vnet = subnet.virtual_network_id.key
    in_vnet = (gap for gap in network.gaps if gap.scope.lower() == vnet and "properties.subnets" in gap.message)
    return subnet.gap or next(in_vnet, None)


def unread_tables(network: Network, cluster: ManagedCluster) -> Iterator[tuple[ResourceId, NotCollected]]:
    """The node subnets whose route table, or which themselves, were not read."""
    for place in node_subnets(network, cluster):
        table = table_of(network, place)
        if isinstance(table, NotCollected):
            yield (place.id if isinstance(place, NodeSubnet) else cluster.id), table


@remembered
def clusters_by_route_table(network: Network) -> dict[ResourceId, tuple[ManagedCluster, ...]]:
    """For each table: the kubenet clusters, judged or not, with a node subnet associated to it, sorted by id.

    The table itself need not have been read.
    """
    users = users_of_subnets(network)
    found: dict[ResourceId, tuple[ManagedCluster, ...]] = {}
    for table, subnets in subnets_by_route_table(network).items():
        clusters = kubenet_clusters_in(user.cluster for subnet in subnets for user in users.get(subnet, ()))
        if clusters:
            found[table] = clusters
    return found


def kubenet_clusters_in(clusters: Iterable[ManagedCluster]) -> tuple[ManagedCluster, ...]:
    """Those that run kubenet, each once, sorted by id."""
    by_id = {cluster.id: cluster for cluster in clusters if cluster_model(cluster) is NetworkModel.KUBENET}
    return tuple(cluster for _, cluster in sorted(by_id.items()))


@remembered
def subnets_by_route_table(network: Network) -> dict[ResourceId, tuple[ResourceId, ...]]:
    """The subnets associated with each table, as the subnets tell it, and of unread subnets as the table does."""
    subnets: dict[ResourceId, list[ResourceId]] = {}
    for subnet in network.subnets.values():
        if subnet.route_table_id:
            subnets.setdefault(subnet.route_table_id, []).append(subnet.id)
    for table in network.route_tables.values():
        unread = [subnet_id for subnet_id in table.subnet_ids if subnet_id not in network.subnets]
        if unread:
            subnets.setdefault(table.id, []).extend(unread)
    return {table: tuple(found) for table, found in subnets.items()}


@remembered
def kubenet_tables(network: Network) -> tuple[KubenetTable, ...]:
    """The route tables that were read and that a kubenet cluster to judge is on, sorted by id."""
    judged = {cluster.id for cluster in network.clusters}
    return tuple(
        _kubenet_table(network, network.route_tables[table], clusters)
        for table, clusters in sorted(clusters_by_route_table(network).items())
        if table in network.route_tables and not judged.isdisjoint(cluster.id for cluster in clusters)
    )


def _kubenet_table(network: Network, table: RouteTable, clusters: tuple[ManagedCluster, ...]) -> KubenetTable:
    everyone = [nodes_of(network, cluster) for cluster in _clusters_on(network, table).values()]
    known = [node for nodes in everyone for node in nodes.known]
    gaps = (table.gap, *(pod_range_gap(cluster) for cluster in clusters))
    return KubenetTable(
        table=table,
        clusters=clusters,
        uses=tuple(use for cluster in clusters for use in kubenet_routes(network, cluster) if use.table.id == table.id),
        names=frozenset(node.name for node in known),
        addresses=frozenset(address for node in known for address in _addresses(node)),
        gap=next((gap for gap in gaps if gap), None),
        nodes_gap=next((nodes.gap for nodes in everyone if nodes.gap), None),
    )


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


def pod_range_gap(cluster: ManagedCluster) -> Gap | None:
    """Why the cluster's pod ranges are not all known."""
    families = {cidr.version for cidr in cluster.pod_cidrs}
    if cluster.gap or len(families) >= (2 if cluster.is_dual_stack else 1):
        return cluster.gap
    path = "properties.networkProfile.podCidrs"
    return Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", f"{path} is absent or lacks a family")


def leads_to(route: Route, node: Node) -> bool | None:
    """Whether a route's next hop is an address of the node; None where ARM does not tell one or the other."""
    if not route.next_hop_type:
        return None
    if not route.to_appliance:
        return False
    own = _addresses(node)
    return route.next_hop_address in own if route.next_hop_address and own else None


def _contains(outer: IpNetwork, inner: IpNetwork) -> bool:
    return outer.version == inner.version and outer.prefixlen <= inner.prefixlen and inner.network_address in outer


def _join(
    network: Network, cluster: ManagedCluster, table: RouteTable, subnets: tuple[ResourceId, ...]
) -> KubenetRoutes:
    nodes = nodes_of(network, cluster)
    pod_routes = tuple(route for route in table.routes if in_pod_range(cluster, route))
    by_name: dict[str, list[Route]] = {}
    by_next_hop: dict[IpAddress, list[Route]] = {}
    for route in table.routes:
        by_name.setdefault(node_name_of(route), []).append(route)
    for route in pod_routes:
        if route.to_appliance and route.next_hop_address:
            by_next_hop.setdefault(route.next_hop_address, []).append(route)
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
        table_gap=table.gap or pod_range_gap(cluster),
        nodes_gap=nodes.gap,
        others_gap=others.gap,
    )


def _node_routes(node: Node, by_name: dict[str, list[Route]], by_next_hop: dict[IpAddress, list[Route]]) -> NodeRoutes:
    named = by_name.get(node.name, [])
    astray = tuple(route for route in named if leads_to(route, node) is False)
    rightly_named = tuple(route for route in named if route not in astray)
    families = {route.prefix.version for route in rightly_named if route.prefix}
    leading_here = (route for address in sorted(_addresses(node), key=str) for route in by_next_hop.get(address, ()))
    others = (route for route in leading_here if route.prefix and route.prefix.version not in families)
    return NodeRoutes(node=node, carrying=(*rightly_named, *others), astray=astray)


def _addresses(node: Node) -> set[IpAddress]:
    return {ip_address(c.address) for c in node.nic.ip_configurations if c.address}


def _nodes_of_other_clusters(network: Network, cluster: ManagedCluster, table: RouteTable) -> Nodes:
    """Nodes of clusters that share the table: their routes are not this cluster's leftovers."""
    sharing = _clusters_on(network, table)
    others = [nodes_of(network, other) for other in sharing.values() if other.id != cluster.id]
    known = tuple(node for nodes in others for node in nodes.known)
    return Nodes(known=known, gap=next((nodes.gap for nodes in others if nodes.gap), None))


def _clusters_on(network: Network, table: RouteTable) -> dict[ResourceId, ManagedCluster]:
    """The clusters of any model with nodes in a subnet on the table."""
    users = users_of_subnets(network)
    subnets = subnets_by_route_table(network).get(table.id, ())
    return {user.cluster.id: user.cluster for subnet in subnets for user in users.get(subnet, ())}


def _scale_sets(network: Network, cluster: ManagedCluster) -> tuple[ScaleSet, ...]:
    scale_sets = network.scale_sets_of(cluster)
    return () if isinstance(scale_sets, NotCollected) else scale_sets
