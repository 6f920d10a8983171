"""The routes of each cluster's subnets."""

from __future__ import annotations

from dataclasses import dataclass

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, Network, NodePool, NotCollected, Subnet
from ..model.arm import IpNetwork
from ..model.network import remembered
from .effective_routes import EffectiveRoutes, effective_routes
from .network_model import NetworkModel, model_of
from .nodes import NodeSubnet, node_subnets, users_of_subnets


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoutedSubnet:
    """A subnet of a cluster, with its routes."""

    cluster: ManagedCluster
    subnet: Subnet
    pools: tuple[NodePool, ...]
    """Those with their nodes, or their pods, here."""
    routes: EffectiveRoutes
    holds_nodes: bool
    """False: a pod subnet in which no node is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClusterRoutes:
    """A cluster's node and pod subnets with their routes, in the order of its pools."""

    subnets: tuple[RoutedSubnet, ...]
    unread: tuple[tuple[ResourceId, Gap], ...]
    """Subnets that were not read, each once; the cluster's own id where not even their names are known."""

    @property
    def of_nodes(self) -> tuple[RoutedSubnet, ...]:
        return tuple(place for place in self.subnets if place.holds_nodes)


@remembered
def cluster_routes(network: Network, cluster: ManagedCluster) -> ClusterRoutes:
    """The routes of a cluster's node and pod subnets. A subnet that does not exist is left out."""
    places: dict[ResourceId, RoutedSubnet] = {}
    unread: dict[ResourceId, Gap] = {}
    for node_place in node_subnets(network, cluster):
        match node_place:
            case NotCollected(gap):
                unread.setdefault(cluster.id, gap)
            case NodeSubnet(subnet=NotCollected(gap)):
                unread.setdefault(node_place.id, gap)
            case NodeSubnet(subnet=Subnet() as subnet):
                places[subnet.id] = _routed(network, cluster, subnet, node_place.pools, holds_nodes=True)
    for subnet_id in cluster.pod_subnet_ids:
        pools = tuple(pool for pool in cluster.node_pools if pool.pod_subnet_id == subnet_id)
        match network.subnet(subnet_id):
            case NotCollected(gap):
                unread.setdefault(subnet_id, gap)
            case Subnet() as subnet if subnet_id not in places:
                places[subnet_id] = _routed(network, cluster, subnet, pools, holds_nodes=False)
    return ClusterRoutes(subnets=tuple(places.values()), unread=tuple(unread.items()))


def _routed(
    network: Network, cluster: ManagedCluster, subnet: Subnet, pools: tuple[NodePool, ...], *, holds_nodes: bool
) -> RoutedSubnet:
    routes = effective_routes(network, subnet)
    return RoutedSubnet(cluster=cluster, subnet=subnet, pools=pools, routes=routes, holds_nodes=holds_nodes)


def routes_by_owner(cluster: ManagedCluster) -> bool:
    """The outbound type is `userDefinedRouting`: AKS builds no way out, the owner's routes are it."""
    return cluster.outbound_type.lower() == "userdefinedrouting"


@remembered
def kubenet_pod_ranges(network: Network, subnet_id: ResourceId) -> tuple[IpNetwork, ...]:
    """The pod ranges of the kubenet clusters, judged or not, with nodes in a subnet: routes there are AKS's own."""
    users = users_of_subnets(network).get(subnet_id, ())
    kubenet = {u.cluster.id: u.cluster for u in users if model_of(u.cluster, u.pool) is NetworkModel.KUBENET}
    return tuple(dict.fromkeys(cidr for cluster in kubenet.values() for cidr in cluster.pod_cidrs))
