"""Who holds addresses in a subnet, counted from what ARM shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..findings import Evidence
from ..inventory import types
from ..inventory.resource_id import ResourceId
from ..model import IpConfiguration, ManagedCluster, Network, NetworkInterface, ScaleSet, Subnet
from ..model.network import remembered
from .nodes import nodes_of, pod_subnet_users

NODE_POOL = "nodePool"

_KINDS = {
    types.LOAD_BALANCERS.lower(): "loadBalancer",
    types.APPLICATION_GATEWAYS.lower(): "applicationGateway",
    types.AZURE_FIREWALLS.lower(): "azureFirewall",
    types.BASTION_HOSTS.lower(): "bastionHost",
    types.NETWORK_INTERFACES.lower(): "networkInterface",
    types.SCALE_SETS.lower(): "virtualMachineScaleSet",
    "microsoft.network/virtualnetworkgateways": "virtualNetworkGateway",
    "microsoft.network/privatelinkservices": "privateLinkService",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """Something that holds addresses of a subnet."""

    kind: str
    """`nodePool`, or what kind of resource it is: `privateEndpoint`, `loadBalancer`, `networkInterface` ..."""
    resource_id: ResourceId
    addresses: int | None
    """None where it holds some, and ARM does not show how many."""
    cluster_id: ResourceId | None = None
    node_pool: str | None = None
    holder_id: ResourceId | None = None
    """What the subnet lists for it: the NIC of a virtual machine, say; None where that is itself, or many."""

    @property
    def is_stranger(self) -> bool:
        """It belongs to no pool of a known cluster."""
        return self.kind != NODE_POOL


def evidence_of(subnet: Subnet, consumers: Iterable[Consumer]) -> tuple[Evidence, ...]:
    """Where the subnet names what holds its addresses: each kind has a list of its own."""
    shown: dict[str, list[str]] = {}
    for consumer in consumers:
        name, held_by = "ipConfigurations", consumer.holder_id or consumer.resource_id
        if consumer.resource_id in subnet.private_endpoint_ids:
            name, held_by = "privateEndpoints", consumer.resource_id
        elif consumer.resource_id in subnet.application_gateway_ids:
            name, held_by = "applicationGatewayIPConfigurations", consumer.resource_id
        shown.setdefault(f"properties.{name}[].id", []).append(held_by.text)
    return tuple(Evidence(subnet.id, path, tuple(ids)) for path, ids in shown.items())


@remembered
def consumers_of(network: Network, subnet_id: ResourceId) -> tuple[Consumer, ...]:
    """Who holds addresses in a subnet: by pool, and one by one for all others; sorted.

    Two sources are joined: the subnet's own `ipConfigurations`, and the NICs that name the subnet. Either may
    know more than the other. Pods in a delegated subnet appear in neither: their pools are named without a number.
    Only IPv4 addresses count; the subnet's
    list does not tell families apart, so what the NIC shows as IPv6 is taken off.
    """
    subnet = network.subnets.get(subnet_id)
    ipv4, ipv6 = _addresses_by_nic(network)
    holders = Counter(ipv4.get(subnet_id, {}))
    no_ipv4 = ipv6.get(subnet_id, Counter())
    for attachment in subnet.attachments if subnet else ():
        listed = attachment.addresses - no_ipv4[attachment.resource_id]
        holders[attachment.resource_id] = max(holders[attachment.resource_id], listed)
    pools: Counter[tuple[ResourceId, ResourceId, str]] = Counter()
    found: list[Consumer] = []
    for holder, addresses in holders.items():
        owner = _pool_owner(network, holder)
        if owner:
            cluster, pool_resource, pool = owner
            pools[cluster.id, pool_resource, pool] += addresses
        else:
            kind, resource_id = _stranger(network, holder)
            found.append(Consumer(kind=kind, resource_id=resource_id, addresses=addresses, holder_id=holder))
    for (cluster_id, resource_id, pool), addresses in pools.items():
        found.append(
            Consumer(
                kind=NODE_POOL, resource_id=resource_id, addresses=addresses, cluster_id=cluster_id, node_pool=pool
            )
        )
    found += _application_gateways(subnet, found)
    seen = {(consumer.cluster_id, consumer.node_pool) for consumer in found}
    found += [
        Consumer(
            kind=NODE_POOL,
            resource_id=cluster.id.child("agentPools", pool.name),
            addresses=None,
            cluster_id=cluster.id,
            node_pool=pool.name,
        )
        for cluster, pool in pod_subnet_users(network).get(subnet_id, ())
        if (cluster.id, pool.name) not in seen
    ]
    return tuple(sorted(found, key=lambda c: (c.kind != NODE_POOL, c.kind, c.resource_id, c.node_pool or "")))


def _application_gateways(subnet: Subnet | None, found: list[Consumer]) -> list[Consumer]:
    """Gateways placed in the subnet: their instances hold addresses that ARM does not show."""
    listed = {consumer.resource_id for consumer in found}
    gateways = dict.fromkeys(subnet.application_gateway_ids if subnet else ())
    return [
        Consumer(kind="applicationGateway", resource_id=gateway, addresses=None)
        for gateway in gateways
        if gateway not in listed
    ]


def holder_of(network: Network, holder: ResourceId) -> Consumer:
    """Whose a NIC, load balancer or gateway is: a pool's, or a stranger. How many addresses it holds is not asked."""
    owner = _pool_owner(network, holder)
    if owner is None:
        kind, resource_id = _stranger(network, holder)
        return Consumer(kind=kind, resource_id=resource_id, addresses=None)
    cluster, resource_id, pool = owner
    return Consumer(kind=NODE_POOL, resource_id=resource_id, addresses=None, cluster_id=cluster.id, node_pool=pool)


