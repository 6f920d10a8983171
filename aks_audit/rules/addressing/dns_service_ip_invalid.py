from __future__ import annotations

from collections.abc import Iterator

from ...analysis.addresses import show
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network
from ...model.arm import IpAddress, IpNetwork
from .ranges import PROFILE, range_evidence

CONVENTION = 10
"""Azure's own choice is the tenth address of the service CIDR."""


@rule(
    title="The DNS service address cannot work",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning",
    covers=("MDL-07",),
    disrupts="a new cluster",
)
def dns_service_ip_invalid(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose `dnsServiceIP` is outside its service CIDRs, or in one of them the network address, the first
    usable address (the service `kubernetes.default` has it), or the last address.

    ## Why it matters
    Kubernetes cannot create the service `kube-dns` on such an address. Pods then resolve no name at all. Azure
    refuses an address outside with `DnsServiceIpOutOfServiceCidr`; the network address was accepted once.

    ## How to fix it
    The address cannot be changed on a running cluster. Build a new one with service CIDR and DNS address named
    together; the tenth address of the range is what people expect, 10.0.0.10 in 10.0.0.0/16.

    ```azurecli
    az aks create -g RG -n NEW --service-cidr 10.0.0.0/16 --dns-service-ip 10.0.0.10
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          serviceCidr: '10.0.0.0/16'
          dnsServiceIP: '10.0.0.10'
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        service_cidr   = "10.0.0.0/16"
        dns_service_ip = "10.0.0.10"
      }
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        address = cluster.dns_service_ip
        trouble = _trouble(address, cluster.service_cidrs) if address else ""
        if trouble:
            first = cluster.service_cidrs[0]
            outside = trouble.startswith("outside")
            yield Finding(
                cluster.id,
                f"{cluster.name}: DNS service address {address} is {trouble}; {first[CONVENTION]} would do"
                if first.num_addresses > CONVENTION + 1
                else f"{cluster.name}: DNS service address {address} is {trouble}",
                (
                    Evidence(cluster.id, f"{PROFILE}.dnsServiceIP", str(address)),
                    *range_evidence(cluster, "serviceCidrs"),
                ),
                cluster_id=cluster.id,
                arithmetic=f"DnsServiceIpOutOfServiceCidr: {address} not in {show(cluster.service_cidrs)}"
                if outside
                else None,
            )


def _trouble(address: IpAddress, ranges: tuple[IpNetwork, ...]) -> str:
    """What is wrong with the address, or ""."""
    if not ranges:
        return ""
    home = next((each for each in ranges if each.version == address.version and address in each), None)
    if home is None:
        return f"outside the service CIDR {show(ranges)}"
    if address == home.network_address:
        return f"the network address of {home}"
    if address == home.network_address + 1:
        return f"the first usable address of {home}, which kubernetes.default has"
    if address.version == 4 and address == home.broadcast_address:
        return f"the last address of {home}, its broadcast address"
    return ""
