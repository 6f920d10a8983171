from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from ...analysis.outbound_balancer import is_basic
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network

BASIC_ENDED: Final = date(2025, 9, 30)
"""The last day of Basic load balancers.

Source: https://learn.microsoft.com/azure/load-balancer/load-balancer-basic-upgrade-guidance
"""
_PATH: Final = "properties.networkProfile.loadBalancerSku"


@rule(
    title="The cluster uses a Basic load balancer, which retired on 2025-09-30",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/upgrade-basic-load-balancer-on-aks",
    more_sources=("https://learn.microsoft.com/azure/load-balancer/load-balancer-basic-upgrade-guidance",),
    covers=("LBS-09",),
    disrupts="connections are reset",
)
def load_balancer_basic(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose `loadBalancerSku` is `basic`. High before 2025-09-30, critical afterwards.

    ## Why it matters
    Basic load balancers and Basic public addresses are retired: no support, no SLA, and none can be made any more, so
    services of type LoadBalancer fail. Such a cluster has no outbound rules, cannot have several node pools, authorized
    ranges, a NAT gateway or availability zones.

    ## How to fix it
    AKS has a migration of its own for these clusters, together with that of availability sets. The outbound address
    changes unless you keep it by making it Standard first.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --migrate-vmas-to-vms
    ```

    ```bicep
    resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      properties: {
        networkProfile: {
          loadBalancerSku: 'standard'
          outboundType: 'loadBalancer'
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      network_profile {
        network_plugin    = "azure"
        load_balancer_sku = "standard"
      }
    }
    ```
    """
    for cluster in network.clusters:
        if is_basic(cluster):
            yield _finding(cluster, network.as_of)
        elif not cluster.load_balancer_sku:
            absent = Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", f"{_PATH} is absent")
            yield unknown(cluster.id, cluster.gap or absent)


def _finding(cluster: ManagedCluster, as_of: date) -> Finding:
    days = (as_of - BASIC_ENDED).days
    when = f"retired on {BASIC_ENDED}, {days} days ago" if days >= 0 else f"retires on {BASIC_ENDED}, in {-days} days"
    return Finding(
        cluster.id,
        f"{cluster.name}: the load balancer is Basic, which {when}",
        (Evidence(cluster.id, _PATH, cluster.load_balancer_sku),),
        cluster_id=cluster.id,
        arithmetic=f"{as_of} - {BASIC_ENDED} = {days} days",
        severity=None if days >= 0 else Severity.HIGH,
    )
