from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, collapse_addresses

from ...analysis.addresses import show
from ...analysis.cluster_networks import clusters_by_network, networks_in_use, subnets_by_network
from ...findings import Finding, Severity, Unknown, rule
from ...model import Network, Subnet, VirtualNetwork
from ...model.arm import IpNetwork
from .ranges import only_cluster, space_evidence, subnet_evidence, unread_subnets


@rule(
    title="A subnet lies outside its virtual network",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-subnet",
    disrupts="nothing",
)
def subnet_outside_virtual_network(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A subnet in a cluster's virtual network with a prefix that is not inside the network's address space.

    ## Why it matters
    Azure refuses to create it (`NetcfgInvalidSubnet`). In a design that does not exist yet, two address plans were
    mixed up; in an inventory, what was collected does not belong together and no sum over it can be relied on.

    ## How to fix it
    Take a prefix from the network's own address space, or add the prefix to that space.

    ```azurecli
    az network vnet update -g RG -n VNET --address-prefixes OLD_PREFIXES NEW_PREFIX
    ```

    ```bicep
    resource vnet 'Microsoft.Network/virtualNetworks@2024-10-01' = {
      name: 'vnet'
      properties: {
        addressSpace: {
          addressPrefixes: ['10.1.0.0/16', '10.2.0.0/16']
        }
      }
    }

    resource nodes 'Microsoft.Network/virtualNetworks/subnets@2024-10-01' = {
      parent: vnet
      name: 'nodes'
      properties: {
        addressPrefix: '10.2.0.0/24'
      }
    }
    ```

    ```terraform
    resource "azurerm_virtual_network" "vnet" {
      address_space = ["10.1.0.0/16", "10.2.0.0/16"]
    }

    resource "azurerm_subnet" "nodes" {
      address_prefixes = ["10.2.0.0/24"]
    }
    ```
    """
    for cluster in network.clusters:
        yield from unread_subnets(network, cluster)
    for vnet in networks_in_use(network):
        if vnet.gap or not vnet.prefixes:
            continue
        clusters = clusters_by_network(network).get(vnet.id, ())
        for subnet in subnets_by_network(network).get(vnet.id, ()):
            outside = _outside(subnet, vnet)
            if outside:
                yield Finding(
                    subnet.id,
                    f"{subnet.id.name}: {show(outside)} is not inside {show(vnet.prefixes)} of {vnet.id.name}",
                    (subnet_evidence(subnet), space_evidence(vnet)),
                    cluster_id=only_cluster(clusters),
                    affected=tuple(cluster.id for cluster in clusters),
                )


def _outside(subnet: Subnet, vnet: VirtualNetwork) -> list[IpNetwork]:
    """The prefixes of a subnet that its network's address space, adjoining parts joined, does not hold."""
    space: list[IpNetwork] = [
        *collapse_addresses(p for p in vnet.prefixes if isinstance(p, IPv4Network)),
        *collapse_addresses(p for p in vnet.prefixes if isinstance(p, IPv6Network)),
    ]
    return [
        prefix
        for prefix in subnet.prefixes
        if not any(
            prefix.version == each.version and each.prefixlen <= prefix.prefixlen and prefix.network_address in each
            for each in space
        )
    ]
