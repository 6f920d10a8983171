from __future__ import annotations

from collections.abc import Iterator

from ...analysis.addresses import show
from ...analysis.cluster_networks import made_by_aks
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network, VirtualNetwork
from .ranges import clashing, networks_in, range_evidence, space_evidence, subnets_in, unread_subnets


@rule(
    title="The service CIDR lies in the virtual network's address space",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni",
    covers=("MDL-03",),
    disrupts="nothing, where the prefix is unused",
)
def service_cidr_in_virtual_network(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose service CIDR shares addresses with the address space of its virtual network, where no subnet
    stands yet. Once one does, `service-cidr-overlaps-subnet` says so instead.

    In a virtual network that AKS made itself this is information only: until 2022 AKS gave out 10.0.0.0/8 together
    with the service CIDR 10.0.0.0/16, and nobody adds subnets there.

    ## Why it matters
    The next subnet that somebody adds may land in the service CIDR. From then on every write to the cluster, an
    upgrade for one, is refused with `ServiceCidrOverlapExistingSubnetsCidr`. A network with so wide a space can't be
    peered with others of the same range either.

    ## How to fix it
    Take the unused prefix out of the address space. Where the prefix is in use, keep the range free: note it in the
    address plan, and deny subnets there by policy. The service CIDR itself can only be chosen anew with a new
    cluster.

    ```azurecli
    az network vnet update -g RG -n VNET --address-prefixes PREFIXES_THAT_STAY
    ```

    ```bicep
    // without the prefix that holds the service CIDR
    resource vnet 'Microsoft.Network/virtualNetworks@2024-10-01' = {
      name: 'vnet'
      properties: {
        addressSpace: {
          addressPrefixes: ['10.1.0.0/16']
        }
      }
    }
    ```

    ```terraform
    # without the prefix that holds the service CIDR
    resource "azurerm_virtual_network" "vnet" {
      address_space = ["10.1.0.0/16"]
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        if not cluster.service_cidrs:
            continue
        yield from unread_subnets(network, cluster)
        vnets = networks_in(network, cluster, cluster.service_cidrs)
        if vnets and not subnets_in(network, cluster, cluster.service_cidrs):
            yield _finding(cluster, vnets)


def _finding(cluster: ManagedCluster, vnets: tuple[VirtualNetwork, ...]) -> Finding:
    harmless = all(made_by_aks(cluster, vnet.id) for vnet in vnets)
    spaces = ", ".join(f"{vnet.id.name} ({show(clashing(vnet.prefixes, cluster.service_cidrs))})" for vnet in vnets)
    maker = "; AKS made this network so, and nothing needs to be done" if harmless else "; no subnet stands there yet"
    return Finding(
        cluster.id,
        f"{cluster.name}: service CIDR {show(cluster.service_cidrs)} lies in the address space of {spaces}{maker}",
        (*range_evidence(cluster, "serviceCidrs"), *map(space_evidence, vnets)),
        cluster_id=cluster.id,
        affected=tuple(vnet.id for vnet in vnets),
        severity=Severity.INFO if harmless else None,
        latent=not harmless,
    )
