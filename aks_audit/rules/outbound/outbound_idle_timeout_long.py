from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...capacity.outbound_ports import default_ports
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network
from .ports import PROFILE, cluster_nodes, leaves_by_load_balancer, ports_evidence, unread_counts

DEFAULT_MINUTES: Final = 30
"""Source: https://learn.microsoft.com/azure/aks/configure-load-balancer-standard"""
FEW_PORTS: Final = 256
"""Ports of a node up to which they count as few. This tool's choice."""


@rule(
    title="Idle connections hold the few outbound ports of a node for long",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/configure-load-balancer-standard",
    covers=("LBS-06",),
    disrupts="connections that are idle for longer are reset",
)
def outbound_idle_timeout_long(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose nodes have 256 outbound ports or fewer, set or by Azure's default for more than 100 nodes, with an
    idle timeout of 30 minutes or more. 30 is what AKS sets where nothing is given.

    ## Why it matters
    A port stays taken until its connection is closed or has been idle that long. With few ports, connections that
    nobody uses any more block new ones.

    ## How to fix it
    Lower the timeout. Applications that keep connections open then need keep-alives of less than that.

    ```azurecli
    az aks update -g RG -n CLUSTER --load-balancer-idle-timeout 4
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          loadBalancerProfile: {
            idleTimeoutInMinutes: 4
          }
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        load_balancer_profile {
          idle_timeout_in_minutes = 4
        }
      }
    }
    ```
    """
    for cluster in network.clusters:
        profile = cluster.load_balancer
        if profile is None or not leaves_by_load_balancer(cluster):
            continue
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        ports = profile.allocated_outbound_ports
        if not ports:
            yield from unread_counts(cluster)
            nodes = cluster_nodes(cluster).now
            ports = default_ports(nodes) if nodes else None
        minutes = profile.idle_timeout_minutes or DEFAULT_MINUTES
        if ports and ports <= FEW_PORTS and minutes >= DEFAULT_MINUTES:
            yield _finding(cluster, ports, minutes, assumed=profile.idle_timeout_minutes is None)


def _finding(cluster: ManagedCluster, ports: int, minutes: int, *, assumed: bool) -> Finding:
    given = "the default" if assumed else "set"
    return Finding(
        cluster.id,
        f"{cluster.name}: nodes have {ports} outbound ports each, and idle connections hold them for {minutes} minutes "
        f"({given})",
        (
            *ports_evidence(cluster),
            Evidence(cluster.id, f"{PROFILE}.idleTimeoutInMinutes", None if assumed else minutes),
        ),
        cluster_id=cluster.id,
    )
