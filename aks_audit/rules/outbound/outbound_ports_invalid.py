from __future__ import annotations

from collections.abc import Iterator

from ...capacity.outbound_ports import LOAD_BALANCER_PORTS_PER_ADDRESS, PORT_STEP
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .ports import leaves_by_load_balancer, ports_evidence


@rule(
    title="The outbound ports of a node are not a valid number",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/configure-load-balancer-standard",
    covers=("LBS-03",),
    disrupts="connections that use more ports than the new value are reset",
)
def outbound_ports_invalid(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    `allocatedOutboundPorts` that is no multiple of 8, or outside 0 to 64,000.

    ## Why it matters
    The load balancer gives ports in groups of eight, and one address has 64,000. Azure refuses such a value with
    `InvalidLoadBalancerProfileAllocatedOutboundPorts` at the next write to the cluster.

    ## How to fix it
    Set a multiple of 8, at most 64,000. 0 gives the choice back to Azure, which shares ports out by the number of
    nodes.

    ```azurecli
    az aks update -g RG -n CLUSTER --load-balancer-outbound-ports N
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          loadBalancerProfile: {
            allocatedOutboundPorts: 1024
          }
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        load_balancer_profile {
          outbound_ports_allocated = 1024
        }
      }
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        ports = cluster.load_balancer.allocated_outbound_ports if cluster.load_balancer else None
        if ports is None or not leaves_by_load_balancer(cluster):
            continue
        if not 0 <= ports <= LOAD_BALANCER_PORTS_PER_ADDRESS:
            why = f"is outside 0 to {LOAD_BALANCER_PORTS_PER_ADDRESS}"
        elif ports % PORT_STEP:
            below = ports // PORT_STEP * PORT_STEP
            why = f"is no multiple of {PORT_STEP}; {below} and {below + PORT_STEP} are"
        else:
            continue
        yield Finding(
            cluster.id,
            f"{cluster.name}: allocatedOutboundPorts {ports} {why}",
            ports_evidence(cluster),
            cluster_id=cluster.id,
            arithmetic="InvalidLoadBalancerProfileAllocatedOutboundPorts: "
            f"{ports} = {ports // PORT_STEP} x {PORT_STEP} + {ports % PORT_STEP}",
            latent=True,
        )
