from __future__ import annotations

from collections.abc import Iterator

from ...analysis.addresses import show
from ...analysis.cluster_networks import pod_cidrs_in_use
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network
from .ranges import (
    clashing,
    listed,
    networks_in,
    range_evidence,
    space_evidence,
    subnet_evidence,
    subnets_in,
    unread_subnets,
)


@rule(
    title="The pod CIDR overlaps the virtual network",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
    covers=("MDL-04",),
    disrupts="a new cluster, unless the subnet or the unused address space can go",
)
def pod_cidr_overlaps_subnet(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with a pod CIDR of its own (kubenet, overlay, bring your own CNI) that shares addresses with its
    virtual network.

    With kubenet the whole address space counts. With overlay a subnet counts; where only space without a subnet is
    shared the finding is of medium severity, since Azure tests subnets alone while its page on migration forbids
    the whole space. Where pods take their addresses from a subnet, a pod CIDR means nothing and is not looked at.

    ## Why it matters
    Pods cannot reach hosts in the shared range: their packets stay among the pods. With kubenet the nodes' routes
    draw away the traffic of everything else in the network too. Azure refuses such ranges with
    `NetworkProfileCIDROverlapVNET`, though not in clusters that are older than the test.

    ## How to fix it
    If a subnet was added into the pod CIDR, move what is in it and delete the subnet, and take unused address space
    out. The pod CIDR itself cannot be moved (overlay's can only grow): build a new cluster with one that is clear
    of the virtual network, its peers and your own sites.

    ```azurecli
    az network vnet subnet delete -g RG --vnet-name VNET -n SUBNET
    az network vnet update -g RG -n VNET --address-prefixes PREFIXES_THAT_STAY
    # or
    az aks create -g RG -n NEW --pod-cidr 100.64.0.0/16
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          // clear of the address space of the virtual network
          podCidr: '100.64.0.0/16'
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_virtual_network" "vnet" {
      address_space = ["10.1.0.0/16"]
    }

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
        if pod_cidrs_in_use(cluster):
            yield from unread_subnets(network, cluster)
            yield from _judge(network, cluster)


def _judge(network: Network, cluster: ManagedCluster) -> Iterator[Finding]:
    pods = cluster.pod_cidrs
    subnets, vnets = subnets_in(network, cluster, pods), networks_in(network, cluster, pods)
    if not subnets and not vnets:
        return
    is_kubenet = cluster.network_plugin.lower() == "kubenet"
    parts = [f"subnet {s.id.name} ({show(clashing(s.prefixes, pods))})" for s in subnets]
    if is_kubenet or not subnets:
        parts += [f"the address space of {v.id.name} ({show(clashing(v.prefixes, pods))})" for v in vnets]
    spaces = show(dict.fromkeys(prefix for vnet in vnets for prefix in clashing(vnet.prefixes, pods)))
    tail = "" if is_kubenet or subnets else "; no subnet stands there yet"
    yield Finding(
        cluster.id,
        f"{cluster.name}: pod CIDR {show(pods)} overlaps {listed(parts)}{tail}",
        (*range_evidence(cluster, "podCidrs"), *map(space_evidence, vnets), *map(subnet_evidence, subnets)),
        cluster_id=cluster.id,
        affected=(*(vnet.id for vnet in vnets), *(subnet.id for subnet in subnets)),
        arithmetic=f"NetworkProfileCIDROverlapVNET: {show(pods)} and {spaces} overlap" if spaces else None,
        severity=_severity(cluster, is_kubenet or bool(subnets)),
        latent=not is_kubenet and not subnets,
    )


def _severity(cluster: ManagedCluster, collides: bool) -> Severity | None:
    if not collides:
        return Severity.MEDIUM
    # with a CNI of one's own the range is what the control plane routes by; the CNI may do otherwise
    return Severity.HIGH if cluster.network_plugin.lower() == "none" else None
