from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.addresses import show
from ...analysis.peering_graph import Half, PeeringLink, peerings_in_use
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from ...model.arm import IpNetwork
from .halves import affected_by, clusters_at, ends, not_known, not_said, of_half, only, unread_peerings

_IN_SYNC: Final = "fullyinsync"
_OUT_OF_SYNC: Final = ("remotenotinsync", "localnotinsync", "localandremotenotinsync")


@rule(
    title="A peering does not know the present address spaces",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/virtual-network/update-virtual-network-peering-address-space",
    covers=("VNT-02",),
    disrupts="nothing",
)
def peering_out_of_sync(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A connected peering of a cluster's virtual network whose `peeringSyncLevel` is not `FullyInSync`: an address
    prefix was added or taken away at one end, and the peering was not synchronised since.

    ## Why it matters
    The other end has no route to the new prefix. Nodes, pods and internal load balancers with an address of it are
    not reached over the peering, and their packets leave by the default route, while everything older works.

    ## How to fix it
    Synchronise the peering, from the end that has not seen the change. Connections that are up stay up.

    ```azurecli
    az network vnet peering sync --resource-group RG --vnet-name VNET --name PEERING
    ```

    ```bicep
    resource peering 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01' = {
      parent: spoke
      name: 'spoke-to-hub' // deploying it again with syncRemoteAddressSpace=true in the query synchronises it
      properties: { remoteVirtualNetwork: { id: hub.id } }
    }
    ```

    ```terraform
    resource "azurerm_virtual_network_peering" "spoke_to_hub" {
      name                      = "spoke-to-hub"
      resource_group_name       = "RG"
      virtual_network_name      = azurerm_virtual_network.spoke.name
      remote_virtual_network_id = azurerm_virtual_network.hub.id
      triggers                  = { remote_address_space = join(",", azurerm_virtual_network.hub.address_space) }
    }
    ```
    """
    yield from unread_peerings(network)
    for link in peerings_in_use(network):
        if link.is_connected:
            behind = [half for half in link.halves if half.peering.sync_level.lower() in _OUT_OF_SYNC]
            if behind:
                yield _finding(network, link, behind)
            elif link.near.peering.sync_level.lower() != _IN_SYNC:
                level = link.near.peering.sync_level
                field = "peeringSyncLevel"
                gap = not_known(link.near, field, level) if level else not_said(link.near, field)
                yield unknown(link.near.id, gap)


def _finding(network: Network, link: PeeringLink, behind: list[Half]) -> Finding:
    words = []
    for half in behind:
        unseen = _unseen(half)
        tail = f", without {show(unseen)}" if unseen else ""
        words.append(f"{half.peering.name} of {half.owner.name} is {half.peering.sync_level}{tail}")
    return Finding(
        link.near.id,
        f"{ends(link)} are out of sync: {'; '.join(words)}",
        (
            *(of_half(half, "peeringSyncLevel", half.peering.sync_level) for half in behind),
            *(
                of_half(half, "remoteAddressSpace.addressPrefixes", tuple(map(str, half.peering.synced_prefixes)))
                for half in behind
                if _unseen(half)
            ),
        ),
        cluster_id=only(clusters_at(network, link)),
        affected=affected_by(network, link),
    )


def _unseen(half: Half) -> list[IpNetwork]:
    """The prefixes of the other end that a half has no route to."""
    return [prefix for prefix in half.peering.remote_prefixes if prefix not in half.peering.synced_prefixes]
