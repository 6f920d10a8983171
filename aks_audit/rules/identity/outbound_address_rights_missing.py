from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.nodes import unlisted_pools
from ...findings import Finding, Severity, Unknown, rule
from ...inventory.types import PUBLIC_IP_ADDRESSES, PUBLIC_IP_PREFIXES
from ...model import ManagedCluster, Network
from .lacking import Need, Unmet, had, identity_of, in_figures, principal_evidence, rights_evidence, unmet

ADDRESS: Final = (f"{PUBLIC_IP_ADDRESSES}/join/action", f"{PUBLIC_IP_ADDRESSES}/read")
PREFIX: Final = (f"{PUBLIC_IP_PREFIXES}/join/action", f"{PUBLIC_IP_PREFIXES}/read")


@rule(
    title="The cluster's identity may not use its own outbound addresses",
    severity=Severity.HIGH,
    source="https://github.com/Azure/AKS/issues/1945",
    more_sources=(
        "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/linkedauthorizationfailed-error",
        "https://learn.microsoft.com/azure/aks/load-balancer-standard",
    ),
    disrupts="nothing",
)
def outbound_address_rights_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster that leaves by public addresses or prefixes that its owner brought, or whose nodes take theirs from such
    a prefix, and whose identity is not allowed to read and join them. What AKS made in the node resource group needs
    nothing, and a NAT gateway of the owner's neither: AKS does not write it.

    ## Why it matters
    The load balancer names those addresses, so every write to it needs the right: a new Service of type LoadBalancer
    stays pending with `LinkedAuthorizationFailed` on `publicIPAddresses/join/action`, and updates of the cluster's
    outbound settings are refused. What runs goes on running.

    ## How to fix it
    Give the identity Network Contributor on the addresses or on the group that holds them, or a custom role with the
    two actions.

    ```azurecli
    az role assignment create --role "Network Contributor" --scope PUBLIC_IP_ID \\
      --assignee-object-id PRINCIPAL_ID --assignee-principal-type ServicePrincipal
    ```

    ```bicep
    resource joins 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
      name: guid(publicIp.id, identity.id, 'network-contributor')
      scope: publicIp
      properties: {
        roleDefinitionId: subscriptionResourceId(
          'Microsoft.Authorization/roleDefinitions', '4d97b98b-1d4f-4787-a291-c67834d212e7')
        principalId: identity.properties.principalId
        principalType: 'ServicePrincipal'
      }
    }
    ```

    ```terraform
    resource "azurerm_role_assignment" "joins" {
      scope                = azurerm_public_ip.outbound.id
      role_definition_name = "Network Contributor"
      principal_id         = azurerm_user_assigned_identity.aks.principal_id
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        causes: dict[tuple[str, ...], list[Unmet]] = {}
        for answer in unmet(network, cluster, _needs(cluster)):
            if isinstance(answer, Unmet):
                causes.setdefault(answer.lacking.actions, []).append(answer)
            else:
                yield answer
        for actions, found in causes.items():
            yield _finding(network, cluster, actions, found)


def _needs(cluster: ManagedCluster) -> list[Need]:
    profile = cluster.load_balancer if cluster.outbound_type.lower() == "loadbalancer" else None
    needs = [
        Need(place=address, what="outbound address", actions=ADDRESS)
        for address in (profile.outbound_ip_ids if profile else ())
    ]
    prefixes = dict.fromkeys(profile.outbound_prefix_ids if profile else (), "outbound prefix")
    for pool in cluster.node_pools:
        if pool.has_node_public_ips and pool.node_public_ip_prefix_id:
            prefixes.setdefault(pool.node_public_ip_prefix_id, f"prefix of pool {pool.name}")
    return needs + [Need(place=prefix, what=what, actions=PREFIX) for prefix, what in prefixes.items()]


def _finding(network: Network, cluster: ManagedCluster, actions: tuple[str, ...], found: list[Unmet]) -> Finding:
    places = ", ".join(f"{unmet.need.place.name} ({unmet.need.what})" for unmet in found)
    return Finding(
        cluster.id,
        f"{cluster.name}: identity {identity_of(cluster)} lacks {' and '.join(actions)} on {places}; "
        f"{had(network, found[0])}",
        (principal_evidence(cluster), *(shown for unmet in found for shown in rights_evidence(unmet))),
        cluster_id=cluster.id,
        affected=tuple(unmet.need.place for unmet in found),
        arithmetic=in_figures(found[0], "LinkedAuthorizationFailed"),
        latent=True,
        key=" ".join(actions),
    )
