from __future__ import annotations

from collections.abc import Iterator

from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .ports import PROFILE, leaves_by_load_balancer, ports_evidence


@rule(
    title="A dual-stack cluster counts outbound addresses of one family only",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/configure-dual-stack",
    disrupts="nothing",
)
def dual_stack_without_outbound_count(network: Network) -> Iterator[Finding | Unknown]:
    r"""
    ## What it finds
    A dual-stack cluster whose load balancer profile has managed outbound addresses of IPv4, but no count for IPv6
    (`managedOutboundIPs.countIPv6`).

    ## Why it matters
    The profile of such a cluster needs both. In the known case the next change of the IPv4 count was refused until the
    IPv6 count was given as well; which error code Azure answers with is not known.

    ## How to fix it
    Give the number of addresses of both families in one call.

    ```azurecli
    az aks update -g RG -n CLUSTER \
      --load-balancer-managed-outbound-ip-count N --load-balancer-managed-outbound-ipv6-count M
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          loadBalancerProfile: {
            managedOutboundIPs: {
              count: 2
              countIPv6: 1
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
          managed_outbound_ip_count   = 2
          managed_outbound_ipv6_count = 1
        }
      }
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        profile = cluster.load_balancer
        if profile is None or not leaves_by_load_balancer(cluster) or not cluster.is_dual_stack:
            continue
        if profile.managed_outbound_ips and not profile.managed_outbound_ipv6s:
            yield Finding(
                cluster.id,
                f"{cluster.name}: dual stack with {profile.managed_outbound_ips} managed outbound IPv4 "
                f"{'address' if profile.managed_outbound_ips == 1 else 'addresses'} and no count for IPv6",
                (
                    *ports_evidence(cluster),
                    Evidence(cluster.id, f"{PROFILE}.managedOutboundIPs.countIPv6", profile.managed_outbound_ipv6s),
                    Evidence(cluster.id, "properties.networkProfile.ipFamilies", cluster.ip_families),
                ),
                cluster_id=cluster.id,
                latent=True,
            )
