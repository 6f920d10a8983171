from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.nodes import unlisted_pools
from ...capacity.limits.outbound import outbound_addresses
from ...capacity.outbound_ports import default_ports
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network, NotCollected
from .ports import cluster_nodes, ports_evidence, shares_by_default, unread_counts

MANY_NODES: Final = 50
"""The first step of Azure's table: up to here a node has 1,024 ports."""


@rule(
    title="Many nodes share the outbound ports of one address",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/load-balancer/load-balancer-outbound-connections",
    covers=("LBS-05",),
    disrupts="nothing",
)
def outbound_ports_scarce(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with more than 50 nodes that leaves `allocatedOutboundPorts` at 0 and has a single outbound address.

    ## Why it matters
    A node then has 512 ports or fewer for all its pods towards one destination. Calls to a busy service fail in bursts
    with time-outs and resets that look like the other side's fault. Adding addresses alone does not help: whether
    Azure multiplies the default by their number is described inconsistently.

    ## How to fix it
    Add an address and set the ports. A NAT gateway shares 64,512 ports an address on demand and suits many
    connections to few destinations. See the load balancer's metric `SnatConnectionCount` for failed ones.

    ```azurecli
    az aks update -g RG -n CLUSTER --load-balancer-outbound-ports N --load-balancer-managed-outbound-ip-count M
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          loadBalancerProfile: {
            allocatedOutboundPorts: 1024
            managedOutboundIPs: {
              count: 2
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
          outbound_ports_allocated  = 1024
          managed_outbound_ip_count = 2
        }
      }
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        if shares_by_default(cluster) is None:
            continue
        yield from unread_counts(cluster)
        nodes = cluster_nodes(cluster).now
        if nodes is None or nodes <= MANY_NODES:
            continue
        addresses = outbound_addresses(network, cluster)
        if isinstance(addresses, NotCollected):
            yield unknown(cluster.id, addresses)
        elif addresses == 1:
            ports = default_ports(nodes)
            yield Finding(
                cluster.id,
                f"{cluster.name}: {nodes} nodes share one outbound address, {ports} ports each by default",
                ports_evidence(cluster),
                cluster_id=cluster.id,
                arithmetic=f"{nodes} x {ports} = {nodes * ports} of 64000",
            )
