from __future__ import annotations

from collections.abc import Iterator

from ...analysis.addresses import overlapping, show
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .ranges import clashing, listed, range_evidence, subnet_evidence, subnets_in, unread_subnets


@rule(
    title="A subnet stands in the service CIDR",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni",
    covers=("MDL-02",),
    disrupts="a new cluster, unless the subnet can go",
)
def service_cidr_overlaps_subnet(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose service CIDR shares addresses with a subnet of its virtual network: any subnet there, not only
    those that the cluster uses.

    ## Why it matters
    Azure tests every subnet of the virtual network at each write to the cluster. The next upgrade, new pool or
    add-on is refused with `ServiceCidrOverlapExistingSubnetsCidr`, often long after somebody added the subnet. Until
    then, hosts in that subnet cannot be reached from the nodes under an address that a service has.

    ## How to fix it
    The service CIDR of a running cluster cannot be changed, so the subnet has to go: move what is in it and delete
    it. A subnet that was only made to keep the range free can be deleted at once; write the reservation down
    elsewhere. Where the subnet must stay, build a new cluster with a service CIDR clear of the virtual network and
    of its peers.

    ```azurecli
    az network vnet subnet delete -g RG --vnet-name VNET -n SUBNET
    # or
    az aks create -g RG -n NEW --service-cidr 10.250.0.0/20 --dns-service-ip 10.250.0.10
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          // of a new cluster: clear of every subnet of the virtual network
          serviceCidr: '10.250.0.0/20'
          dnsServiceIP: '10.250.0.10'
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        # of a new cluster: clear of every subnet of the virtual network
        service_cidr   = "10.250.0.0/20"
        dns_service_ip = "10.250.0.10"
      }
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        if not cluster.service_cidrs:
            continue
        yield from unread_subnets(network, cluster)
        subnets = subnets_in(network, cluster, cluster.service_cidrs)
        if subnets:
            pairs = [pair for subnet in subnets for pair in overlapping(cluster.service_cidrs, subnet.prefixes)]
            names = listed(f"{s.id.name} ({show(clashing(s.prefixes, cluster.service_cidrs))})" for s in subnets)
            yield Finding(
                cluster.id,
                f"{cluster.name}: service CIDR {show(dict.fromkeys(pair[0] for pair in pairs))} overlaps "
                f"{len(subnets)} {'subnet' if len(subnets) == 1 else 'subnets'} of its virtual network: {names}",
                (*range_evidence(cluster, "serviceCidrs"), *map(subnet_evidence, subnets)),
                cluster_id=cluster.id,
                affected=tuple(subnet.id for subnet in subnets),
                arithmetic="ServiceCidrOverlapExistingSubnetsCidr: "
                + listed(f"{service} and {subnet} overlap" for service, subnet in pairs),
                latent=True,
            )
