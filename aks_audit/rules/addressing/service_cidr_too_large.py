from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from ...model.arm import IpNetwork
from .ranges import range_evidence

LARGEST_IPV4: Final = 12
"""The page says "smaller than /12"; whether /12 itself is taken is not settled.

Source: https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning
"""
LARGEST_IPV6: Final = 108
"""Source: https://learn.microsoft.com/azure/aks/configure-dual-stack"""


@rule(
    title="The service CIDR is larger than AKS allows",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning",
    covers=("MDL-08",),
    disrupts="a new cluster",
)
def service_cidr_too_large(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with an IPv4 service CIDR that is larger than a /12, or an IPv6 one that is larger than a /108. A /12
    exactly is named with low severity: the documentation says "smaller than /12", and nobody has verified it.

    ## Why it matters
    The API server keeps a record of every address of the range, and refuses to start with ranges that are too
    large. Azure says that such ranges are not supported. The range also hides just as many real hosts from the pods.

    ## How to fix it
    The range cannot be changed on a running cluster; build a new one. A /20 holds 4,094 services, which is ample
    for most clusters. From Kubernetes 1.33 on, a small range can be added to with a `ServiceCIDR` object.

    ```azurecli
    az aks create -g RG -n NEW --service-cidr 10.0.0.0/20 --dns-service-ip 10.0.0.10
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          serviceCidr: '10.0.0.0/20'
          dnsServiceIP: '10.0.0.10'
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        service_cidr   = "10.0.0.0/20"
        dns_service_ip = "10.0.0.10"
      }
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        too_large = {cidr: words for cidr in cluster.service_cidrs if (words := _excess(cidr))}
        if too_large:
            certain = any(cidr.version == 6 or cidr.prefixlen < LARGEST_IPV4 for cidr in too_large)
            yield Finding(
                cluster.id,
                f"{cluster.name}: " + ", ".join(f"service CIDR {cidr} {words}" for cidr, words in too_large.items()),
                range_evidence(cluster, "serviceCidrs"),
                cluster_id=cluster.id,
                arithmetic=", ".join(_sum(cidr) for cidr in too_large),
                severity=None if certain else Severity.LOW,
            )


def _excess(cidr: IpNetwork) -> str:
    """How a range is too large, or ""."""
    if cidr.version == 6:
        return f"is larger than /{LARGEST_IPV6}" if cidr.prefixlen < LARGEST_IPV6 else ""
    if cidr.prefixlen == LARGEST_IPV4:
        return f"is a /{LARGEST_IPV4}, where the documentation asks for a smaller one (unverified)"
    return f"is larger than /{LARGEST_IPV4}" if cidr.prefixlen < LARGEST_IPV4 else ""


def _sum(cidr: IpNetwork) -> str:
    bits, largest = cidr.max_prefixlen, LARGEST_IPV6 if cidr.version == 6 else LARGEST_IPV4
    return f"2^({bits} - {cidr.prefixlen}) = {cidr.num_addresses:,} addresses, of at most {1 << (bits - largest):,}"
