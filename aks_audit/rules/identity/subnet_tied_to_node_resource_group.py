from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import made_by_aks
from ...analysis.nodes import NodeSubnet, node_subnets, unlisted_pools
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NotCollected, Subnet


@rule(
    title="A subnet of the owner's refers to things in the node resource group",
    severity=Severity.INFO,
    source="https://github.com/microsoft/planetary-computer-hub/pull/25",
    more_sources=(
        "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/inuseroutetablecannotbedeleted-error",
    ),
    disrupts="connections are reset",
)
def subnet_tied_to_node_resource_group(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A node subnet in a virtual network that the owner brought, associated with a route table, a network security group
    or a NAT gateway that AKS made in the node resource group. With kubenet and no table of one's own that is how AKS
    sets it up.

    ## Why it matters
    Whoever changes that subnet, a pipeline that attaches a security group for instance, needs `join` on what the
    subnet refers to as well, and gets `LinkedAuthorizationFailed` without rights in the node resource group. A
    template that leaves the association out takes it away. And the cluster cannot be deleted whole while the subnet
    refers to its table: `InUseRouteTableCannotBeDeleted`.

    ## How to fix it
    Nothing has to be done. Give those who deploy the subnet `Microsoft.Network/routeTables/join/action` (or the like)
    on what it refers to, keep the association in the template, and take it off before the cluster is deleted.

    ```azurecli
    az role assignment create --role "Network Contributor" --scope ROUTE_TABLE_ID --assignee DEPLOYER
    az network vnet subnet update --ids SUBNET_ID --remove routeTable   # only when the cluster is to be deleted
    ```

    ```bicep
    resource nodes 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
      parent: vnet
      name: 'nodes'
      properties: {
        addressPrefix: '10.1.0.0/24'
        routeTable: { id: routeTableMadeByAks }
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
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        for place in node_subnets(network, cluster):
            match place:
                case NodeSubnet(subnet=Subnet() as subnet) if not made_by_aks(cluster, subnet.id):
                    yield from _judge(cluster, subnet)
                case NodeSubnet(subnet=NotCollected() as gap) if not made_by_aks(cluster, place.id):
                    yield unknown(place.id, gap)


def _judge(cluster: ManagedCluster, subnet: Subnet) -> Iterator[Finding]:
    references: tuple[tuple[str, str, ResourceId | None], ...] = (
        ("route table", "routeTable", subnet.route_table_id),
        ("network security group", "networkSecurityGroup", subnet.network_security_group_id),
        ("NAT gateway", "natGateway", subnet.nat_gateway_id),
    )
    found = [(what, name, there) for what, name, there in references if there and made_by_aks(cluster, there)]
    if found:
        things = " and ".join(f"{what} {there.name}" for what, _, there in found)
        yield Finding(
            subnet.id,
            f"{subnet.id.name} refers to {things} in {cluster.node_resource_group}, the node resource group of "
            f"{cluster.name}: who changes the subnet needs join there too",
            tuple(Evidence(subnet.id, f"properties.{name}.id", there.text) for _, name, there in found),
            cluster_id=cluster.id,
            affected=tuple(there for _, _, there in found),
            key=cluster.id.key,
        )