def addresses_held(configuration: IpConfiguration) -> int:
    """One, or sixteen for a /28 block."""
    if configuration.prefix_length is None:
        return 1
    width = 128 if configuration.is_ipv6 else 32
    return 1 << max(0, min(16, width - configuration.prefix_length))


_Held = dict[ResourceId, Counter[ResourceId]]


@remembered
def _addresses_by_nic(network: Network) -> tuple[_Held, _Held]:
    """Subnet, then NIC: the IPv4 addresses that its ipConfigurations hold, and how many IPv6 ones there are."""
    ipv4: _Held = {}
    ipv6: _Held = {}
    nics = [nic for nics in network.scale_set_nics.values() for nic in nics]
    for nic in (*nics, *network.network_interfaces.values()):
        for configuration in nic.ip_configurations:
            if configuration.subnet_id and configuration.address:
                is_ipv6 = configuration.is_ipv6
                counter = (ipv6 if is_ipv6 else ipv4).setdefault(configuration.subnet_id, Counter())
                counter[nic.id] += 1 if is_ipv6 else addresses_held(configuration)
    return ipv4, ipv6


@remembered
def _scale_set_owners(network: Network) -> dict[ResourceId, tuple[ManagedCluster, ScaleSet]]:
    owners: dict[ResourceId, tuple[ManagedCluster, ScaleSet]] = {}
    for cluster in network.all_clusters:
        scale_sets = network.scale_sets_of(cluster)
        if isinstance(scale_sets, tuple):
            owners.update((scale_set.id, (cluster, scale_set)) for scale_set in scale_sets)
    return owners


@remembered
def _vm_node_owners(network: Network) -> dict[ResourceId, tuple[ManagedCluster, str]]:
    return {
        node.nic.id: (cluster, node.node_pool)
        for cluster in network.all_clusters
        if any(not pool.is_scale_set for pool in cluster.node_pools)
        for node in nodes_of(network, cluster).known
        if node.nic.scale_set_id is None
    }


@remembered
def _clusters_by_node_group(network: Network) -> dict[tuple[str, str], ManagedCluster]:
    return {(cluster.id.subscription, cluster.node_resource_group.lower()): cluster for cluster in network.all_clusters}


def _pool_owner(network: Network, holder: ResourceId) -> tuple[ManagedCluster, ResourceId, str] | None:
    """The cluster, scale set (or NIC) and pool behind something that holds addresses."""
    scale_set_id = holder.ancestor("virtualMachineScaleSets")
    if scale_set_id:
        owner = _scale_set_owners(network).get(scale_set_id)
        if owner:
            cluster, scale_set = owner
            return cluster, scale_set.id, scale_set.node_pool
        # the scale set was not read, but it stands in a cluster's node resource group
        group = (scale_set_id.subscription, scale_set_id.resource_group.lower())
        found = _clusters_by_node_group(network).get(group)
        if found and not isinstance(network.scale_sets_of(found), tuple):
            return found, scale_set_id, _pool_by_name(found, scale_set_id)
        return None
    vm_owner = _vm_node_owners(network).get(holder)
    return (vm_owner[0], holder, vm_owner[1]) if vm_owner else None


def _pool_by_name(cluster: ManagedCluster, scale_set_id: ResourceId) -> str:
    parts = scale_set_id.name.lower().split("-")
    names = {pool.name.lower(): pool.name for pool in cluster.node_pools}
    return next((names[part] for part in parts if part in names), "")


@remembered
def _spellings(network: Network) -> dict[ResourceId, ResourceId]:
    """How resources spell themselves; a subnet lists them in capitals."""
    return {resource_id: resource_id for resource_id in network.resource_types}


def _stranger(network: Network, holder: ResourceId) -> tuple[str, ResourceId]:
    """What kind of thing it is, and the resource that people know it by."""
    nic: NetworkInterface | None = network.network_interfaces.get(holder)
    if nic and nic.private_endpoint_id:
        return "privateEndpoint", nic.private_endpoint_id
    if nic and nic.private_link_service_id:
        return "privateLinkService", nic.private_link_service_id
    if nic and nic.virtual_machine_id:
        return "virtualMachine", nic.virtual_machine_id
    outermost = holder.ancestor("virtualMachineScaleSets") or holder
    kind = _KINDS.get(outermost.type.lower(), outermost.type.rpartition("/")[2] or "unknown")
    return kind, _spellings(network).get(holder, holder)
