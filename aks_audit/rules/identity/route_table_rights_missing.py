from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.kubenet_routes import kubenet_clusters
from ...findings import Evidence, Finding, Severity, Unknown, rule
from ...inventory.resource_id import ResourceId
from ...model import Network
from .lacking import Need, Unmet, had, identity_of, in_figures, principal_evidence, rights_evidence, unmet
from .own_tables import own_tables

ACTIONS: Final = ("Microsoft.Network/routeTables/read", "Microsoft.Network/routeTables/write")


@rule(
    title="A kubenet cluster may not write its own route table",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/configure-kubenet",
    more_sources=("https://github.com/Azure/AKS-Construction/issues/501",),
    disrupts="nothing",
)
def route_table_rights_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A kubenet cluster whose node subnets use a route table that the owner brought, and whose identity is not allowed
    `routeTables/read` and `routeTables/write` on it. A role on the virtual network is not enough: the table is a
    resource of its own, often in another group. Tables that AKS made in the node resource group need nothing.

    ## Why it matters
    Each new node needs a route in that table. Without the right none is written: the node stays
    `NetworkUnavailable` and its pods reach no other node. Creating a cluster, and most later writes to it, are
    refused with `CustomRouteTableMissingPermission`.

    ## How to fix it
    Give the identity Network Contributor on the route table, or a custom role with the two actions.

    ```azurecli
    az role assignment create --role "Network Contributor" --scope ROUTE_TABLE_ID \\
      --assignee-object-id PRINCIPAL_ID --assignee-principal-type ServicePrincipal
    ```

    ```bicep
    resource writesRoutes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
      name: guid(routeTable.id, identity.id, 'network-contributor')
      scope: routeTable
      properties: {
        roleDefinitionId: subscriptionResourceId(
          'Microsoft.Authorization/roleDefinitions', '4d97b98b-1d4f-4787-a291-c67834d212e7')
        principalId: identity.properties.principalId
        principalType: 'ServicePrincipal'
      }
    }
    ```

    ```terraform
    resource "azurerm_role_assignment" "writes_routes" {
      scope                = azurerm_route_table.this.id
      role_definition_name = "Network Contributor"
      principal_id         = azurerm_user_assigned_identity.aks.principal_id
    }
    ```
    """
    for cluster in kubenet_clusters(network):
        tables = own_tables(network, cluster)
        yield from tables.unread
        needs = [Need(place=table, what="route table", actions=ACTIONS) for table in tables.subnets]
        for answer in unmet(network, cluster, needs):
            if isinstance(answer, Unmet):
                yield _finding(network, answer, tables.subnets[answer.need.place])
            else:
                yield answer


def _finding(network: Network, found: Unmet, subnets: list[ResourceId]) -> Finding:
    table, cluster, actions = found.need.place, found.cluster, found.lacking.actions
    return Finding(
        table,
        f"{cluster.name}: identity {identity_of(cluster)} lacks {' and '.join(actions)} on route table {table.name} "
        f"of {', '.join(subnet.name for subnet in subnets)}; {had(network, found)}",
        (
            principal_evidence(cluster),
            *rights_evidence(found),
            *(Evidence(subnet, "properties.routeTable.id", table.text) for subnet in subnets),
        ),
        cluster_id=cluster.id,
        affected=tuple(subnets),
        arithmetic=in_figures(found, "CustomRouteTableMissingPermission"),
        latent=True,
        key=cluster.id.key,
    )
