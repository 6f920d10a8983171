from __future__ import annotations

from collections.abc import Iterator

from ...analysis.addresses import RESERVED_RANGES, overlapping, show
from ...analysis.cluster_networks import clusters_by_network, networks_in_use, pod_cidrs_in_use
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from ...model.arm import IpNetwork
from .ranges import only_cluster, range_evidence, space_evidence, unread_networks


@rule(
    title="A range that AKS keeps for itself is in use",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/concepts-network-cni-overview",
    covers=("MDL-06",),
    disrupts="a new cluster, unless the prefix of the virtual network is unused",
)
def reserved_range_used(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pod CIDR, a service CIDR or a cluster's virtual network that shares addresses with 169.254.0.0/16,
    172.30.0.0/16, 172.31.0.0/16 or 192.0.2.0/24, also where it contains one of them: 172.16.0.0/12 contains two.

    ## Why it matters
    AKS and Azure use these ranges inside nodes and towards the control plane. Clusters with such a service CIDR
    failed for days without a message that names the range. Azure refuses such pod CIDRs since May 2026, and leaves
    older clusters as they are.

    ## How to fix it
    Build a new cluster with other ranges, for instance 172.16.0.0/16 in place of 172.16.0.0/12. If it is the
    virtual network, take the prefix out where it is unused; else move the cluster to subnets of another virtual
    network, which means a new cluster as well.

    ```azurecli
    az aks create -g RG -n NEW --pod-cidr 10.244.0.0/16 --service-cidr 172.16.0.0/16 --dns-service-ip 172.16.0.10
    # or
    az network vnet update -g RG -n VNET --address-prefixes PREFIXES_THAT_STAY
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          podCidr: '10.244.0.0/16'
          serviceCidr: '172.16.0.0/16'
          dnsServiceIP: '172.16.0.10'
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        pod_cidr       = "10.244.0.0/16"
        service_cidr   = "172.16.0.0/16"
        dns_service_ip = "172.16.0.10"
      }
    }
    ```
    """
    for vnet in networks_in_use(network):
        clashes = _clashes("address space", vnet.prefixes)
        if clashes:
            clusters = clusters_by_network(network).get(vnet.id, ())
            yield Finding(
                vnet.id,
                f"{vnet.id.name}: {', '.join(clashes)}",
                (space_evidence(vnet),),
                cluster_id=only_cluster(clusters),
                affected=tuple(cluster.id for cluster in clusters),
            )
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        yield from unread_networks(network, cluster)
        clashes = _clashes("pod CIDR", pod_cidrs_in_use(cluster)) + _clashes("service CIDR", cluster.service_cidrs)
        if clashes:
            yield Finding(
                cluster.id,
                f"{cluster.name}: {', '.join(clashes)}",
                range_evidence(cluster, "podCidrs", "serviceCidrs"),
                cluster_id=cluster.id,
            )


def _clashes(what: str, ranges: tuple[IpNetwork, ...]) -> list[str]:
    """One text for each range that touches a reserved one."""
    touched = {own: [theirs for _, theirs in overlapping([own], RESERVED_RANGES)] for own in ranges}
    return [f"{what} {own} overlaps the reserved {show(theirs)}" for own, theirs in touched.items() if theirs]
