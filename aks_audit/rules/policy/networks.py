"""What the policy rules about virtual networks share: which were not read, and who lives in one."""

from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import clusters_by_network, made_by_aks, networks_in_use, networks_of
from ...findings import Evidence, Finding, Unknown, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, VirtualNetwork


def networks_to_judge(network: Network) -> Iterator[VirtualNetwork | Unknown]:
    """The owner's virtual networks with clusters in them, and an Unknown for each that was not read.

    Those that AKS made are left out: their owner may not change them.
    """
    unread = {
        place: gap
        for cluster in network.clusters
        for place, gap in networks_of(network, cluster).unread
        if not (_is_unnamed(cluster, place) or made_by_aks(cluster, place))
    }
    yield from (unknown(place, gap) for place, gap in unread.items())
    for vnet in networks_in_use(network):
        if vnet.gap:
            yield unknown(vnet.id, vnet.gap)
        elif not any(made_by_aks(cluster, vnet.id) for cluster in clusters_by_network(network)[vnet.id]):
            yield vnet


def _is_unnamed(cluster: ManagedCluster, place: ResourceId) -> bool:
    """Whether what was not read is the network that AKS made for pools which name no subnet."""
    return place == cluster.id and bool(cluster.node_pools)


def finding_at(network: Network, vnet: VirtualNetwork, message: str, evidence: Evidence) -> Finding:
    """A finding on the virtual network, which affects the clusters in it."""
    clusters = clusters_by_network(network)[vnet.id]
    return Finding(
        vnet.id,
        f"{message}; in it: {', '.join(cluster.name for cluster in clusters)}",
        (evidence,),
        cluster_id=clusters[0].id if len(clusters) == 1 else None,
        affected=tuple(cluster.id for cluster in clusters),
    )
