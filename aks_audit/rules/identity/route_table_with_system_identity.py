from __future__ import annotations

from collections.abc import Iterator

from ...analysis.kubenet_routes import kubenet_clusters
from ...findings import Evidence, Finding, Severity, Unknown, rule
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network
from .own_tables import own_tables


@rule(
    title="A route table of the owner's with a system-assigned identity",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/configure-kubenet",
    more_sources=("https://github.com/Azure/AKS/issues/2333", "https://learn.microsoft.com/azure/aks/update-azure-cni"),
    covers=("KBN-13",),
    disrupts="workloads that use the old identity lose it",
)
def route_table_with_system_identity(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A kubenet cluster whose node subnets use a route table that the owner brought, and whose identity is
    system-assigned.

    ## Why it matters
    A system-assigned identity does not exist before its cluster, so nobody can give it the table beforehand: Azure
    refuses to create such a cluster again, from a template or in a recovery, with
    `CustomRouteTableWithUnsupportedMSIType` (only the Azure CLI works around it by giving the role itself). The way to
    Azure CNI overlay, which every kubenet cluster has to go, wants a user-assigned identity with such a table.

    ## How to fix it
    Make a user-assigned identity, give it Network Contributor on the virtual network and the route table, and put it
    in the place of the old one. The control plane is reconciled; what used the old identity has to be given the new.

    ```azurecli
    az role assignment create --role "Network Contributor" --scope ROUTE_TABLE_ID \\
      --assignee-object-id PRINCIPAL_ID --assignee-principal-type ServicePrincipal
    az aks update --resource-group RG --name CLUSTER --enable-managed-identity --assign-identity IDENTITY_ID
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      identity: {
        type: 'UserAssigned'
        userAssignedIdentities: { '${identity.id}': {} }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "this" {
      identity {
        type         = "UserAssigned"
        identity_ids = [azurerm_user_assigned_identity.aks.id]
      }
    }
    ```
    """
    for cluster in kubenet_clusters(network):
        if cluster.identity_type.lower() != "systemassigned":
            continue
        tables = own_tables(network, cluster)
        yield from tables.unread
        if tables.subnets:
            yield _finding(cluster, tables.subnets)


def _finding(cluster: ManagedCluster, tables: dict[ResourceId, list[ResourceId]]) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name}: identity type {cluster.identity_type} with the owner's route table "
        f"{', '.join(table.name for table in tables)}",
        (
            Evidence(cluster.id, "identity.type", cluster.identity_type),
            *(
                Evidence(subnet, "properties.routeTable.id", table.text)
                for table, subnets in tables.items()
                for subnet in subnets
            ),
        ),
        cluster_id=cluster.id,
        affected=tuple(tables),
        latent=True,
    )
