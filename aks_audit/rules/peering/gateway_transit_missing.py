from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import networks_in_use
from ...analysis.peering_graph import Half, PeeringLink, peerings_of
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .halves import affected_by, clusters_at, not_said, of_half, only, other_half_unread, unread_peerings


@rule(
    title="A network uses the gateway of a peer that does not share it",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-peering-gateway-transit",
    covers=("VNT-03",),
    disrupts="nothing",
)
def gateway_transit_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A connected peering of a cluster's virtual network with `useRemoteGateways`, whose other half does not say
    `allowGatewayTransit`.

    ## Why it matters
    The gateway's routes reach the cluster's network only when both halves say so. Without them nodes and pods have
    no way to the sites behind VPN or ExpressRoute, nor back: sites don't learn the network's prefixes. What
    depends on a DNS server or a registry there stops.

    ## How to fix it
    Allow transit on the half of the network that has the gateway. No connection within Azure is touched.

    ```azurecli
    az network vnet peering update --resource-group HUB-RG --vnet-name HUB --name HUB-TO-SPOKE \\
      --set allowGatewayTransit=true
    ```

    ```bicep
    resource hubToSpoke 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01' = {
      parent: hub
      name: 'hub-to-spoke'
      properties: {
        remoteVirtualNetwork: { id: spoke.id }
        allowGatewayTransit: true // and useRemoteGateways: true on the spoke's half
      }
    }
    ```

    ```terraform
    resource "azurerm_virtual_network_peering" "hub_to_spoke" {
      name                      = "hub-to-spoke"
      resource_group_name       = "HUB-RG"
      virtual_network_name      = azurerm_virtual_network.hub.name
      remote_virtual_network_id = azurerm_virtual_network.spoke.id
      allow_gateway_transit     = true # and use_remote_gateways = true on the spoke's half
    }
    ```
    """
    yield from unread_peerings(network)
    for vnet in networks_in_use(network):
        for link in peerings_of(network, vnet.id):
            if link.near.peering.uses_remote_gateways and link.is_connected:
                unread = other_half_unread(link)
                if unread:
                    yield unknown(link.near.id, unread)
                elif isinstance(link.far, Half):
                    if link.far.peering.allows_gateway_transit is None:
                        yield unknown(link.far.id, not_said(link.far, "allowGatewayTransit"))
                    elif not link.far.peering.allows_gateway_transit:
                        yield _finding(network, link, link.far)


def _finding(network: Network, link: PeeringLink, far: Half) -> Finding:
    return Finding(
        link.near.id,
        f"{link.near.peering.name} of {link.network.id.name} uses the gateway of {far.owner.name}, "
        f"but {far.peering.name} does not allow gateway transit",
        (of_half(link.near, "useRemoteGateways", True), of_half(far, "allowGatewayTransit", False)),
        cluster_id=only(clusters_at(network, link)),
        affected=affected_by(network, link),
    )
