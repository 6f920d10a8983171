from __future__ import annotations

from collections.abc import Iterator

from ...findings import Evidence, Finding, Severity, Unknown, rule
from ...model import Network
from .networks import finding_at, networks_to_judge


@rule(
    title="A cluster's network has no DDoS plan (review checklist 06.07.08)",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/ddos-protection/ddos-protection-overview",
    disrupts="nothing",
    profile="policy",
    peer="review-checklists 06.07.08",
)
def ddos_plan_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A virtual network of your own with nodes or pods of a cluster in it and no DDoS protection plan. Others demand the
    same of every network: Prowler's network_vnet_ddos_protection_enabled, Steampipe's network_ddos_enabled,
    CloudSploit's ddos checks and APRL's 69ea1185, which is switched off.

    Other than the review checklists it looks at the network of every pool, with ids compared without case, and says
    it once a network. Networks that AKS made can't have a plan of yours and are not asked. Not seen here: DDoS IP
    protection of single public addresses, which serves the same end and may be the better choice for a few of them.

    ## Why it matters
    Without a plan public addresses have Azure's infrastructure protection alone: no tuning to the traffic of the
    application, no telemetry, no cost protection. A network without public addresses gains nothing by it.

    ## How to fix it
    Attach a plan; one serves all networks of a tenant, and it is not cheap.

    ```azurecli
    az network vnet update -g RG -n VNET --ddos-protection true --ddos-protection-plan PLAN_ID
    ```

    ```bicep
    resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {
      properties: {
        enableDdosProtection: true
        ddosProtectionPlan: { id: plan.id }
      }
    }
    ```

    ```terraform
    resource "azurerm_virtual_network" "vnet" {
      ddos_protection_plan {
        id     = azurerm_network_ddos_protection_plan.plan.id
        enable = true
      }
    }
    ```
    """
    for vnet in networks_to_judge(network):
        if isinstance(vnet, Unknown):
            yield vnet
        elif vnet.ddos_protection_plan_id is None:
            seen = Evidence(vnet.id, "properties.ddosProtectionPlan", None)
            yield finding_at(network, vnet, f"{vnet.id.name} has no DDoS protection plan", seen)
