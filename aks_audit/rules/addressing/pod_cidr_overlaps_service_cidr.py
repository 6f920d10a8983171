from __future__ import annotations

from collections.abc import Iterator

from ...analysis.addresses import overlapping
from ...analysis.cluster_networks import pod_cidrs_in_use
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .ranges import range_evidence


@rule(
    title="Pod CIDR and service CIDR overlap",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
    covers=("MDL-01",),
    disrupts="a new cluster",
)
def pod_cidr_overlaps_service_cidr(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose pod CIDR and service CIDR share addresses, in either address family. Where pods take their
    addresses from a subnet, a pod CIDR means nothing and is not looked at.

    ## Why it matters
    A packet to an address in both ranges is translated as a service on the node before it is ever routed to the
    pod that has the address. Those pods answer now and then, depending on which services exist.

    ## How to fix it
    Neither range can be changed on a running cluster, except that overlay's pod CIDR can grow. Build a new cluster
    with ranges that do not overlap and move the workloads.

    ```azurecli
    az aks create -g RG -n NEW --pod-cidr 10.244.0.0/16 --service-cidr 10.0.0.0/16 --dns-service-ip 10.0.0.10
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          podCidr: '10.244.0.0/16'
          serviceCidr: '10.0.0.0/16'
          dnsServiceIP: '10.0.0.10'
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        pod_cidr       = "10.244.0.0/16"
        service_cidr   = "10.0.0.0/16"
        dns_service_ip = "10.0.0.10"
      }
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        pairs = overlapping(pod_cidrs_in_use(cluster), cluster.service_cidrs)
        if pairs:
            yield Finding(
                cluster.id,
                f"{cluster.name}: "
                + ", ".join(f"pod CIDR {pod} overlaps service CIDR {service}" for pod, service in pairs),
                range_evidence(cluster, "podCidrs", "serviceCidrs"),
                cluster_id=cluster.id,
            )
