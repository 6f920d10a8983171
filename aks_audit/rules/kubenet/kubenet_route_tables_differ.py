from __future__ import annotations

from collections.abc import Iterator

from ...analysis.kubenet_routes import association_gap, kubenet_clusters
from ...analysis.nodes import NodeSubnet, node_subnets
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import Missing, Network, NotCollected, Subnet
from .answers import listed


@rule(
    title="The node subnets of a kubenet cluster have different route tables",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/configure-kubenet",
    covers=("KBN-02",),
    disrupts="nothing",
)
def kubenet_route_tables_differ(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A kubenet cluster whose node subnets are associated with different route tables. A subnet without any table is
    told by `kubenet-route-table-missing`.

    ## Why it matters
    A cluster writes the routes of all its nodes into one table. From a subnet with another table no node knows the
    way to the pods on other nodes, and it stays that way: AKS associates its table with a new pool's subnet at the
    next write only where the subnet has none (AKS issue 1500).

    ## How to fix it
    Find the table that has the nodes' routes. Copy the other table's own routes into it, then associate it with
    every node subnet.

    ```azurecli
    az network route-table route list -g RG --route-table-name TABLE -o table
    az network vnet subnet update --ids SUBNET_ID --route-table TABLE_ID
    ```

    ```bicep
    // the same table on every node subnet of the cluster
    resource nodes2 'Microsoft.Network/virtualNetworks/subnets@2024-10-01' = {
      parent: vnet
      name: 'nodes2'
      properties: {
        addressPrefix: '10.1.1.0/24'
        routeTable: { id: table.id }
      }
    }
    ```

    ```terraform
    resource "azurerm_subnet_route_table_association" "nodes" {
      for_each       = { nodes = azurerm_subnet.nodes.id, nodes2 = azurerm_subnet.nodes2.id }
      subnet_id      = each.value
      route_table_id = azurerm_route_table.nodes.id
    }
    ```
    """
    for cluster in kubenet_clusters(network):
        tables: dict[ResourceId, list[Subnet]] = {}
        for place in node_subnets(network, cluster):
            if isinstance(place, NotCollected):
                yield unknown(cluster.id, place)
            elif isinstance(place, NodeSubnet) and isinstance(place.subnet, NotCollected):
                yield unknown(place.id, place.subnet)
            elif isinstance(place.subnet, Subnet) and place.subnet.route_table_id:
                if not isinstance(network.route_table(place.subnet.route_table_id), Missing):
                    tables.setdefault(place.subnet.route_table_id, []).append(place.subnet)
            elif isinstance(place.subnet, Subnet) and (gap := association_gap(network, place.subnet)):
                yield unknown(place.id, gap)
        if len(tables) > 1:
            each = [f"{table.name} on {listed(s.id.name for s in subnets)}" for table, subnets in tables.items()]
            yield Finding(
                cluster.id,
                f"{cluster.name} has its nodes on {len(tables)} route tables: {listed(each)}",
                tuple(
                    Evidence(subnet.id, "properties.routeTable.id", table.text)
                    for table, subnets in tables.items()
                    for subnet in subnets
                ),
                cluster_id=cluster.id,
                affected=tuple(subnet.id for subnets in tables.values() for subnet in subnets),
            )
