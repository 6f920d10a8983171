from __future__ import annotations

from collections.abc import Iterator

from ...analysis.peering_graph import Half, PeeringLink, peerings_in_use
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .halves import affected_by, clusters_at, ends, not_said, of_half, only, other_half_unread, unread_peerings


@rule(
    title="A peering of a cluster's virtual network refuses access",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering",
    covers=("VNT-04",),
    disrupts="nothing",
)
def peering_access_denied(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A connected peering of a cluster's virtual network of which a half has `allowVirtualNetworkAccess` false.

    ## Why it matters
    The two networks are peered and yet do not talk: the other network falls out of the `VirtualNetwork` tag by which
    the default security rules let peers in. A private API server, private endpoints and internal load balancers
    behind such a peering time out, and the peering looks `Connected` all the while. Somebody may have meant it so,
    to isolate an environment; then nothing that the cluster needs may stand there.

    ## How to fix it
    Allow access on both halves, or delete the peering where isolation is meant.

    ```azurecli
    az network vnet peering update --resource-group RG --vnet-name VNET --name PEERING \\
      --set allowVirtualNetworkAccess=true
    ```

    ```bicep
    resource spokeToHub 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01' = {
      parent: spoke
      name: 'spoke-to-hub'
      properties: {
        remoteVirtualNetwork: { id: hub.id }
        allowVirtualNetworkAccess: true
      }
    }
    ```

    ```terraform
    resource "azurerm_virtual_network_peering" "spoke_to_hub" {
      name                         = "spoke-to-hub"
      resource_group_name          = "RG"
      virtual_network_name         = azurerm_virtual_network.spoke.name
      remote_virtual_network_id    = azurerm_virtual_network.hub.id
      allow_virtual_network_access = true
    }
    ```
    """
    yield from unread_peerings(network)
    for link in peerings_in_use(network):
        if link.is_connected:
            refusing = [half for half in link.halves if half.peering.allows_access is False]
            silent = [half for half in link.halves if half.peering.allows_access is None]
            unread = other_half_unread(link)
            if refusing:
                yield _finding(network, link, refusing)
            elif silent:
                yield unknown(silent[0].id, not_said(silent[0], "allowVirtualNetworkAccess"))
            elif unread:
                yield unknown(link.near.id, unread)


def _finding(network: Network, link: PeeringLink, refusing: list[Half]) -> Finding:
    names = " and ".join(f"{half.peering.name} of {half.owner.name}" for half in refusing)
    return Finding(
        link.near.id,
        f"{ends(link)} are peered, but {names} {'refuses' if len(refusing) == 1 else 'refuse'} access",
        tuple(of_half(half, "allowVirtualNetworkAccess", half.peering.allows_access) for half in link.halves),
        cluster_id=only(clusters_at(network, link)),
        affected=affected_by(network, link),
    )
