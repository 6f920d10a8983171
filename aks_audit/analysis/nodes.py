"""The nodes of a cluster, from the NICs that ARM shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..findings import Unknown, unknown
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import AGENT_POOLS, SUBNETS, VIRTUAL_NETWORKS
from ..model import IpConfiguration, ManagedCluster, Missing, Network, NetworkInterface, NodePool, NotCollected, Subnet
from ..model.network import remembered

_VM_NAME = re.compile(r"(aks|k8s)-(?P<pool>[a-z0-9]+)-\d+-", re.IGNORECASE)
"""How AKS names the machines and NICs of availability sets and of VirtualMachines pools."""
_PROVISIONED = re.compile(r"aks-(?P<pool>.+)-[a-z0-9]{5}", re.IGNORECASE)
"""How node auto-provisioning names them: the NodePool of Kubernetes, and five characters of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node as its NIC shows it."""

    name: str
    """The Kubernetes name, as far as ARM tells."""
    node_pool: str
    address: str
    """The node's own address; "" where the NIC shows none."""
    nic: NetworkInterface

    @property
    def pod_configurations(self) -> tuple[IpConfiguration, ...]:
        """The NIC's ipConfigurations besides the node's own address: its pool of pod addresses."""
        return tuple(c for c in self.nic.ip_configurations if c.address and c.address != self.address)

    @property
    def subnet_id(self) -> ResourceId | None:
        own = (c.subnet_id for c in self.nic.ip_configurations if c.address == self.address)
        return next(own, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """The nodes that are known, and the Gap that may hide more."""

    known: tuple[Node, ...]
    gap: Gap | None


@remembered
def nodes_of(network: Network, cluster: ManagedCluster) -> Nodes:
    """The nodes of a cluster, sorted by pool and name.

    A node is a NIC of a scale set in the node resource group, or a virtual machine's NIC there. With node
    auto-provisioning, machines there that belong to no pool are nodes too, named after their NodePool in Kubernetes.
    """
    known: list[Node] = []
    gap: Gap | None = None
    vm_pools = {pool.name.lower() for pool in cluster.node_pools if not pool.is_scale_set}
    if len(vm_pools) < len(cluster.node_pools) or not cluster.node_pools:
        known, gap = _scale_set_nodes(network, cluster)
    if vm_pools or cluster.node_auto_provisioning:
        match network.vm_nics_of(cluster):
            case NotCollected(vm_gap):
                gap = gap or vm_gap
            case nics:
                primary = [nic for nic in nics if _is_primary(nic)]
                nodes = [node for nic in primary if (node := _vm_node(nic)).node_pool.lower() in vm_pools]
                known += nodes
                if cluster.node_auto_provisioning:
                    of_pools = {node.nic.id for node in nodes}
                    known += [_provisioned_node(nic) for nic in primary if nic.id not in of_pools]
    gap = gap or next((node.nic.gap for node in known if node.nic.gap), None) or _unseen(cluster, known)
    return Nodes(known=tuple(sorted(known, key=lambda node: (node.node_pool, node.name))), gap=gap)


def _unseen(cluster: ManagedCluster, known: list[Node]) -> Gap | None:
    """A pool that should have nodes and of which not one was seen: then nobody looked where they are."""
    seen = {node.node_pool.lower() for node in known}
    for pool in cluster.node_pools:
        if pool.count and not cluster.is_stopped and pool.name.lower() not in seen:
            message = f"pool {pool.name} should have {pool.count} nodes, and no NIC of one was seen"
            return Gap(AGENT_POOLS, f"{cluster.id}/agentPools/{pool.name}", None, "NotCollected", message)
    return None


@remembered
def node_subnet_id(network: Network, cluster: ManagedCluster, pool: NodePool) -> ResourceId | NotCollected:
    """The subnet of a pool's nodes: the one it names, or the one that AKS made in the node resource group."""
    if pool.subnet_id:
        return pool.subnet_id
    for vnet in network.node_group_virtual_networks(cluster):
        for subnet in vnet.subnets:
            if subnet.id.name.lower() == "aks-subnet":
                return subnet.id
    place = f"/subscriptions/{cluster.id.subscription}/resourceGroups/{cluster.node_resource_group}"
    match network.completeness.absent(VIRTUAL_NETWORKS, ResourceId.of(f"{place}/providers/{VIRTUAL_NETWORKS}/any")):
        case NotCollected(gap) as refused if gap.code != "NotCollected":
            return refused
        case _:
            return NotCollected(Gap(SUBNETS, place, None, "NotCollected", "the subnet that AKS made was not read"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSubnet:
    """A subnet in which a cluster has nodes."""

    id: ResourceId
    subnet: Subnet | Missing | NotCollected
    pools: tuple[NodePool, ...]


def pools_gap(cluster: ManagedCluster) -> Gap | None:
    """Why nothing can be said of a cluster's pools: ARM lists none of them. Every cluster has some."""
    if cluster.node_pools:
        return None
    message = "the cluster's node pools were not read"
    return cluster.gap or Gap(AGENT_POOLS, cluster.id.text, None, "NotCollected", message)


def unlisted_pools(network: Network) -> Iterator[Unknown]:
    """One Unknown for each cluster to judge whose pools were not read: for rules that look at pools."""
    for cluster in network.clusters:
        gap = pools_gap(cluster)
        if gap:
            yield unknown(cluster.id, gap)


@remembered
def node_subnets(network: Network, cluster: ManagedCluster) -> tuple[NodeSubnet | NotCollected, ...]:
    """The subnets of a cluster's nodes, each once, in the order of its pools."""
    pools: dict[ResourceId, list[NodePool]] = {}
    unread: list[NodeSubnet | NotCollected] = []
    for pool in cluster.node_pools:
        match node_subnet_id(network, cluster, pool):
            case NotCollected() as not_collected:
                unread.append(not_collected)
            case subnet_id:
                pools.setdefault(subnet_id, []).append(pool)
    gap = pools_gap(cluster)
    if gap:
        unread.append(NotCollected(gap))
    found = [NodeSubnet(id=i, subnet=network.subnet(i), pools=tuple(own)) for i, own in pools.items()]
    return (*found, *unread[:1])


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetUser:
    """A pool that has its nodes, or its pods, in a subnet."""

    cluster: ManagedCluster
    pool: NodePool


@remembered
def users_of_subnets(network: Network) -> dict[ResourceId, tuple[SubnetUser, ...]]:
    """For each subnet: the pools, of all clusters, judged or not, that have their nodes in it."""
    users: dict[ResourceId, list[SubnetUser]] = {}
    for cluster in network.all_clusters:
        for place in node_subnets(network, cluster):
            if isinstance(place, NodeSubnet):
                users.setdefault(place.id, []).extend(SubnetUser(cluster=cluster, pool=p) for p in place.pools)
    return {subnet: tuple(found) for subnet, found in users.items()}


@remembered
def pod_subnet_users(network: Network) -> dict[ResourceId, tuple[tuple[ManagedCluster, NodePool], ...]]:
    """For each pod subnet: the pools, of all clusters, judged or not, whose pods are in it."""
    users: dict[ResourceId, list[tuple[ManagedCluster, NodePool]]] = {}
    for cluster in network.all_clusters:
        for pool in cluster.node_pools:
            if pool.pod_subnet_id:
                users.setdefault(pool.pod_subnet_id, []).append((cluster, pool))
    return {subnet_id: tuple(found) for subnet_id, found in users.items()}


def _scale_set_nodes(network: Network, cluster: ManagedCluster) -> tuple[list[Node], Gap | None]:
    scale_sets = network.scale_sets_of(cluster)
    if isinstance(scale_sets, NotCollected):
        return [], scale_sets.gap
    known: list[Node] = []
    gap: Gap | None = None
    for scale_set in scale_sets:
        match network.nics_of(scale_set):
            case NotCollected(nic_gap):
                gap = gap or nic_gap
            case nics:
                known += [
                    Node(
                        name=scale_set.node_name(nic.instance_id),
                        node_pool=scale_set.node_pool,
                        address=nic.primary_address,
                        nic=nic,
                    )
                    for nic in nics
                    if _is_primary(nic)
                ]
    return known, gap


def _is_primary(nic: NetworkInterface) -> bool:
    """A node's first NIC; extra ones carry no node."""
    return nic.primary is not False


def _vm_node(nic: NetworkInterface) -> Node:
    vm = nic.virtual_machine_id
    match = _VM_NAME.match(nic.id.name) or _VM_NAME.match(vm.name if vm else "")
    return Node(
        name=(vm.name if vm else nic.id.name).lower(),
        node_pool=match["pool"] if match else "",
        address=nic.primary_address,
        nic=nic,
    )


def _provisioned_node(nic: NetworkInterface) -> Node:
    vm = nic.virtual_machine_id
    match = _PROVISIONED.fullmatch(vm.name if vm else nic.id.name)
    return replace(_vm_node(nic), node_pool=match["pool"] if match else "")
