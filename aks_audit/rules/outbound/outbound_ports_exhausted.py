from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import unlisted_pools
from ...capacity.limit import Limit
from ...capacity.limits.outbound import load_balancer_ports
from ...capacity.outbound_ports import LOAD_BALANCER_PORTS_PER_ADDRESS, addresses_needed, highest_allocation
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network
from .ports import leaves_by_load_balancer, ports_evidence


@rule(
    title="The load balancer has too few outbound ports for its nodes",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/configure-load-balancer-standard",
    covers=("LBS-01", "LBS-02"),
    disrupts="connections that use more ports than the new value are reset",
)
def outbound_ports_exhausted(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with `allocatedOutboundPorts` set whose nodes in all pools, together with those that an upgrade adds to
    each pool, would take more ports than its outbound addresses have, 64,000 each: with the present nodes, or with
    every pool at the autoscaler's maximum, which is what Azure counts.

    ## Why it matters
    Azure counts the maxima and a surge of every pool at each write to the cluster and refuses it with
    `InvalidLoadBalancerProfileAllocatedOutboundPorts`. New pools still go through, so this often shows days later,
    in an update of something else. An upgrade is refused alike.

    ## How to fix it
    Lower the ports of a node to the value named, or less. Or add addresses, which makes room for nodes and resets
    nothing. Or lower the autoscaler's maxima. Where many connections go to few destinations, a NAT gateway shares
    64,512 ports an address among all nodes on demand.

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
            // allocatedOutboundPorts x (nodes at the maxima + surge) <= 64000 x addresses
            allocatedOutboundPorts: 1024
            managedOutboundIPs: {
              count: 4
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
          # outbound_ports_allocated x (nodes at the maxima + surge) <= 64000 x addresses
          outbound_ports_allocated  = 1024
          managed_outbound_ip_count = 4
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
            if limit.gap:
                yield unknown(cluster.id, limit.gap)
            elif limit.short("upgrade") or limit.short("worst"):
                yield _finding(cluster, limit)


def _finding(cluster: ManagedCluster, limit: Limit) -> Finding:
    horizon = "upgrade" if limit.short("upgrade") else "worst"
    ports = limit.draws[0].each or 0
    addresses = (limit.available or 0) // LOAD_BALANCER_PORTS_PER_ADDRESS
    nodes = [draw.nodes.at(horizon) for draw in limit.draws if draw.nodes]
    count, most = sum(map(sum, nodes)), _most(limit)
    surge = sum(pair[1] for pair in nodes)
    wanted = addresses_needed(most, ports)
    at = "" if horizon == "upgrade" else " at the autoscaler's maximum"
    reached = f"{count} nodes{at}, {surge} of them surge, with {ports} ports each take {count * ports}"
    return Finding(
        cluster.id,
        f"{cluster.name}: {reached} of {limit.available} outbound ports; the highest valid value "
        f"for {most} nodes is {highest_allocation(most, addresses)}, or {wanted} addresses instead of {addresses}",
        (
            *ports_evidence(cluster),
            *(
                Evidence(cluster.id, f"properties.agentPoolProfiles[{draw.pool.name}].{name}", value)
                for draw in limit.draws
                for name, value in (
                    ("count", draw.pool.count),
                    ("maxCount", draw.pool.max_count),
                    ("upgradeSettings.maxSurge", draw.pool.max_surge),
                )
                if value is not None
            ),
        ),
        cluster_id=cluster.id,
        arithmetic=f"{limit.error.code if limit.error else ''}: {limit.arithmetic(horizon)}",
        latent=not limit.short("now"),
    )


def _most(limit: Limit) -> int:
    """Nodes at the autoscaler's maximum, surge included: what a new value has to hold."""
    return sum(sum(draw.nodes.at("worst")) for draw in limit.draws if draw.nodes)
