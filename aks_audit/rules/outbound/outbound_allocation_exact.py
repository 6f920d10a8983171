from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import unlisted_pools
from ...capacity.limits.outbound import load_balancer_ports
from ...capacity.outbound_ports import LOAD_BALANCER_PORTS_PER_ADDRESS, highest_allocation
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .ports import leaves_by_load_balancer, ports_evidence


@rule(
    title="Not one more node fits the outbound port allocation",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/configure-load-balancer-standard",
    disrupts="connections that use more ports than the new value are reset",
)
def outbound_allocation_exact(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose `allocatedOutboundPorts` hold every pool at the autoscaler's maximum with surge, but not one node
    more.

    ## Why it matters
    The next pool, the next raise of a maximum or of a surge goes beyond. Adding the pool itself went through in the
    known case; every update of the cluster after it was refused with
    `InvalidLoadBalancerProfileAllocatedOutboundPorts`.

    ## How to fix it
    Leave room before the cluster grows: set the value named, or add an outbound address, which resets nothing.

    ```azurecli
    az aks update -g RG -n CLUSTER --load-balancer-outbound-ports N
    # or
    az aks update -g RG -n CLUSTER --load-balancer-managed-outbound-ip-count N
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          loadBalancerProfile: {
            allocatedOutboundPorts: 1000
            managedOutboundIPs: {
              count: 3
            }
          }
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        load_balancer_profile {
          outbound_ports_allocated  = 1000
          managed_outbound_ip_count = 3
        }
      }
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        if not leaves_by_load_balancer(cluster):
            continue
        for limit in load_balancer_ports(network, cluster):
            need, available, ports = limit.needed.worst, limit.available, limit.draws[0].each if limit.draws else None
            if limit.gap:
                yield unknown(cluster.id, limit.gap)
            elif need and available and ports and 0 <= available - need < ports:
                nodes = need // ports
                roomier = highest_allocation(nodes + 1, available // LOAD_BALANCER_PORTS_PER_ADDRESS)
                yield Finding(
                    cluster.id,
                    f"{cluster.name}: port allocation has 0 nodes of head-room: {nodes} nodes at the autoscaler's "
                    f"maximum with surge take {need} of {available} ports; {roomier} each leave room for one more",
                    ports_evidence(cluster),
                    cluster_id=cluster.id,
                    arithmetic=f"({available} - {need}) / {ports} = 0 nodes; {limit.arithmetic('worst')}",
                    latent=True,
                )
