from __future__ import annotations

from collections.abc import Iterator

from ...analysis.dns_reach import AZURE_DNS, dns_servers_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network, NotCollected
from .networks import finding_at, networks_to_judge


@rule(
    title="The first DNS server is outside Azure (PSRule AZR-000265)",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances",
    disrupts="nodes take the new servers at their next reboot or reimage",
    profile="policy",
    peer="PSRule Azure.VNET.LocalDNS (AZR-000265)",
)
def dns_server_far_away(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A virtual network with a cluster in it whose first DNS server stands neither in it, nor in a peered network, nor in
    one behind a shared hub: it is reached over a gateway, or not at all.

    Other than PSRule's AZR-000265 it takes Azure's own resolver, 168.63.129.16, for near, reads peers' ranges from the
    peered network as well as from the peering, and knows spokes behind the hub. A peer that could not be read makes it
    unknown.

    ## Why it matters
    When the VPN or ExpressRoute is down, nodes resolve nothing, though all that they need stands in Azure. And each
    look-up takes the way there and back.

    ## How to fix it
    Put a resolver into the network or its hub, forward from there to the site, and name it first.

    ```azurecli
    az network vnet update -g RG -n VNET --dns-servers 10.0.0.4 10.0.0.5
    ```

    ```bicep
    properties: {
      dhcpOptions: { dnsServers: ['10.0.0.4', '10.0.0.5'] } // in the hub
    }
    ```

    ```terraform
    resource "azurerm_virtual_network_dns_servers" "vnet" {
      virtual_network_id = azurerm_virtual_network.vnet.id
      dns_servers        = ["10.0.0.4", "10.0.0.5"] # in the hub
    }
    ```
    """
    for vnet in networks_to_judge(network):
        if isinstance(vnet, Unknown):
            yield vnet
            continue
        if not vnet.dns_servers or vnet.dns_servers[0].strip() == AZURE_DNS:
            continue
        first = dns_servers_of(network, vnet.id)[0]
        match first.network_id:
            case NotCollected() as gap:
                yield unknown(vnet.id, gap)
            case None:
                seen = Evidence(vnet.id, "properties.dhcpOptions.dnsServers", vnet.dns_servers)
                message = (
                    f"{vnet.id.name} asks {first.text.strip()} first, which is in no network that it is peered with"
                )
                yield finding_at(network, vnet, message, seen)
