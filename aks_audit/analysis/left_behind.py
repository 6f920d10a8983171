"""NICs of nodes that are gone, which hold on to their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..inventory import types
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, Network, NetworkInterface, NotCollected
from ..model.network import remembered
from .subnet_consumers import addresses_held

NODE_NIC_PREFIX = "aks-"
"""How AKS begins the names of the NICs of its virtual machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """A NIC in a cluster's node resource group without a node."""

    subnet_id: ResourceId
    cluster: ManagedCluster
    nic_id: ResourceId
    addresses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehindNics:
    """The NICs without a node, sorted by subnet and id, and the places where that can't be told."""

    found: tuple[LeftBehind, ...]
    unread: tuple[tuple[ResourceId, Gap], ...]


@remembered
def left_behind(network: Network) -> LeftBehindNics:
    """The NICs of the clusters to judge whose scale-set instance, scale set or virtual machine is gone.

    A scale-set NIC is gone where a subnet still lists it and the complete listing of the scale set's NICs does not.
    """
    groups = {
        (cluster.id.subscription, cluster.node_resource_group.lower()): cluster
        for cluster in network.clusters
        if cluster.node_resource_group
    }
    found: list[LeftBehind] = []
    unread: dict[tuple[ResourceId, Gap], None] = {}
    for subnet in network.subnets.values():
        for attachment in subnet.attachments:
            cluster = groups.get(_group(attachment.resource_id))
            match _is_gone(network, attachment.resource_id) if cluster else False:
                case True if cluster:
                    found.append(
                        LeftBehind(
                            subnet_id=subnet.id,
                            cluster=cluster,
                            nic_id=attachment.resource_id,
                            addresses=attachment.addresses,
                        )
                    )
                case NotCollected(gap):
                    unread[
                        attachment.resource_id.ancestor("virtualMachineScaleSets") or attachment.resource_id, gap
                    ] = None
    for nic in network.network_interfaces.values():
        cluster = groups.get(_group(nic.id))
        if cluster and _has_no_machine(nic):
            found += _held_by(nic, cluster)
    ordered = sorted(found, key=lambda item: (item.subnet_id, item.cluster.id, item.nic_id))
    return LeftBehindNics(found=tuple(ordered), unread=tuple(unread))


def _group(resource_id: ResourceId) -> tuple[str, str]:
    return resource_id.subscription, resource_id.resource_group.lower()


def _is_gone(network: Network, nic_id: ResourceId) -> bool | NotCollected:
    """Whether a NIC that a subnet lists is one of a scale set's instance that is no more."""
    scale_set_id = nic_id.ancestor("virtualMachineScaleSets")
    if scale_set_id is None:
        return _unread_machine_nic(network, nic_id)
    scale_set = network.scale_sets.get(scale_set_id)
    if scale_set is None:
        exists = network.completeness.absent(types.SCALE_SETS, scale_set_id)
        return exists if isinstance(exists, NotCollected) else True
    if nic_id in _scale_set_nic_ids(network):
        return False
    listing = network.completeness.absent(types.SCALE_SET_NICS, scale_set_id)
    if isinstance(listing, NotCollected):
        return listing
    if not network.scale_set_nics.get(scale_set_id) and scale_set.capacity != 0:
        # so a listing without a header may look, in which another scale set's NICs alone were written down
        message = "no NIC of this scale set was listed, although it has instances"
        return NotCollected(Gap(types.SCALE_SET_NICS, scale_set_id.text, None, "NotCollected", message))
    return True


@remembered
def _scale_set_nic_ids(network: Network) -> frozenset[ResourceId]:
    return frozenset(nic.id for nics in network.scale_set_nics.values() for nic in nics)


def _unread_machine_nic(network: Network, nic_id: ResourceId) -> bool | NotCollected:
    """A virtual machine's NIC tells itself whether it has a machine; here only whether it was read."""
    if nic_id in network.network_interfaces or not nic_id.name.lower().startswith(NODE_NIC_PREFIX):
        return False
    answer = network.completeness.absent(types.NETWORK_INTERFACES, nic_id)
    return answer if isinstance(answer, NotCollected) else False


def _has_no_machine(nic: NetworkInterface) -> bool:
    belongs = nic.virtual_machine_id or nic.private_endpoint_id or nic.private_link_service_id
    return not belongs and nic.scale_set_id is None and nic.id.name.lower().startswith(NODE_NIC_PREFIX)


def _held_by(nic: NetworkInterface, cluster: ManagedCluster) -> Iterator[LeftBehind]:
    held: dict[ResourceId, int] = {}
    for configuration in nic.ip_configurations:
        if configuration.subnet_id and configuration.address and not configuration.is_ipv6:
            held[configuration.subnet_id] = held.get(configuration.subnet_id, 0) + addresses_held(configuration)
    for subnet_id, addresses in held.items():
        yield LeftBehind(subnet_id=subnet_id, cluster=cluster, nic_id=nic.id, addresses=addresses)
