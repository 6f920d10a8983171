from __future__ import annotations

import re
from collections.abc import Iterator

from ...analysis.kubenet_routes import (
    association_gap,
    is_settled,
    kubenet_clusters,
    kubenet_routes,
    subnets_by_route_table,
    table_of,
    unread_tables,
)
from ...analysis.nodes import NodeSubnet, node_subnets
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Missing, Network, Subnet

_MADE_BY_AKS = re.compile(r"aks-agentpool-\d+-routetable", re.IGNORECASE)


@rule(
    title="A node subnet of a kubenet cluster has no route table",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/configure-kubenet",
    covers=("KBN-01", "KBN-15"),
    disrupts="nothing",
)
def kubenet_route_table_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A subnet with nodes of a kubenet cluster that no route table is associated with, or one that refers to a route
    table that does not exist.

    ## Why it matters
    Pods have no address in the virtual network; the routes of the table are their only way from node to node.
    Without the table, packets from these nodes to pods on any other node are dropped, while pods on the same node
    still answer, so it looks like a random failure. Known causes: a second `terraform apply` took away the
    association that AKS had made, since the code did not know it (terraform-provider-azurerm issue 3749); a pool
    was added in a new subnet, which AKS associates with the table only at the next write to the cluster (AKS issue
    1500).

    A private cluster whose network names DNS servers of its own cannot even be created, or made again, while its own
    table is not associated: its nodes never reach the API server.

    ## How to fix it
    Associate the cluster's table with the subnet, or let AKS do it by an update without changes. Then keep it:
    declare the association in the infrastructure code, or let the code ignore it.

    ```azurecli
    az network vnet subnet update --ids SUBNET_ID --route-table TABLE_ID
    # or
    az aks update -g RG -n CLUSTER
    ```

    ```bicep
    resource nodes 'Microsoft.Network/virtualNetworks/subnets@2024-10-01' = {
      parent: vnet
      name: 'nodes'
      properties: {
        addressPrefix: '10.1.0.0/24'
        routeTable: { id: table.id }
      }
    }
    ```

    ```terraform
    resource "azurerm_subnet_route_table_association" "nodes" {
      subnet_id      = azurerm_subnet.nodes.id
      route_table_id = data.azurerm_route_table.made_by_aks.id
    }
    ```
    """
    bare: dict[ResourceId, tuple[Subnet, list[ManagedCluster]]] = {}
    for cluster in kubenet_clusters(network):
        yield from (unknown(resource_id, gap) for resource_id, gap in unread_tables(network, cluster))
        for place in node_subnets(network, cluster):
            if not isinstance(place, NodeSubnet) or not isinstance(place.subnet, Subnet):
                continue  # not read, or there is no such subnet, which is other trouble
            table = table_of(network, place)
            gap = association_gap(network, place.subnet) if table is None else None
            if gap:
                yield unknown(place.id, gap)
            elif table is None or isinstance(table, Missing):
                bare.setdefault(place.id, (place.subnet, []))[1].append(cluster)
    for _, (subnet, clusters) in sorted(bare.items()):
        yield _finding(network, subnet, clusters)


def _finding(network: Network, subnet: Subnet, clusters: list[ManagedCluster]) -> Finding:
    table_id = subnet.route_table_id
    whose = f"{subnet.id.name}, with nodes of {', '.join(cluster.name for cluster in clusters)},"
    trouble = f"refers to route table {table_id.name}, which does not exist" if table_id else "has no route table"
    settled = is_settled(*(cluster.provisioning_state for cluster in clusters))
    return Finding(
        subnet.id,
        f"{whose} {trouble}{_hint(network, clusters[0])}"
        + ("" if settled else "; a write is under way, look again afterwards"),
        (Evidence(subnet.id, "properties.routeTable.id", table_id.text if table_id else None),),
        cluster_id=clusters[0].id if len(clusters) == 1 else None,
        affected=tuple(cluster.id for cluster in clusters),
        severity=None if settled else Severity.INFO,
    )


def _hint(network: Network, cluster: ManagedCluster) -> str:
    """Where the table is that should be here."""
    in_use = kubenet_routes(network, cluster)
    if in_use:
        table, subnets = in_use[0].table.id, in_use[0].subnet_ids
        return f", while {', '.join(subnet.name for subnet in subnets)} has {table.name}"
    group = (cluster.id.subscription, cluster.node_resource_group.lower())
    for table_id in network.route_tables:
        if (table_id.subscription, table_id.resource_group.lower()) != group or not _MADE_BY_AKS.fullmatch(
            table_id.name
        ):
            continue
        if table_id not in subnets_by_route_table(network):
            return (
                f", although AKS made {table_id.name}, which no subnet has: "
                "infrastructure as code may have taken it away"
            )
    return ""
