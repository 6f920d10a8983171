from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ...analysis.addresses import overlapping, show
from ...analysis.kubenet_routes import (
    clusters_by_route_table,
    kubenet_clusters,
    kubenet_clusters_in,
    pod_range_gap,
    subnets_by_route_table,
)
from ...analysis.nodes import NodeSubnet, node_subnets, users_of_subnets
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Missing, Network, NotCollected
from .answers import pod_cidr_evidence


@rule(
    title="Kubenet clusters share a route table or a subnet",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/configure-kubenet",
    covers=("KBN-10", "MDL-20"),
    disrupts="workloads move to a pool in a new subnet",
)
def kubenet_route_table_shared(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Two or more kubenet clusters with node subnets on one route table, or with nodes in one subnet.

    ## Why it matters
    Each cluster takes the table for its own. Routes inside its pod CIDR that belong to none of its nodes it
    deletes, so with overlapping pod CIDRs (the default is 10.244.0.0/16 for everyone) the clusters delete each
    other's routes in turns, and connections break now and then without any error. With distinct pod CIDRs the
    clusters still write the whole table over each other and share its limit of routes. AKS supports neither; for a
    subnet that two clusters claim, see AKS issue 1639.

    ## How to fix it
    Give each cluster a subnet and a table of its own. Nodes cannot move to another subnet, so add a pool there and
    retire the old one. The table of a cluster is fixed when it is made: where that is the shared thing, build one
    of the clusters anew, or let it leave kubenet, after which it needs no table.

    ```azurecli
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --vnet-subnet-id SUBNET_ID
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    # or leave kubenet
    az aks update -g RG -n CLUSTER --network-plugin azure --network-plugin-mode overlay
    ```

    ```bicep
    resource nodes2 'Microsoft.Network/virtualNetworks/subnets@2024-10-01' = {
      parent: vnet
      name: 'nodes2'
      properties: {
        addressPrefix: '10.1.2.0/24'
        routeTable: { id: tableOfThisClusterAlone.id }
      }
    }
    ```

    ```terraform
    resource "azurerm_route_table" "aks2" {
      name = "rt-aks2"
    }

    resource "azurerm_subnet_route_table_association" "aks2" {
      subnet_id      = azurerm_subnet.aks2_nodes.id
      route_table_id = azurerm_route_table.aks2.id
    }
    ```
    """
    judged = {cluster.id for cluster in kubenet_clusters(network)}
    for cluster in kubenet_clusters(network):
        for place in node_subnets(network, cluster):
            if isinstance(place, NotCollected):
                yield unknown(cluster.id, place)
            elif isinstance(place.subnet, NotCollected):
                yield unknown(place.id, place.subnet)
    tables = {
        table: clusters
        for table, clusters in clusters_by_route_table(network).items()
        if not isinstance(network.route_table(table), Missing)
    }
    on_tables = {subnet for table in tables for subnet in subnets_by_route_table(network)[table]}
    subnets = {
        place.id: kubenet_clusters_in(user.cluster for user in users_of_subnets(network)[place.id])
        for cluster in kubenet_clusters(network)
        for place in node_subnets(network, cluster)
        if isinstance(place, NodeSubnet) and place.id not in on_tables
    }
    for shared, clusters in sorted([*tables.items(), *subnets.items()]):
        if len(clusters) > 1 and not judged.isdisjoint(cluster.id for cluster in clusters):
            yield _finding(network, shared, clusters)


def _finding(network: Network, shared: ResourceId, clusters: tuple[ManagedCluster, ...]) -> Finding:
    is_table = shared in subnets_by_route_table(network)
    names = " and ".join(f"{cluster.name} ({show(cluster.pod_cidrs) or 'not known'})" for cluster in clusters)
    what = "is the route table" if is_table else "is the node subnet"
    subnets = [subnet for cluster in clusters for subnet in _subnets(network, cluster)]
    in_one = sorted({subnet.name for subnet in subnets if subnets.count(subnet) > 1}) if is_table else []
    return Finding(
        shared,
        f"{shared.name} {what} of {len(clusters)} kubenet clusters, {names}, {_overlap(clusters)}"
        + (f"; they share subnet {', '.join(in_one)}" if in_one else ""),
        (
            *(
                Evidence(subnet, "properties.routeTable.id", found.route_table_id.text)
                for subnet in dict.fromkeys(subnets)
                if (found := network.subnets.get(subnet)) and found.route_table_id
            ),
            *map(pod_cidr_evidence, clusters),
        ),
        affected=tuple(cluster.id for cluster in clusters),
    )


def _subnets(network: Network, cluster: ManagedCluster) -> list[ResourceId]:
    return [place.id for place in node_subnets(network, cluster) if isinstance(place, NodeSubnet)]


def _overlap(clusters: tuple[ManagedCluster, ...]) -> str:
    if any(overlapping(one.pod_cidrs, other.pod_cidrs) for one, other in combinations(clusters, 2)):
        return "whose pod CIDRs overlap"
    if any(pod_range_gap(cluster) for cluster in clusters):
        return "whose pod CIDRs are not all known"
    return "whose pod CIDRs do not overlap"
