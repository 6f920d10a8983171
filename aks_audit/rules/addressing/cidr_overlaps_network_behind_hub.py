from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import clusters_by_network, networks_in_use, networks_of, subnets_by_network
from ...analysis.overlaps import overlaps_by_owner
from ...analysis.peering_graph import appliance_routes, leads_to, neighbours_of_hub, reached_directly
from ...analysis.ranges import Overlap, Relation
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NotCollected, VirtualNetwork
from .ranges import listed, only_cluster, range_evidence, space_evidence, unread_networks


@rule(
    title="A range of the cluster is in use in a network behind the hub",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
    covers=("MDL-05",),
    disrupts="a new cluster",
)
def cidr_overlaps_network_behind_hub(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pod CIDR, a service CIDR or the virtual network of a cluster that shares addresses with a network which is
    peered with the same hub, where a route leads there through an appliance in the hub. Without such a route the
    two have nothing to do with each other.

    ## Why it matters
    As with a direct peer, but it takes longer to find: pods cannot reach hosts over there that have an address of
    the pod CIDR, since their packets stay among the pods; nodes cannot reach those that a service has taken; and
    where the two networks overlap, the hub's appliance can send the answers to one of them only.

    ## How to fix it
    Neither range can be moved in a running cluster. Where the other network can do without the range, take it out
    of its address space; else build a new cluster with ranges that nobody behind the hub uses.

    ```azurecli
    az network vnet update --resource-group RG --name OTHER --address-prefixes PREFIXES-THAT-STAY
    az network vnet peering sync --resource-group HUB-RG --vnet-name HUB --name HUB-TO-OTHER
    ```

    ```bicep
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      podCidr: '100.64.0.0/16' // clear of the hub and all its spokes
      serviceCidr: '172.20.0.0/16'
      dnsServiceIP: '172.20.0.10'
    }
    ```

    ```terraform
    network_profile {
      network_plugin      = "azure"
      network_plugin_mode = "overlay"
      pod_cidr            = "100.64.0.0/16" # clear of the hub and all its spokes
      service_cidr        = "172.20.0.0/16"
      dns_service_ip      = "172.20.0.10"
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        yield from unread_networks(network, cluster)
        clashes = _clashes(network, cluster.id)
        if clashes:
            yield _of_cluster(network, cluster, clashes)
    for vnet in networks_in_use(network):
        yield from _unread_tables(network, vnet)
        yield from _unread_hubs(network, vnet)
        clashes = _clashes(network, vnet.id)
        if clashes:
            yield _of_network(network, vnet, clashes)


def _clashes(network: Network, owner: ResourceId) -> list[Overlap]:
    return [
        overlap
        for overlap in overlaps_by_owner(network).get(owner, ())
        if overlap.relation is Relation.BEHIND_HUB and overlap.is_relevant
    ]


def _unread_tables(network: Network, vnet: VirtualNetwork) -> Iterator[Unknown]:
    """Tables of a peered network that may lead to a hub's appliance, and were not read."""
    if reached_directly(network, vnet.id):
        subnets = subnets_by_network(network).get(vnet.id, ())
        tables = {subnet.route_table_id: network.route_table_of(subnet) for subnet in subnets}
        for table_id, table in tables.items():
            if table_id and isinstance(table, NotCollected):
                yield unknown(table_id, table)


def _unread_hubs(network: Network, vnet: VirtualNetwork) -> Iterator[Unknown]:
    """Hubs that routes lead to, and whose other peers are not known."""
    for hub in reached_directly(network, vnet.id):
        behind = neighbours_of_hub(network, hub.id)
        if isinstance(behind, NotCollected) and any(
            leads_to(route, hub, (route.prefix,)) for route in appliance_routes(network, vnet.id)
        ):
            yield unknown(hub.id, behind)


def _of_cluster(network: Network, cluster: ManagedCluster, clashes: list[Overlap]) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name}: {listed(map(_words, clashes))}",
        (
            *range_evidence(cluster, "podCidrs", "serviceCidrs"),
            *(e for vnet in networks_of(network, cluster).found for e in _evidence(network, vnet.id, clashes)),
        ),
        cluster_id=cluster.id,
        affected=tuple(dict.fromkeys(clash.b.owner for clash in clashes if clash.b.owner)),
    )


def _of_network(network: Network, vnet: VirtualNetwork, clashes: list[Overlap]) -> Finding:
    clusters = clusters_by_network(network).get(vnet.id, ())
    others = dict.fromkeys(clash.b.owner for clash in clashes if clash.b.owner)
    return Finding(
        vnet.id,
        f"{vnet.id.name}: {listed(map(_words, clashes))}",
        (space_evidence(vnet), *_evidence(network, vnet.id, clashes)),
        cluster_id=only_cluster(clusters),
        affected=(*(cluster.id for cluster in clusters), *others),
    )


def _words(clash: Overlap) -> str:
    hub = clash.via.name if clash.via else ""
    return f"{clash.a.kind} {clash.a.prefix} overlaps {clash.b.prefix} of {clash.b.name} behind {hub}"


def _evidence(network: Network, vnet_id: ResourceId, clashes: list[Overlap]) -> Iterator[Evidence]:
    """The spaces of the other networks, and the routes that lead there."""
    for other in dict.fromkeys(clash.b.owner for clash in clashes):
        theirs = network.virtual_networks.get(other) if other else None
        if theirs:
            yield space_evidence(theirs)
    hubs = {clash.via for clash in clashes}
    towards = tuple(clash.b.prefix for clash in clashes)
    for hub in reached_directly(network, vnet_id):
        for route in appliance_routes(network, vnet_id):
            if hub.id in hubs and leads_to(route, hub, towards):
                path = f"properties.routes[{route.route.name}].nextHopIpAddress"
                yield Evidence(route.table_id, path, str(route.next_hop))
