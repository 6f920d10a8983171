from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final

from ...analysis.dns_reach import RESOLVER, DnsServer, asks_azure, dns_servers_of, holds
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import Network, NotCollected, Subnet
from ...model.arm import IpAddress
from ...model.network import remembered
from .networks import finding_at, networks_to_judge

_FIREWALL_SUBNET: Final = "azurefirewallsubnet"
"""Nothing but an Azure Firewall may stand in a subnet of this name."""


@rule(
    title="A cluster's network names a single DNS server (PSRule AZR-000264)",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances",
    disrupts="nodes take the new servers at their next reboot or reimage",
    profile="policy",
    peer="PSRule Azure.VNET.SingleDNS (AZR-000264)",
)
def dns_server_single(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A virtual network with a cluster in it whose own DNS servers are one address. azqr's vnet-009 demands the same. A
    network without DNS servers of its own asks Azure's resolver and passes.

    Other than both it counts an address that is named twice once, and lets one address pass that has several machines
    behind it by nature: Azure's own resolver, an Azure Firewall, and the inbound endpoint of a private resolver. Where
    the network of the address was not read, what stands behind it can't be told.

    ## Why it matters
    When that machine reboots, no node resolves the API server, the registry or anything else: nodes turn `NotReady`,
    images don't pull (`no such host`).

    ## How to fix it
    Name a second server, or put Azure's resolver or a private resolver in its place. Nodes take it at their next
    reboot or reimage.

    ```azurecli
    az network vnet update -g RG -n VNET --dns-servers 10.0.0.4 10.0.0.5
    ```

    ```bicep
    properties: {
      dhcpOptions: { dnsServers: ['10.0.0.4', '10.0.0.5'] }
    }
    ```

    ```terraform
    resource "azurerm_virtual_network_dns_servers" "vnet" {
      virtual_network_id = azurerm_virtual_network.vnet.id
      dns_servers        = ["10.0.0.4", "10.0.0.5"]
    }
    ```
    """
    for vnet in networks_to_judge(network):
        if isinstance(vnet, Unknown):
            yield vnet
            continue
        servers = {server.text.strip(): server for server in dns_servers_of(network, vnet.id)}
        if len(servers) != 1 or asks_azure(vnet):
            continue
        ((text, server),) = servers.items()
        match _has_several_machines(network, server):
            case NotCollected() as gap:
                yield unknown(vnet.id, gap)
            case False:
                seen = Evidence(vnet.id, "properties.dhcpOptions.dnsServers", vnet.dns_servers)
                yield finding_at(network, vnet, f"{vnet.id.name} has {text} as its only DNS server", seen)


def _has_several_machines(network: Network, server: DnsServer) -> bool | NotCollected:
    """Whether a service of Azure answers at the address, which is not a machine."""
    if isinstance(server.network_id, NotCollected):
        return server.network_id
    address = ip_address(server.text.strip())
    if address in _firewalls(network) or any(holds(s.prefixes, address) for s in _subnets_of_services(network)):
        return True
    place = network.virtual_network(server.network_id) if isinstance(server.network_id, ResourceId) else None
    return place if isinstance(place, NotCollected) else False


@remembered
def _firewalls(network: Network) -> frozenset[IpAddress]:
    return frozenset(address for firewall in network.firewalls.values() for address in firewall.addresses)


@remembered
def _subnets_of_services(network: Network) -> tuple[Subnet, ...]:
    return tuple(
        subnet
        for subnet in network.subnets.values()
        if subnet.id.name.lower() == _FIREWALL_SUBNET or RESOLVER in map(str.lower, subnet.delegations)
    )
