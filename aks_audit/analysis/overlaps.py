"""Who shares addresses with whom, and whether they may: the overlap matrix of the whole estate.

Listed is every pair of ranges that have to do with each other and share an address, each pair once. Networks that
nothing connects have nothing to do with each other; where several of them, or several clusters, use the very same
range, that is one entry for the range.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, Missing, Network, NotCollected, VirtualNetwork
from ..model.arm import IpNetwork
from ..model.network import remembered
from .addresses import RESERVED_RANGES, overlapping
from .cluster_networks import made_by_aks, networks_in_use, networks_of, peer_prefixes, subnets_by_network
from .peering_graph import Reached, appliance_routes, leads_to, peerings_of, ranges_behind, reached_directly
from .prefix_index import PrefixIndex
from .ranges import Overlap, Range, RangeKind, Relation, ranges_of, space_of


@remembered
def overlap_matrix(network: Network) -> tuple[Overlap, ...]:
    """Every overlap in the estate, sorted; clusters that are not judged count as well."""
    found = [
        *(overlap for cluster in network.all_clusters for overlap in _of_cluster(network, cluster)),
        *(overlap for vnet in network.virtual_networks.values() for overlap in _of_network(network, vnet)),
        *_reused(network),
    ]
    return tuple(sorted(found, key=lambda overlap: (overlap.a.order, overlap.b.order, overlap.relation.value)))


@remembered
def overlaps_by_owner(network: Network) -> dict[ResourceId, tuple[Overlap, ...]]:
    """The entries of the matrix by whose range comes first: the cluster's, else the network's."""
    by_owner: dict[ResourceId, list[Overlap]] = {}
    for overlap in overlap_matrix(network):
        if overlap.a.owner and overlap.relation is not Relation.REUSED:
            by_owner.setdefault(overlap.a.owner, []).append(overlap)
    return {owner: tuple(overlaps) for owner, overlaps in by_owner.items()}


# ------------------------------------------------------------------------------------------------- pairs


def _of_cluster(network: Network, cluster: ManagedCluster) -> Iterator[Overlap]:
    ranges = ranges_of(cluster)
    for one, other in combinations(ranges, 2):
        if one.kind is not other.kind and overlapping([one.prefix], [other.prefix]):
            yield _judged(one, other, Relation.SAME_CLUSTER)
    yield from _against_everybody(network, ranges)
    for vnet in networks_of(network, cluster).found:
        in_vnet, near, made = _inside(network, vnet.id), _near(network, vnet.id), made_by_aks(cluster, vnet.id)
        for one in ranges:
            for _, other in in_vnet.overlapping(one.prefix):
                yield _judged(one, other, Relation.OWN_NETWORK, is_made_by_aks=made, cluster=cluster)
            for _, (other, peering) in near.overlapping(one.prefix):
                yield _judged(one, other, Relation.PEER, peering=peering)
        yield from _behind_hubs(network, vnet, ranges)


def _of_network(network: Network, vnet: VirtualNetwork) -> Iterator[Overlap]:
    ranges = space_of(vnet)
    yield from _against_everybody(network, ranges)
    near = _near(network, vnet.id)
    for one in ranges:
        for _, (other, peering) in near.overlapping(one.prefix):
            theirs = network.virtual_networks.get(other.owner) if other.owner else None
            if theirs is None or vnet.id < theirs.id or not _tells_of(theirs, vnet):  # each pair once
                yield _judged(one, other, Relation.PEER, peering=peering)
    in_use = _ids_in_use(network)
    for overlap in _behind_hubs(network, vnet, ranges):
        # each pair once, at the network that clusters use: who judges looks there
        first = overlap.b.owner and (vnet.id not in in_use, vnet.id) < (overlap.b.owner not in in_use, overlap.b.owner)
        if overlap.b.owner and (first or overlap.b.owner not in network.virtual_networks):
            yield overlap


@remembered
def _ids_in_use(network: Network) -> frozenset[ResourceId]:
    return frozenset(vnet.id for vnet in networks_in_use(network))


def _tells_of(vnet: VirtualNetwork, other: VirtualNetwork) -> bool:
    """Whether a network has a live peering to another, so that the pair is met from there too."""
    return any(p.remote_id == other.id and p.state.lower() != "disconnected" for p in vnet.peerings)


def _against_everybody(network: Network, ranges: Iterable[Range]) -> Iterator[Overlap]:
    for one in ranges:
        if one.kind is not RangeKind.DOCKER_BRIDGE:
            for _, (other, relation) in _everywhere(network).overlapping(one.prefix):
                yield _judged(one, other, relation)


def _behind_hubs(network: Network, vnet: VirtualNetwork, ranges: Iterable[Range]) -> Iterator[Overlap]:
    ranges = [one for one in ranges if one.kind is not RangeKind.DOCKER_BRIDGE]
    direct = {link.far_id for link in peerings_of(network, vnet.id)}
    seen: set[tuple[Range, Range]] = set()
    for hub in reached_directly(network, vnet.id):
        behind = ranges_behind(network, hub.id)
        if isinstance(behind, NotCollected):
            continue
        for one in ranges:
            for prefix, there in behind.overlapping(one.prefix):
                other = Range(kind=RangeKind.VIRTUAL_NETWORK, prefix=prefix, owner=there.id, name=there.id.name)
                if other.owner == vnet.id or other.owner in direct or (one, other) in seen:
                    continue
                seen.add((one, other))
                routed = _is_routed(network, vnet.id, hub, other.prefix)
                if one.kind is RangeKind.VIRTUAL_NETWORK and other.owner and not routed:
                    routed = _is_routed(network, other.owner, hub, one.prefix)
                yield _judged(one, other, Relation.BEHIND_HUB, via=hub, is_routed=routed)


def _is_routed(network: Network, vnet_id: ResourceId, hub: Reached, towards: IpNetwork) -> bool:
    return any(leads_to(route, hub, (towards,)) for route in appliance_routes(network, vnet_id))


def _reused(network: Network) -> Iterator[Overlap]:
    users: dict[tuple[RangeKind, IpNetwork], list[Range]] = {}
    for cluster in network.all_clusters:
        for one in ranges_of(cluster):
            if one.kind is not RangeKind.DOCKER_BRIDGE:
                users.setdefault((one.kind, one.prefix), []).append(one)
    for vnet in network.virtual_networks.values():
        for one in space_of(vnet):
            users.setdefault((one.kind, one.prefix), []).append(one)
    for (kind, _), ranges in users.items():
        if len(ranges) > 1:
            owners = tuple(sorted(one.owner for one in ranges if one.owner))
            yield Overlap(
                a=ranges[0],
                b=ranges[1],
                relation=Relation.REUSED,
                is_relevant=False,
                why=_WHY_REUSED[kind],
                owners=owners,
            )


_WHY_REUSED = {
    RangeKind.POD: "pod CIDRs stay inside their cluster, so many may use the same",
    RangeKind.SERVICE: "services have their addresses inside their cluster only",
    RangeKind.VIRTUAL_NETWORK: "nothing connects them, and nothing can: Azure peers no networks that overlap",
}


# ------------------------------------------------------------------------------------------------- indexes


@remembered
def _everywhere(network: Network) -> PrefixIndex[tuple[Range, Relation]]:
    reserved = [
        Range(kind=RangeKind.RESERVED, prefix=prefix, owner=None, name=str(prefix)) for prefix in RESERVED_RANGES
    ]
    declared = [
        Range(kind=RangeKind.EXTERNAL, prefix=external.prefix, owner=None, name=external.name)
        for external in network.settings.external_prefixes
    ]
    return PrefixIndex(
        [
            *((one.prefix, (one, Relation.RESERVED)) for one in reserved),
            *((one.prefix, (one, Relation.EXTERNAL)) for one in declared),
        ]
    )


@remembered
def _inside(network: Network, vnet_id: ResourceId) -> PrefixIndex[Range]:
    """The address space of a network, and its subnets."""
    vnet = network.virtual_networks[vnet_id]
    subnets = [
        Range(kind=RangeKind.SUBNET, prefix=prefix, owner=subnet.id, name=subnet.id.name)
        for subnet in subnets_by_network(network).get(vnet_id, ())
        for prefix in subnet.prefixes
    ]
    return PrefixIndex((one.prefix, one) for one in (*space_of(vnet), *subnets))


@remembered
def _near(network: Network, vnet_id: ResourceId) -> PrefixIndex[tuple[Range, str]]:
    """What is peered with a network directly, with the name of the peering."""
    vnet = network.virtual_networks[vnet_id]
    entries: list[tuple[IpNetwork, tuple[Range, str]]] = []
    for link in peerings_of(network, vnet_id):
        told = peer_prefixes(network, vnet, link.near.peering)
        if not isinstance(told, NotCollected | Missing):
            entries += [
                (
                    prefix,
                    (
                        Range(kind=RangeKind.VIRTUAL_NETWORK, prefix=prefix, owner=link.far_id, name=link.far_id.name),
                        link.near.peering.name,
                    ),
                )
                for prefix in told
            ]
    return PrefixIndex(entries)


# ------------------------------------------------------------------------------------------------- who may not


def _judged(
    a: Range,
    b: Range,
    relation: Relation,
    *,
    peering: str = "",
    via: Reached | None = None,
    is_routed: bool = True,
    is_made_by_aks: bool = False,
    cluster: ManagedCluster | None = None,
) -> Overlap:
    harmless = ""
    if RangeKind.DOCKER_BRIDGE in (a.kind, b.kind):
        harmless = "nodes that run containerd have no docker bridge"
    elif relation is Relation.BEHIND_HUB and not is_routed:
        harmless = "peering does not pass on, and no route leads there through the hub"
    elif relation is Relation.OWN_NETWORK and b.kind is RangeKind.VIRTUAL_NETWORK:
        if is_made_by_aks:
            harmless = "AKS made the network so, and nobody adds subnets there"
        elif a.kind is RangeKind.POD and cluster and cluster.network_plugin_mode.lower() == "overlay":
            harmless = "an overlay's pod CIDR must keep clear of subnets; it only takes room that one could have"
    return Overlap(
        a=a,
        b=b,
        relation=relation,
        is_relevant=not harmless,
        why=harmless or _WHY_NOT[relation],
        via=via.id if via else None,
        peering=via.link.near.peering.name if via else peering,
    )


_WHY_NOT = {
    Relation.SAME_CLUSTER: "an address would be a pod's or bridge's, and a service's",
    Relation.OWN_NETWORK: "hosts of the network with such an address cannot be reached from pods or nodes",
    Relation.PEER: "hosts of the peer with such an address cannot be reached",
    Relation.BEHIND_HUB: "a route through the hub leads there, and hosts with such an address cannot be reached",
    Relation.RESERVED: "AKS uses the range inside nodes and towards the control plane",
    Relation.EXTERNAL: "whoever is there cannot be reached, and answers to it go astray",
}
"""Source: https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning"""
