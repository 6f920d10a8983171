from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.cluster_networks import networks_of
from ...analysis.nodes import pools_gap
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network
from .lacking import Need, Unmet, had, identity_of, in_figures, principal_evidence, rights_evidence, unmet

ZONE: Final = (
    "Microsoft.Network/privateDnsZones/read",
    "Microsoft.Network/privateDnsZones/A/write",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks/write",
)
VIRTUAL_NETWORK: Final = ("Microsoft.Network/virtualNetworks/join/action",)
_ZONE: Final = "private DNS zone"


@rule(
    title="The cluster's identity may not write its private DNS zone",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/private-clusters",
    disrupts="nothing",
)
def private_dns_zone_rights_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A private cluster with a private DNS zone that its owner brought, whose identity is not allowed to read the zone
    and to write its records and links; or, medium, is not allowed to join the virtual network, which linking the zone
    to it takes. A role on the subnets alone does not give that.

    ## Why it matters
    AKS writes the record of the API server into the zone. When the private address changes, as it may when a stopped
    cluster is started, the record stays as it was and nobody reaches the API server by name; nodes do not come up.
    Making such a cluster again is refused with `LinkedAuthorizationFailed` or `AuthorizationFailed`.
    Not verified: whether AKS asks for the link again after the cluster was created.

    ## How to fix it
    Give the identity Private DNS Zone Contributor on the zone and Network Contributor on the virtual network.

    ```azurecli
    az role assignment create --role "Private DNS Zone Contributor" --scope ZONE_ID \\
      --assignee-object-id PRINCIPAL_ID --assignee-principal-type ServicePrincipal
    ```

    ```bicep
    resource writesZone 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
      name: guid(zone.id, identity.id, 'private-dns-zone-contributor')
      scope: zone
      properties: {
        roleDefinitionId: subscriptionResourceId(
          'Microsoft.Authorization/roleDefinitions', 'b12aa53e-6015-4669-85d0-8515ebb3ae7f')
        principalId: identity.properties.principalId
        principalType: 'ServicePrincipal'
      }
    }
    ```

    ```terraform
    resource "azurerm_role_assignment" "writes_zone" {
      scope                = azurerm_private_dns_zone.this.id
      role_definition_name = "Private DNS Zone Contributor"
      principal_id         = azurerm_user_assigned_identity.aks.principal_id
    }
    ```
    """
    for cluster in network.clusters:
        zone = cluster.api_server.private_dns_zone_id
        if not cluster.is_private or zone is None:
            continue
        gap = pools_gap(cluster)
        if gap:
            yield unknown(cluster.id, gap)
        needs = [Need(place=zone, what=_ZONE, actions=ZONE)]
        for vnet_id in networks_of(network, cluster).ids:
            needs.append(Need(place=vnet_id, what="virtual network", actions=VIRTUAL_NETWORK))
        for answer in unmet(network, cluster, needs):
            yield (_finding(network, cluster, answer) if isinstance(answer, Unmet) else answer)


def _finding(network: Network, cluster: ManagedCluster, found: Unmet) -> Finding:
    place = found.need.place
    return Finding(
        place,
        f"{cluster.name}: identity {identity_of(cluster)} lacks {' and '.join(found.lacking.actions)} "
        f"on {found.need.what} {place.name}; {had(network, found)}",
        (
            Evidence(
                cluster.id, "properties.apiServerAccessProfile.privateDNSZone", cluster.api_server.private_dns_zone
            ),
            principal_evidence(cluster),
            *rights_evidence(found),
        ),
        cluster_id=cluster.id,
        arithmetic=in_figures(found, "LinkedAuthorizationFailed"),
        severity=None if found.need.what == _ZONE else Severity.MEDIUM,
        latent=True,
        key=cluster.id.key,
    )
