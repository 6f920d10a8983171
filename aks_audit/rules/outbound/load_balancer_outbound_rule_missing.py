from __future__ import annotations

from collections.abc import Iterator

from ...analysis.egress_path import OUTBOUND_TYPE, EgressKind, EgressPath, egress_of
from ...analysis.egress_subnets import pool_id
from ...analysis.nodes import pools_gap
from ...analysis.outbound_balancer import (
    at_rest,
    balancer_id,
    is_basic,
    leaving_rules,
    nothing_leaves,
    outbound_balancer,
)
from ...analysis.outbound_type import OutboundType, outbound_type_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import LoadBalancer, ManagedCluster, Missing, Network, NotCollected

_WITHOUT = (EgressKind.NONE, EgressKind.DEFAULT_ACCESS, EgressKind.UNKNOWN)


@rule(
    title="The load balancer has no rule to leave by",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/load-balancer-standard",
    more_sources=("https://learn.microsoft.com/azure/load-balancer/outbound-rules",),
    covers=("LBS-07", "UDR-16"),
    disrupts="nothing",
)
def load_balancer_outbound_rule_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with outbound type `loadBalancer` whose load balancer `kubernetes` is gone from the node resource group,
    or has no outbound rule with a frontend. Critical where a pool has nothing else to leave by: no NAT gateway, no
    default route, no public addresses of its own, and no default outbound access in its subnet.

    ## Why it matters
    The outbound rule `aksOutboundRule` is the cluster's way out. Without it nodes reach neither the API server of a
    public cluster nor the registries: running nodes turn NotReady, new ones fail with
    `VMExtensionError_OutboundConnFail`. A private subnet has no default outbound access that would hide it.

    ## How to fix it
    AKS owns the load balancer and builds it again at the next write: an update that changes nothing is enough. Then
    find out who changes what stands in the node resource group.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER
    az network lb outbound-rule list --resource-group NODE_RG --lb-name kubernetes --output table
    ```

    ```bicep
    resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      properties: {
        networkProfile: {
          outboundType: 'loadBalancer'
          loadBalancerProfile: { managedOutboundIPs: { count: 1 } }
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      network_profile {
        network_plugin = "azure"
        outbound_type  = "loadBalancer"
        load_balancer_profile { managed_outbound_ip_count = 1 }
      }
    }
    ```
    """
    for cluster in network.clusters:
        if outbound_type_of(cluster) is not OutboundType.LOAD_BALANCER or is_basic(cluster) or not at_rest(cluster):
            continue
        gap = pools_gap(cluster)
        match outbound_balancer(network, cluster):
            case NotCollected() as not_collected:
                yield unknown(cluster.id, not_collected)
            case LoadBalancer() as balancer if leaving_rules(balancer):
                pass
            case _ if gap:
                yield unknown(cluster.id, gap)
            case found:
                yield from _judge(network, cluster, found)


def _judge(network: Network, cluster: ManagedCluster, balancer: LoadBalancer | Missing) -> Iterator[Finding]:
    paths = [(pool, egress_of(network, cluster, pool)) for pool in cluster.node_pools]
    stranded = [(pool, path) for pool, path in paths if path.kind in _WITHOUT]
    if not stranded:
        return  # everything leaves another way: the rules about that speak
    place = balancer_id(cluster)
    if isinstance(balancer, Missing):
        what, seen = "does not exist", Evidence(cluster.id, "properties.nodeResourceGroup", cluster.node_resource_group)
    else:
        what = f"has no outbound rule{' with a frontend' if balancer.outbound_rules else ''}"
        seen = nothing_leaves(balancer)
    yield Finding(
        place,
        f"{cluster.name}: outbound type loadBalancer, but load balancer {place.name} {what}; "
        f"{', '.join(pool.name for pool, _ in stranded)}: {_left(stranded[0][1])}",
        (
            seen,
            Evidence(cluster.id, OUTBOUND_TYPE, cluster.outbound_type),
            *dict.fromkeys(line for _, path in stranded for line in path.evidence),
        ),
        cluster_id=cluster.id,
        affected=tuple(pool_id(cluster, pool) for pool, _ in stranded),
        severity=Severity.CRITICAL if any(path.kind is EgressKind.NONE for _, path in stranded) else None,
    )


def _left(path: EgressPath) -> str:
    return "what is left was not read" if path.kind is EgressKind.UNKNOWN else path.because
