"""The ranges that clusters and networks use, and what it is for two of them to overlap."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, VirtualNetwork
from ..model.arm import IpNetwork
from .cluster_networks import pod_cidrs_in_use


class RangeKind(StrEnum):
    """What a range is of."""

    VIRTUAL_NETWORK = "address space"
    SUBNET = "subnet"
    POD = "pod CIDR"
    SERVICE = "service CIDR"
    DOCKER_BRIDGE = "docker bridge"
    RESERVED = "reserved by AKS"
    EXTERNAL = "in use outside Azure"


class Relation(StrEnum):
    """What two ranges have to do with each other."""

    SAME_CLUSTER = "same cluster"
    OWN_NETWORK = "the cluster's own virtual network"
    PEER = "a peered network"
    BEHIND_HUB = "a network behind a peered hub"
    RESERVED = "a range that AKS keeps for itself"
    EXTERNAL = "a declared range outside Azure"
    REUSED = "the same range used several times"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """One range in use."""

    kind: RangeKind
    prefix: IpNetwork
    owner: ResourceId | None
    """The cluster, virtual network or subnet; None for reserved and declared ranges."""
    name: str

    @property
    def order(self) -> tuple[str, str, int, int, int]:
        return (
            self.owner.key if self.owner else self.name.lower(),
            self.kind.value,
            self.prefix.version,
            int(self.prefix.network_address),
            self.prefix.prefixlen,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Two ranges that share addresses."""

    a: Range
    b: Range
    relation: Relation
    is_relevant: bool
    """False: it does no harm; `why` says why not."""
    why: str
    via: ResourceId | None = None
    """The hub, where the other network stands behind one."""
    peering: str = ""
    """The name of the peering at a's network that leads there."""
    owners: tuple[ResourceId, ...] = ()
    """All who use the range, where it is reused."""

    @property
    def shared(self) -> IpNetwork:
        """The addresses that both have: of two that overlap, one lies within the other."""
        return max(self.a.prefix, self.b.prefix, key=lambda prefix: prefix.prefixlen)


def ranges_of(cluster: ManagedCluster) -> tuple[Range, ...]:
    """The ranges that a cluster brings itself; a pod CIDR only where pods have addresses of it."""
    bridge = (cluster.docker_bridge_cidr,) if cluster.docker_bridge_cidr else ()
    return tuple(
        Range(kind=kind, prefix=prefix, owner=cluster.id, name=cluster.name)
        for kind, prefixes in (
            (RangeKind.POD, pod_cidrs_in_use(cluster)),
            (RangeKind.SERVICE, cluster.service_cidrs),
            (RangeKind.DOCKER_BRIDGE, bridge),
        )
        for prefix in prefixes
    )


def space_of(vnet: VirtualNetwork) -> tuple[Range, ...]:
    return tuple(
        Range(kind=RangeKind.VIRTUAL_NETWORK, prefix=prefix, owner=vnet.id, name=vnet.id.name)
        for prefix in vnet.prefixes
    )
