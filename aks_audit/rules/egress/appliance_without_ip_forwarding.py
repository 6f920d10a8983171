from __future__ import annotations

from collections.abc import Iterator

from ...analysis.address_owner import Owner, OwnerKind, owner_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...model import Network
from .hops import Hop, appliance_hops
from .tables import affected_by, cluster_names, living, only_cluster, unread_routes

_NICS = (OwnerKind.NETWORK_INTERFACE, OwnerKind.NODE, OwnerKind.PRIVATE_ENDPOINT)


@rule(
    title="A route leads to a NIC that does not forward",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/virtual-network/virtual-network-network-interface",
    more_sources=("https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview",),
    covers=("UDR-17",),
    disrupts="nothing",
)
def appliance_without_ip_forwarding(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    The NIC of an appliance that routes of clusters' subnets lead to, with IP forwarding off. One finding for each NIC.
    A private endpoint as next hop is found too: it never forwards. Kubenet's routes to nodes have a rule of their own,
    and behind a load balancer the appliances' NICs are not looked at.

    ## Why it matters
    Azure gives a NIC only packets that are addressed to it, unless IP forwarding is on. Without it the platform drops
    everything that the route sends there, before the appliance sees it: egress of the cluster stops, nodes fail with
    `VMExtensionError_OutboundConnFail`, and the appliance's own log shows nothing. The setting is easily lost when an
    appliance is built anew. It also has to be on inside the appliance's operating system, which ARM does not show.

    ## How to fix it
    Turn IP forwarding on at the appliance's NIC.

    ```azurecli
    az network nic update --resource-group RG --name NIC --ip-forwarding true
    ```

    ```bicep
    resource nic 'Microsoft.Network/networkInterfaces@2024-05-01' = {
      name: 'nva-nic'
      properties: {
        enableIPForwarding: true
      }
    }
    ```

    ```terraform
    resource "azurerm_network_interface" "nva" {
      name                  = "nva-nic"
      ip_forwarding_enabled = true
    }
    ```
    """
    clusters = living(network)
    yield from unread_routes(network, clusters)
    gaps: dict[ResourceId, Gap] = {}
    bad: dict[ResourceId, tuple[Owner, list[Hop]]] = {}
    for hop in appliance_hops(network, clusters):
        owner = owner_of(network, hop.address, hop.virtual_network_id)
        if owner.gap:
            gaps.setdefault(hop.table_id, owner.gap)
        elif owner.kind in _NICS and owner.resource_id:
            if owner.ip_forwarding is None and owner.kind is not OwnerKind.PRIVATE_ENDPOINT:
                gaps.setdefault(owner.resource_id, _absent(owner.resource_id))
            elif not owner.ip_forwarding or owner.kind is OwnerKind.PRIVATE_ENDPOINT:
                bad.setdefault(owner.resource_id, (owner, []))[1].append(hop)
    yield from (unknown(where, gap) for where, gap in gaps.items())
    for nic_id, (owner, hops) in bad.items():
        yield _finding(nic_id, owner, hops)


def _absent(nic_id: ResourceId) -> Gap:
    return Gap(nic_id.type, nic_id.text, None, "NotCollected", "properties.enableIPForwarding is absent")


def _finding(nic_id: ResourceId, owner: Owner, hops: list[Hop]) -> Finding:
    places = [place for hop in hops for place in hop.places]
    tables = tuple(dict.fromkeys(hop.table_id for hop in hops))
    names = ", ".join(table.name for table in tables)
    is_endpoint = owner.kind is OwnerKind.PRIVATE_ENDPOINT
    trouble = "is a private endpoint, which never forwards" if is_endpoint else "has IP forwarding off"
    own = () if is_endpoint else (Evidence(nic_id, "properties.enableIPForwarding", False),)
    return Finding(
        nic_id,
        f"{nic_id.name}, next hop {hops[0].address} of {names} for {cluster_names(places)}, {trouble}",
        (*own, *(line for hop in hops for line in hop.routes[0].evidence)),
        cluster_id=only_cluster(places),
        affected=tuple(dict.fromkeys((*tables, *affected_by(places)))),
    )
