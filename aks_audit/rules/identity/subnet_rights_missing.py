from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.nodes import pools_gap
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Missing, Network, NotCollected
from .lacking import Need, Unmet, had, identity_of, in_figures, principal_evidence, rights_evidence, unmet

JOIN: Final = "Microsoft.Network/virtualNetworks/subnets/join/action"
READ: Final = "Microsoft.Network/virtualNetworks/subnets/read"
NODES: Final = "node subnet"
PODS: Final = "pod subnet"


@rule(
    title="The cluster's identity may not join its subnets",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/concepts-network-cni-overview",
    more_sources=(
        "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/linkedauthorizationfailed-error",
        "https://github.com/MicrosoftDocs/azure-docs/issues/62754",
        "https://github.com/MicrosoftDocs/azure-docs/issues/69777",
    ),
    disrupts="nothing",
)
def subnet_rights_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose control-plane identity is not allowed `subnets/join/action` or `subnets/read` on a subnet that the
    owner brought: of its nodes, its pods, its API server, or of an internal load balancer. Subnets of one virtual
    network that lack the same are one finding. Where only internal load balancers or `read` are concerned the severity
    is high. Assignments on the subnet and on everything above it count. What a group, a condition or a role that could
    not be read may give is *unknown*, and so is a cluster that signs in with a service principal: Azure Resource
    Manager does not show its object id.

    ## Why it matters
    New nodes, so every upgrade and every scale-out, stop with `LinkedAuthorizationFailed`: the identity may write the
    scale set and not join the subnet. Without `read` a Service of type LoadBalancer stays pending with
    `AuthorizationFailed`. What runs goes on running, which is why nobody notices when a role is cleaned up.

    ## How to fix it
    Give the identity Network Contributor on the virtual network, or on each subnet, or a custom role with the two
    actions. A new assignment takes some minutes to count.

    ```azurecli
    az role assignment create --role "Network Contributor" --scope VNET_ID \\
      --assignee-object-id PRINCIPAL_ID --assignee-principal-type ServicePrincipal
    ```

    ```bicep
    resource joins 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
      name: guid(vnet.id, identity.id, 'network-contributor')
      scope: vnet
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
      scope                = azurerm_virtual_network.this.id
      role_definition_name = "Network Contributor"
      principal_id         = azurerm_user_assigned_identity.aks.principal_id
    }
    ```
    """
    causes: dict[tuple[str, ResourceId, tuple[str, ...]], list[Unmet]] = {}
    for cluster in network.clusters:
        needs, gap = _needs(network, cluster)
        unread = pools_gap(cluster) or gap
        if unread:
            yield unknown(cluster.id, unread)
        for answer in unmet(network, cluster, needs):
            if isinstance(answer, Unmet):
                place = answer.need.place
                cause = answer.principal, place.parent or place, answer.lacking.actions
                causes.setdefault(cause, []).append(answer)
            else:
                yield answer
    for (_, place, _), found in causes.items():
        yield _finding(network, place, found)


def _needs(network: Network, cluster: ManagedCluster) -> tuple[list[Need], NotCollected | None]:
    """The subnets that the cluster uses and its owner brought, each once; and why there may be more."""
    uses = [(pool.subnet_id, NODES) for pool in cluster.node_pools]
    uses += [(subnet_id, PODS) for subnet_id in cluster.pod_subnet_ids]
    uses.append((cluster.api_server_subnet_id, "API server's subnet"))
    gap: NotCollected | None = None
    if any(subnet_id for subnet_id, _ in uses):
        match network.load_balancers_of(cluster):
            case NotCollected() as gap:
                pass
            case balancers:
                frontends = [frontend for balancer in balancers for frontend in balancer.frontends]
                uses += [(frontend.subnet_id, "internal load balancer's subnet") for frontend in frontends]
    wanted: dict[ResourceId, Need] = {}
    for subnet_id, what in uses:
        if subnet_id and not isinstance(network.subnet(subnet_id), Missing):
            wanted.setdefault(subnet_id, Need(place=subnet_id, what=what, actions=(JOIN, READ)))
    return list(wanted.values()), gap


def _finding(network: Network, place: ResourceId, found: list[Unmet]) -> Finding:
    first = found[0]
    actions = first.lacking.actions
    clusters = {unmet.cluster.id: unmet.cluster for unmet in found}
    subnets = {unmet.need.place: unmet for unmet in found}
    names = ", ".join(f"{subnet.name} ({unmet.need.what})" for subnet, unmet in sorted(subnets.items()))
    grave = JOIN in actions and any(unmet.need.what in (NODES, PODS) for unmet in found)
    return Finding(
        place,
        f"{', '.join(cluster.name for cluster in clusters.values())}: identity {identity_of(first.cluster)} lacks "
        f"{' and '.join(actions)} in {place.name} on {names}; {had(network, first)}",
        (
            *(principal_evidence(cluster) for cluster in clusters.values()),
            *dict.fromkeys(shown for _, unmet in sorted(subnets.items()) for shown in rights_evidence(unmet)),
        ),
        cluster_id=first.cluster.id if len(clusters) == 1 else None,
        affected=(*sorted(subnets), *(clusters if len(clusters) > 1 else ())),
        arithmetic=in_figures(first, "LinkedAuthorizationFailed"),
        severity=None if grave else Severity.HIGH,
        latent=True,
        key=f"{first.principal} {' '.join(actions)}",
    )
