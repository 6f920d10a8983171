from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import LoadBalancer, ManagedCluster, Network, NotCollected

CLOUD_PROVIDER_LIMIT: Final = 250
"""Rules of one load balancer at which the cloud provider stops.

Source: https://github.com/kubernetes-sigs/cloud-provider-azure (maximumLoadBalancerRuleCount)
"""
NIC_LIMIT: Final = 300
"""Rules that one NIC takes, over its load balancers of one kind.

Source: https://learn.microsoft.com/azure/aks/use-multiple-standard-load-balancer
"""
_NEAR_PERCENT: Final = 80
"""This tool's choice."""


@rule(
    title="The load balancer is about to run out of rules",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/use-multiple-standard-load-balancer",
    more_sources=(
        "https://github.com/kubernetes-sigs/cloud-provider-azure",
        "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
    ),
    covers=("LBS-10",),
    disrupts="nothing",
)
def load_balancer_rules_near_limit(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A load balancer in a cluster's node resource group with 200 load balancing rules or more: 80 % of the 250 at which
    the cloud provider stops. Every port of every service of type LoadBalancer is one rule, in each IP family.

    ## Why it matters
    From 250 on the cloud provider writes no further rule: a new service stays pending, with an event on the service and
    nothing in Azure. Azure itself takes 300 rules for each NIC, and every node's NIC carries all of them.

    Not verified: that the cloud provider of a managed cluster runs with the default of 250.

    ## How to fix it
    Put several services behind one ingress controller, or spread them over several load balancers (a preview feature
    of AKS; it needs backend pools of type `nodeIP`).

    ```azurecli
    az aks loadbalancer add --resource-group RG --cluster-name CLUSTER --name team-a --primary-agent-pool-name NODEPOOL
    ```

    ```bicep
    resource balancer 'Microsoft.ContainerService/managedClusters/loadBalancers@2025-03-02-preview' = {
      parent: aks
      name: 'team-a'
      properties: { primaryAgentPoolName: 'nodepool1' }
    }
    ```

    ```terraform
    # azurerm has no resource for it; ingress on one address keeps the rules few
    resource "azurerm_kubernetes_cluster" "aks" {
      web_app_routing { dns_zone_ids = [] }
    }
    ```
    """
    for cluster in network.clusters:
        if not cluster.node_resource_group:
            continue
        match network.load_balancers_of(cluster):
            case NotCollected() as gap:
                yield unknown(cluster.id, gap)
            case balancers:
                for balancer in balancers:
                    if balancer.gap:
                        yield unknown(balancer.id, balancer.gap)
                    elif len(balancer.rules) * 100 >= CLOUD_PROVIDER_LIMIT * _NEAR_PERCENT:
                        yield _finding(cluster, balancer)


def _finding(cluster: ManagedCluster, balancer: LoadBalancer) -> Finding:
    count = len(balancer.rules)
    left = CLOUD_PROVIDER_LIMIT - count
    room = f"{left} more fit" if left > 0 else "not one more is written"
    return Finding(
        balancer.id,
        f"{cluster.name}: load balancer {balancer.id.name} has {count} of {CLOUD_PROVIDER_LIMIT} rules, {room}",
        (Evidence(balancer.id, "length(properties.loadBalancingRules)", count),),
        cluster_id=cluster.id,
        arithmetic=f"{CLOUD_PROVIDER_LIMIT} - {count} = {left} rules; Azure takes {NIC_LIMIT} a NIC",
        latent=left > 0,
    )
