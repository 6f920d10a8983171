from __future__ import annotations

from collections.abc import Iterator

from ...analysis.nodes import unlisted_pools
from ...capacity.outbound_ports import default_ports
from ...findings import Evidence, Finding, Severity, Unknown, rule
from ...model import ManagedCluster, Network
from .ports import cluster_nodes, ports_evidence, shares_by_default, unread_counts


@rule(
    title="More nodes will halve the outbound ports of every node",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/load-balancer/load-balancer-outbound-connections",
    covers=("LBS-04",),
    disrupts="connections that use more ports than the new value are reset",
)
def outbound_ports_tier_crossed(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster that leaves `allocatedOutboundPorts` at 0, so that Azure shares ports out by the number of nodes, and
    that crosses a step of that table on its way to the autoscaler's maximum, or in an upgrade: beyond 50, 100, 200,
    400 or 800 nodes.

    ## Why it matters
    Each step halves the ports of all nodes at once: 1,024 up to 50 nodes, 512 up to 100, and so on. Running nodes lose
    ports they use, and established connections are reset, just when the load is highest.

    ## How to fix it
    Set the ports for the largest size: ports x nodes, surge included, at most 64,000 x addresses. Or leave by a NAT
    gateway, which shares ports on demand: outbound type `managedNATGateway`, in a virtual network of one's own
    `userAssignedNATGateway`.

    ```azurecli
    az aks update -g RG -n CLUSTER --load-balancer-outbound-ports N --load-balancer-managed-outbound-ip-count M
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          loadBalancerProfile: {
            allocatedOutboundPorts: 512
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
          outbound_ports_allocated  = 512
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
        nodes = cluster_nodes(cluster)
        most = nodes.worst
        if nodes.now and most and default_ports(most) < default_ports(nodes.now):
            yield _finding(cluster, nodes.now, most)


def _finding(cluster: ManagedCluster, now: int, most: int) -> Finding:
    evidence = [
        Evidence(cluster.id, f"properties.agentPoolProfiles[{pool.name}].{name}", value)
        for pool in cluster.node_pools
        for name, value in (("count", pool.count), ("maxCount", pool.max_count))
        if value is not None
    ]
    return Finding(
        cluster.id,
        f"{cluster.name}: {now} nodes have {default_ports(now)} outbound ports each; at {most}, the autoscaler's "
        f"maximum with surge, each has {default_ports(most)}, and connections are reset",
        (*ports_evidence(cluster), *evidence),
        cluster_id=cluster.id,
        arithmetic=f"default allocation: {now} nodes -> {default_ports(now)} ports; "
        f"{most} nodes -> {default_ports(most)} ports",
    )
