from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.dns_reach import dns_servers_of
from ...analysis.peering_graph import STATES, PeeringLink, peerings_in_use
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network, VirtualNetwork
from .halves import (
    affected_by,
    clusters_at,
    ends,
    is_missing,
    not_known,
    not_said,
    of_half,
    only,
    other_half_unread,
    unread_peerings,
)

_DOWN: Final = ("initiated", "disconnected")


@rule(
    title="A peering of a cluster's virtual network is not connected",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/virtual-network/virtual-network-troubleshoot-peering-issues",
    more_sources=("https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview",),
    covers=("VNT-01",),
    disrupts="nothing",
)
def peering_not_connected(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A peering of a cluster's virtual network of which a half is not `Connected`, or whose other half is gone. Both
    halves are looked at, as far as they could be read; one that Azure keeps itself, a virtual WAN's, is not asked for.

    Where the other network does not exist any more the peering is a leftover, and the finding of low severity. Where
    a DNS server of the cluster's network stands behind it, it is critical.

    ## Why it matters
    Nothing passes between the two networks, in either direction: a peering carries packets only when both halves are
    `Connected`. `Initiated` means that nobody made the other half; `Disconnected` that somebody deleted it, and such
    a half does not recover by itself. Nodes that cannot reach their DNS servers turn `NotReady` and do not join.

    ## How to fix it
    Delete the half that is left over, and make both halves anew. A half that is `Initiated` only waits for the other.

    ```azurecli
    az network vnet peering delete --resource-group RG --vnet-name SPOKE --name SPOKE-TO-HUB
    az network vnet peering create --resource-group RG --vnet-name SPOKE --name SPOKE-TO-HUB \\
      --remote-vnet HUB-ID --allow-vnet-access --allow-forwarded-traffic
    az network vnet peering create --resource-group HUB-RG --vnet-name HUB --name HUB-TO-SPOKE \\
      --remote-vnet SPOKE-ID --allow-vnet-access
    ```

    ```bicep
    resource spokeToHub 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01' = {
      parent: spoke
      name: 'spoke-to-hub'
      properties: {
        remoteVirtualNetwork: { id: hub.id } // and the same from the hub to the spoke
        allowVirtualNetworkAccess: true
        allowForwardedTraffic: true
      }
    }
    ```

    ```terraform
    resource "azurerm_virtual_network_peering" "spoke_to_hub" {
      name                      = "spoke-to-hub"
      resource_group_name       = "RG"
      virtual_network_name      = azurerm_virtual_network.spoke.name
      remote_virtual_network_id = azurerm_virtual_network.hub.id # and the same from the hub to the spoke
      allow_forwarded_traffic   = true
    }
    ```
    """
    yield from unread_peerings(network)
    for link in peerings_in_use(network):
        for half in link.halves:
            if half.peering.state.lower() not in STATES:
                state, field = half.peering.state, "peeringState"
                yield unknown(half.id, not_known(half, field, state) if state else not_said(half, field))
        unread = other_half_unread(link)
        if is_missing(link) or any(half.peering.state.lower() in _DOWN for half in link.halves):
            yield _finding(network, link)
        elif unread:
            yield unknown(link.near.id, unread)


def _finding(network: Network, link: PeeringLink) -> Finding:
    exists = isinstance(network.virtual_network(link.far_id), VirtualNetwork)
    states = [f"{half.peering.name} of {half.owner.name} is {half.peering.state or 'not told'}" for half in link.halves]
    is_leftover = is_missing(link) and not exists
    if is_missing(link):
        states.append(f"{link.far_id.name} {'has no peering back' if exists else 'does not exist'}")
    servers = () if is_leftover else _dns_servers_behind(network, link)
    dns = f"; DNS server {', '.join(text for text, _ in servers)} stands there" if servers else ""
    return Finding(
        link.near.id,
        f"{ends(link)} are not connected: {', '.join(states)}{dns}",
        (
            *(of_half(half, "peeringState", half.peering.state) for half in link.halves),
            *(evidence for _, evidence in servers),
        ),
        cluster_id=only(clusters_at(network, link)),
        affected=affected_by(network, link),
        severity=Severity.LOW if is_leftover else Severity.CRITICAL if servers else None,
    )


def _dns_servers_behind(network: Network, link: PeeringLink) -> tuple[tuple[str, Evidence], ...]:
    return tuple(
        (server.text, Evidence(link.network.id, "properties.dhcpOptions.dnsServers", link.network.dns_servers))
        for server in dns_servers_of(network, link.network.id)
        if server.network_id == link.far_id
    )
