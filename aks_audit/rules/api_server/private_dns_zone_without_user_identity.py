from __future__ import annotations

from collections.abc import Iterator

from ...analysis.api_server import ACCESS
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network


@rule(
    title="A private DNS zone of one's own, and no identity that may write to it",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/private-clusters",
    covers=("API-10",),
    disrupts="connections are reset",
)
def private_dns_zone_without_user_identity(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A private cluster that brings its own private DNS zone and has a system-assigned identity alone. A user-assigned
    identity or a service principal is fine; whether it has the rights is another rule's question.

    ## Why it matters
    A system-assigned identity comes to life with the cluster, too late for a right on the zone. AKS cannot write the
    API server's name: `CustomPrivateDNSZoneMissingPermissions`. After a stop and start, when the address changes,
    nodes and people resolve the old one.

    ## How to fix it
    Give the cluster a user-assigned identity with Private DNS Zone Contributor on the zone and Network Contributor on
    the virtual network.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --enable-managed-identity --assign-identity IDENTITY_ID
    az role assignment create --assignee PRINCIPAL_ID --role "Private DNS Zone Contributor" --scope ZONE_ID
    ```

    ```bicep
    identity: {
      type: 'UserAssigned'
      userAssignedIdentities: { '${identity.id}': {} }
    }
    ```

    ```terraform
    identity {
      type         = "UserAssigned"
      identity_ids = [azurerm_user_assigned_identity.aks.id]
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif cluster.is_private and cluster.api_server.private_dns_zone_id:
            if cluster.identity_type.lower() == "systemassigned":
                yield _finding(cluster)
            elif not cluster.identity_type and not cluster.service_principal_client_id:
                message = "neither identity nor properties.servicePrincipalProfile is there"
                yield unknown(cluster.id, Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message))


def _finding(cluster: ManagedCluster) -> Finding:
    zone = cluster.api_server.private_dns_zone
    return Finding(
        cluster.id,
        f"{cluster.name}: its identity is {cluster.identity_type}, which cannot write to private DNS zone "
        f"{zone.rpartition('/')[2]} (CustomPrivateDNSZoneMissingPermissions)",
        (
            Evidence(cluster.id, "identity.type", cluster.identity_type),
            Evidence(cluster.id, f"{ACCESS}.privateDNSZone", zone),
        ),
        cluster_id=cluster.id,
    )
