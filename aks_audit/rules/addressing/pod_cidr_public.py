from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Final

from ...analysis.addresses import RESERVED_RANGES, show
from ...analysis.cluster_networks import pod_cidrs_in_use
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from ...model.arm import IpNetwork
from .ranges import range_evidence

PRIVATE_RANGES: Final[tuple[IpNetwork, ...]] = tuple(
    ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
"""RFC 1918, RFC 6598, and IPv6's unique local addresses (RFC 4193)."""


@rule(
    title="The pod CIDR uses public addresses",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
    covers=("MDL-09",),
    disrupts="a new cluster",
)
def pod_cidr_public(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose pod CIDR is not wholly private: outside RFC 1918 (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16) and
    RFC 6598 (100.64.0.0/10), for IPv6 outside fc00::/7.

    ## Why it matters
    Pods cannot reach whoever owns these addresses on the internet, since the packets stay in the cluster. Azure does
    not refuse such a range, but gives no support for it.

    ## How to fix it
    Build a new cluster with a pod CIDR from a private range, for instance 100.64.0.0/16 where 10.0.0.0/8 is used
    up. The pod CIDR of a running cluster cannot be moved.

    ```azurecli
    az aks create -g RG -n NEW --pod-cidr 100.64.0.0/16
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          podCidr: '100.64.0.0/16'
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        pod_cidr = "100.64.0.0/16"
      }
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        public = [cidr for cidr in pod_cidrs_in_use(cluster) if not _within(cidr, (*PRIVATE_RANGES, *RESERVED_RANGES))]
        if public:
            yield Finding(
                cluster.id,
                f"{cluster.name}: pod CIDR {show(public)} is not private",
                range_evidence(cluster, "podCidrs"),
                cluster_id=cluster.id,
            )


def _within(cidr: IpNetwork, ranges: tuple[IpNetwork, ...]) -> bool:
    return any(
        cidr.version == each.version and each.prefixlen <= cidr.prefixlen and cidr.network_address in each
        for each in ranges
    )
