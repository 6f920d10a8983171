"""Where a cluster's nodes stand, as far as security groups go, and what `VirtualNetwork` means there."""

from __future__ import annotations

from dataclasses import dataclass

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import NETWORK_SECURITY_GROUPS, SUBNETS
from ..model import ManagedCluster, Missing, Network, NotCollected, RouteTable, SecurityGroup, Subnet, VirtualNetwork
from ..model.network import remembered
from .cluster_networks import clusters_by_network, peer_prefixes, pod_cidrs_in_use
from .flows import Endpoint, Layer
from .intervals import EVERYWHERE, NOTHING, Intervals, of_networks, union
from .nodes import Node, NodeSubnet, node_subnets, nodes_of
from .service_tags import HOST, PRIVATE, VirtualNetworkTag


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePlace:
    """Nodes of a cluster that share a subnet and the group on their NICs; a thousand of them are one place."""

    cluster: ManagedCluster
    subnet: Subnet
    pools: tuple[str, ...]
    subnet_group: SecurityGroup | None
    nic_group: SecurityGroup | None
    gap: Gap | None
    """A group that was not read, or NICs: what is let through cannot be told, what is denied can."""
    nodes: Endpoint
    has_public_addresses: bool
    """Nodes here have public addresses of their own."""

    def outbound(self, network: Network) -> tuple[Layer, ...]:
        return self._layers(network, (self.nic_group, self.subnet_group), is_inbound=False)

    def inbound(self, network: Network) -> tuple[Layer, ...]:
        return self._layers(network, (self.subnet_group, self.nic_group), is_inbound=True)

    def _layers(
        self, network: Network, groups: tuple[SecurityGroup | None, ...], *, is_inbound: bool
    ) -> tuple[Layer, ...]:
        tag = virtual_network_tag(network, self.subnet)
        distinct = {group.id: group for group in groups if group}
        return tuple(Layer(group=each, is_inbound=is_inbound, virtual_network=tag) for each in distinct.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePlaces:
    """The places that are known, and the Gap that may hide more."""

    known: tuple[NodePlace, ...]
    unread: tuple[tuple[ResourceId, Gap], ...]
    """Subnets, or the cluster itself, that were not read."""

    @property
    def unread_of_owner(self) -> tuple[tuple[ResourceId, Gap], ...]:
        """Those that may be the owner's: a subnet that a pool does not name is one that AKS made."""
        return tuple((where, gap) for where, gap in self.unread if where.type.lower() == SUBNETS.lower())


@remembered
def node_places(network: Network, cluster: ManagedCluster) -> NodePlaces:
    """The places of a cluster's nodes, in the order of its pools."""
    nodes = nodes_of(network, cluster)
    by_pool: dict[str, list[Node]] = {}
    for node in nodes.known:
        by_pool.setdefault(node.node_pool.lower(), []).append(node)
    known: list[NodePlace] = []
    unread: list[tuple[ResourceId, Gap]] = []
    for place in node_subnets(network, cluster):
        match place:
            case NotCollected(gap):
                unread.append((cluster.id, gap))
            case NodeSubnet(subnet=NotCollected(gap)):
                unread.append((place.id, gap))
            case NodeSubnet(subnet=Subnet(gap=Gap() as gap)):
                unread.append((place.id, gap))
            case NodeSubnet(subnet=Subnet() as subnet):
                own = {pool.name: by_pool.get(pool.name.lower(), []) for pool in place.pools}
                known += _places(network, cluster, subnet, own, nodes.gap)
            case _:  # the subnet does not exist, which another rule finds
                pass
    return NodePlaces(known=tuple(known), unread=tuple(dict.fromkeys(unread)))


def _places(
    network: Network, cluster: ManagedCluster, subnet: Subnet, by_pool: dict[str, list[Node]], gap: Gap | None
) -> list[NodePlace]:
    subnet_group, subnet_gap = read_group(network, subnet.network_security_group_id)
    by_group: dict[ResourceId | None, dict[str, list[Node]]] = {}
    for pool, nodes in by_pool.items():
        for group_id in dict.fromkeys(node.nic.network_security_group_id for node in nodes) or (None,):
            by_group.setdefault(group_id, {})[pool] = nodes
    places: list[NodePlace] = []
    for group_id, pools in by_group.items():
        nic_group, nic_gap = read_group(network, group_id)
        memberships = [
            frozenset(node.nic.application_security_group_ids)
            for nodes in pools.values()
            for node in nodes
            if node.nic.network_security_group_id == group_id
        ]
        endpoint = Endpoint(
            addresses=of_networks(subnet.prefixes),
            application_security_groups=frozenset.intersection(*memberships) if memberships else frozenset(),
            some_application_security_groups=frozenset[ResourceId]().union(*memberships),
        )
        places.append(
            NodePlace(
                cluster=cluster,
                subnet=subnet,
                pools=tuple(pools),
                subnet_group=subnet_group,
                nic_group=nic_group,
                gap=gap or subnet_gap or nic_gap,
                nodes=endpoint,
                has_public_addresses=any(node.nic.has_public_ip for nodes in pools.values() for node in nodes)
                or any(pool.has_node_public_ips for pool in cluster.node_pools if pool.name in pools),
            )
        )
    return places


def read_group(network: Network, group_id: ResourceId | None) -> tuple[SecurityGroup | None, Gap | None]:
    """A security group, or why it was not read; neither where none is named."""
    if group_id is None:
        return None, None
    match network.security_group(group_id):
        case SecurityGroup() as group:
            return group, None
        case NotCollected(gap):
            return None, gap
        case Missing():
            message = "it is named as the security group there and is not in the listing"
            return None, Gap(NETWORK_SECURITY_GROUPS, group_id.text, None, "NotFound", message)


@remembered
def virtual_network_tag(network: Network, subnet: Subnet) -> VirtualNetworkTag:
    """What the tag `VirtualNetwork` covers in groups at a subnet.

    Source: https://learn.microsoft.com/azure/virtual-network/service-tags-overview
    """
    routed, beyond = _routed(network, subnet)
    space = _space(network, subnet.virtual_network_id)
    return VirtualNetworkTag(
        certain=union(of_networks(subnet.prefixes), routed, space.certain, HOST),
        possible=union(beyond, space.possible),
        when_allowing=space.when_allowing,
    )


@remembered
def _space(network: Network, vnet_id: ResourceId) -> VirtualNetworkTag:
    """What all subnets of a network have in common."""
    vnet = network.virtual_networks.get(vnet_id)
    peered, behind = _peered(network, vnet) if vnet else (NOTHING, EVERYWHERE)
    kubenet, overlay = _pods(network, vnet_id)
    own = of_networks(vnet.prefixes) if vnet else NOTHING
    return VirtualNetworkTag(certain=union(own, peered, kubenet), possible=behind, when_allowing=overlay)


def _routed(network: Network, subnet: Subnet) -> tuple[Intervals, Intervals]:
    """What the subnet's user-defined routes name, and everything where a default route is among them."""
    match network.route_table_of(subnet):
        case None | Missing():
            return NOTHING, NOTHING
        case RouteTable(gap=None) as table:
            prefixes = [route.prefix for route in table.routes if route.prefix]
            some = of_networks(prefix for prefix in prefixes if prefix.prefixlen)
            has_unread = any(route.service_tag for route in table.routes)
            has_default = any(not prefix.prefixlen for prefix in prefixes)
            return some, EVERYWHERE if has_default or has_unread else NOTHING
        case _:
            return NOTHING, EVERYWHERE


def _peered(network: Network, vnet: VirtualNetwork) -> tuple[Intervals, Intervals]:
    """The connected peers' space, and what may lie behind them or a gateway."""
    spaces: list[Intervals] = []
    behind: list[Intervals] = []
    if any(subnet.id.name.lower() == "gatewaysubnet" for subnet in vnet.subnets):
        behind.append(PRIVATE)
    for peering in vnet.peerings:
        if not peering.is_connected or peering.allows_access is False:
            continue
        if peering.uses_remote_gateways:
            behind.append(PRIVATE)
        match peer_prefixes(network, vnet, peering):
            case NotCollected():
                behind.append(EVERYWHERE)
            case prefixes:  # of a peering of single subnets, which of its prefixes count is not known
                (spaces if peering.is_complete else behind).append(of_networks(prefixes))
    return union(*spaces), union(*behind)


def _pods(network: Network, vnet_id: ResourceId) -> tuple[Intervals, Intervals]:
    """The pod CIDRs of clusters in this network: kubenet's, which routes make part of it, and overlays'."""
    kubenet: list[Intervals] = []
    overlay: list[Intervals] = []
    for cluster in clusters_by_network(network).get(vnet_id, ()):
        pods = of_networks(pod_cidrs_in_use(cluster))
        if cluster.network_plugin_mode.lower() == "overlay":
            overlay.append(pods)
        elif cluster.network_plugin.lower() == "kubenet":
            kubenet.append(pods)
    return union(*kubenet), union(*overlay)
