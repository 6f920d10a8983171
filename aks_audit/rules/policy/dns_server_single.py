from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from ...analysis.dns_reach import AZURE_DNS, RESOLVER, holds
from ...findings import Evidence, Finding, Severity, Unknown, rule
from ...model import Network, VirtualNetwork
from ...model.arm import IpAddress, IpNetwork
from ...model.network import remembered
from .networks import finding_at, networks_to_judge


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
    behind it by nature: Azure's own resolver, an Azure Firewall, and the inbound endpoint of a private resolver, as
    far as those were read.

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
        elif _is_single(network, vnet):
            seen = Evidence(vnet.id, "properties.dhcpOptions.dnsServers", vnet.dns_servers)
            message = f"{vnet.id.name} has {vnet.dns_servers[0].strip()} as its only DNS server"
            yield finding_at(network, vnet, message, seen)


def _is_single(network: Network, vnet: VirtualNetwork) -> bool:
    servers = {text.strip() for text in vnet.dns_servers}
    if len(servers) != 1 or servers == {AZURE_DNS}:
        return False
    try:
        address = ip_address(servers.pop())
    except ValueError:
        return True
    return address not in _firewalls(network) and not holds(_resolvers(network), address)


@remembered
def _firewalls(network: Network) -> frozenset[IpAddress]:
    return frozenset(address for firewall in network.firewalls.values() for address in firewall.addresses)


@remembered
def _resolvers(network: Network) -> tuple[IpNetwork, ...]:
    delegated = (s for s in network.subnets.values() if RESOLVER in map(str.lower, s.delegations))
    return tuple(prefix for subnet in delegated for prefix in subnet.prefixes)
