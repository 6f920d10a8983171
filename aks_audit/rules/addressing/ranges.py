"""What the rules about ranges share: what was not read, and what they show as proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...analysis.addresses import overlapping
from ...analysis.cluster_networks import networks_of, subnets_by_network
from ...findings import Evidence, Unknown, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import SUBNETS, VIRTUAL_NETWORKS
from ...model import ManagedCluster, Network, Subnet, VirtualNetwork
from ...model.arm import IpNetwork

PROFILE = "properties.networkProfile"
MOST_LISTED = 5
"""So many names stand in a message; the evidence has them all."""


def range_evidence(cluster: ManagedCluster, *fields: str) -> tuple[Evidence, ...]:
    """The cluster's ranges: `podCidrs`, `serviceCidrs`, or both."""
    values = {"podCidrs": cluster.pod_cidrs, "serviceCidrs": cluster.service_cidrs}
    return tuple(Evidence(cluster.id, f"{PROFILE}.{field}", tuple(map(str, values[field]))) for field in fields)


def subnet_evidence(subnet: Subnet) -> Evidence:
    return Evidence(subnet.id, "properties.addressPrefixes", tuple(map(str, subnet.prefixes)))


def space_evidence(vnet: VirtualNetwork) -> Evidence:
    return Evidence(vnet.id, "properties.addressSpace.addressPrefixes", tuple(map(str, vnet.prefixes)))


def unread_networks(network: Network, cluster: ManagedCluster) -> Iterator[Unknown]:
    """One Unknown for each virtual network of a cluster that was not read, or not wholly."""
    networks = networks_of(network, cluster)
    yield from (unknown(place, gap) for place, gap in networks.unread)
    for vnet in networks.found:
        if vnet.gap or not vnet.prefixes:
            yield unknown(vnet.id, vnet.gap or _no_prefix(VIRTUAL_NETWORKS, vnet.id))


def unread_subnets(network: Network, cluster: ManagedCluster) -> Iterator[Unknown]:
    """The same, and each subnet there with a value that did not parse."""
    yield from unread_networks(network, cluster)
    for subnet in subnets_around(network, cluster):
        if subnet.gap or not subnet.prefixes:
            yield unknown(subnet.id, subnet.gap or _no_prefix(SUBNETS, subnet.id))


def _no_prefix(resource_type: str, resource_id: ResourceId) -> Gap:
    return Gap(resource_type, resource_id.text, None, "NotCollected", "no address prefix is given")


def subnets_around(network: Network, cluster: ManagedCluster) -> tuple[Subnet, ...]:
    """Every subnet of the cluster's virtual networks, the cluster's own and all others."""
    by_network = subnets_by_network(network)
    return tuple(subnet for vnet_id in networks_of(network, cluster).ids for subnet in by_network.get(vnet_id, ()))


def subnets_in(network: Network, cluster: ManagedCluster, ranges: Iterable[IpNetwork]) -> tuple[Subnet, ...]:
    """The subnets of the cluster's virtual networks that share an address with one of the ranges."""
    ranges = tuple(ranges)
    return tuple(subnet for subnet in subnets_around(network, cluster) if overlapping(ranges, subnet.prefixes))


def networks_in(network: Network, cluster: ManagedCluster, ranges: Iterable[IpNetwork]) -> tuple[VirtualNetwork, ...]:
    """The cluster's virtual networks that share an address with one of the ranges."""
    ranges = tuple(ranges)
    return tuple(vnet for vnet in networks_of(network, cluster).found if overlapping(ranges, vnet.prefixes))


def clashing(some: Iterable[IpNetwork], others: Iterable[IpNetwork]) -> tuple[IpNetwork, ...]:
    """The ranges of the first kind that share an address with one of the second, each once."""
    return tuple(dict.fromkeys(pair[0] for pair in overlapping(some, others)))


def only_cluster(clusters: Iterable[ManagedCluster]) -> ResourceId | None:
    """The cluster that a finding belongs to, where there is but one."""
    ids = tuple({cluster.id for cluster in clusters})
    return ids[0] if len(ids) == 1 else None


def listed(words: Iterable[str]) -> str:
    """Names for a message: the first few, and how many more there are."""
    words = list(words)
    more = len(words) - MOST_LISTED
    return ", ".join(words) if more <= 0 else f"{', '.join(words[:MOST_LISTED])} and {more} more"
