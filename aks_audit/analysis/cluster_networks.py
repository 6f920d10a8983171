"""The virtual networks that clusters live in, and the ranges that clusters really use."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import PEERINGS, VIRTUAL_NETWORKS
from ..model import ManagedCluster, Missing, Network, NotCollected, Peering, Subnet, VirtualNetwork
from ..model.arm import IpNetwork
from ..model.network import remembered
from .network_model import NetworkModel, cluster_model
from .nodes import node_subnet_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterNetworks:
    """The virtual networks of a cluster's node and pod subnets. One that does not exist is in neither list."""

    ids: tuple[ResourceId, ...]
    """All that are named, read or not, each once, in the order of the pools."""
    found: tuple[VirtualNetwork, ...]
    unread: tuple[tuple[ResourceId, NotCollected], ...]
    """What was not read: a virtual network, or the cluster where not even its name is known."""


@remembered
def networks_of(network: Network, cluster: ManagedCluster) -> ClusterNetworks:
    """The virtual networks that a cluster's subnets stand in; healthy clusters have one."""
    ids: dict[ResourceId, None] = {}
    unread: list[tuple[ResourceId, NotCollected]] = []
    for pool in cluster.node_pools:
        subnets = [node_subnet_id(network, cluster, pool), pool.pod_subnet_id]
        unread += [(cluster.id, place) for place in subnets if isinstance(place, NotCollected)]
        ids.update((place.parent, None) for place in subnets if isinstance(place, ResourceId) and place.parent)
    if not cluster.node_pools:  # hosted system pools name no subnet
        ids.update((vnet.id, None) for vnet in network.node_group_virtual_networks(cluster))
        if not ids:
            message = "the cluster lists no pools, so its virtual network is not known"
            unread.append(
                (cluster.id, NotCollected(Gap(VIRTUAL_NETWORKS, cluster.id.text, None, "NotCollected", message)))
            )
    looked_up = [(vnet_id, network.virtual_network(vnet_id)) for vnet_id in ids]
    unread += [(vnet_id, answer) for vnet_id, answer in looked_up if isinstance(answer, NotCollected)]
    return ClusterNetworks(
        ids=tuple(ids),
        found=tuple(answer for _, answer in looked_up if isinstance(answer, VirtualNetwork)),
        unread=tuple(dict.fromkeys(unread)),
    )


@remembered
def clusters_by_network(network: Network) -> dict[ResourceId, tuple[ManagedCluster, ...]]:
    """For each virtual network: the clusters, judged or not, that have a subnet in it."""
    users: dict[ResourceId, list[ManagedCluster]] = {}
    for cluster in network.all_clusters:
        for vnet_id in networks_of(network, cluster).ids:
            users.setdefault(vnet_id, []).append(cluster)
    return {vnet_id: tuple(clusters) for vnet_id, clusters in users.items()}


@remembered
def networks_in_use(network: Network) -> tuple[VirtualNetwork, ...]:
    """The virtual networks of the clusters to judge, as far as they were read, sorted by id."""
    found = {vnet.id: vnet for cluster in network.clusters for vnet in networks_of(network, cluster).found}
    return tuple(vnet for _, vnet in sorted(found.items()))


@remembered
def subnets_by_network(network: Network) -> dict[ResourceId, tuple[Subnet, ...]]:
    """The subnets of each virtual network, those that stand on their own in an inventory included."""
    subnets: dict[ResourceId, list[Subnet]] = {}
    for subnet in network.subnets.values():
        subnets.setdefault(subnet.virtual_network_id, []).append(subnet)
    return {vnet_id: tuple(found) for vnet_id, found in subnets.items()}


def made_by_aks(cluster: ManagedCluster, virtual_network_id: ResourceId) -> bool:
    """Whether AKS made the virtual network itself: it then stands in the node resource group."""
    group = (virtual_network_id.subscription, virtual_network_id.resource_group.lower())
    return bool(cluster.node_resource_group) and group == (cluster.id.subscription, cluster.node_resource_group.lower())


def peer_prefixes(network: Network, vnet: VirtualNetwork, peering: Peering) -> tuple[IpNetwork, ...] | NotCollected:
    """The address space behind a peering: as the peering tells it, else as the peered network does.

    Nothing where the peering is disconnected, or leads to a network that does not exist.
    """
    if peering.state.lower() == "disconnected":
        return ()
    if peering.remote_prefixes:
        return peering.remote_prefixes
    if peering.remote_id is None:
        message = f"peering {peering.name} names no remote virtual network"
        return NotCollected(Gap(PEERINGS, vnet.id.text, None, "NotCollected", message))
    match network.virtual_network(peering.remote_id):
        case VirtualNetwork() as remote:
            return remote.prefixes
        case Missing():
            return ()
        case not_collected:
            return not_collected


def model_of_profile(cluster: ManagedCluster) -> NetworkModel:
    """What the cluster's own network profile amounts to, whatever its pools say."""
    return cluster_model(replace(cluster, node_pools=()))


def pod_cidrs_in_use(cluster: ManagedCluster) -> tuple[IpNetwork, ...]:
    """The pod CIDRs that pods really have addresses of.

    Where pods take theirs from a subnet, a pod CIDR that ARM still shows means nothing. A profile without a
    plug-in is an old answer of the time when a pod CIDR meant kubenet.
    """
    plugin, mode = cluster.network_plugin.lower(), cluster.network_plugin_mode.lower()
    in_use = plugin in ("kubenet", "none", "") or mode == "overlay"
    return cluster.pod_cidrs if in_use else ()
