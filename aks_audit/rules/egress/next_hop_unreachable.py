from __future__ import annotations

from collections.abc import Iterator

from ...analysis.address_owner import Distance, Owner, OwnerKind, owner_of
from ...analysis.cluster_routes import routes_by_owner
from ...analysis.effective_routes import DEFAULT_V4
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...model import Network
from .hops import Hop, appliance_hops
from .tables import affected_by, cluster_names, living, only_cluster, subnet_names, unread_routes

_DEFAULTS = (DEFAULT_V4, *DEFAULT_V4.subnets())
_FAR = (Distance.UNCONNECTED, Distance.FURTHER)


@rule(
    title="A route leads to an address where nothing can answer",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview",
    more_sources=("https://github.com/Azure/AKS/issues/1918", "https://github.com/Azure/AKS/issues/2793"),
    covers=("UDR-04",),
    disrupts="connections are reset",
)
def next_hop_unreachable(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A route on a cluster's subnet whose appliance has an address that nothing holds (no NIC, load balancer or firewall),
    that is in no network known, or that is in a network which is not peered, or whose peering is not connected.
    One finding for each address. Kubenet's own routes to nodes have rules of their own.

    ## Why it matters
    Packets to a dead next hop vanish without an answer. For a default route that is all egress: provisioning ends with
    `VMExtensionError_OutboundConnFail`, exit status 50, and running nodes turn `NotReady` (AKS issue 1918). Typical
    causes: the firewall was made anew with another address, it is deallocated, or the hub's peering was never accepted.
    A next hop must be in the network or one peered directly with it; peering does not pass on. Where the default route
    of a `userDefinedRouting` cluster is hit, this is critical.

    ## How to fix it
    Write the address that the firewall has now, or connect the peering to its network.

    ```azurecli
    az network firewall show --resource-group RG --name FIREWALL \\
      --query "ipConfigurations[0].privateIPAddress" --output tsv
    az network route-table route update --resource-group RG --route-table-name TABLE --name ROUTE \\
      --next-hop-ip-address FIREWALL_IP
    ```

    ```bicep
    resource defaultRoute 'Microsoft.Network/routeTables/routes@2024-05-01' = {
      parent: table
      name: 'default'
      properties: {
        addressPrefix: '0.0.0.0/0'
        nextHopType: 'VirtualAppliance'
        nextHopIpAddress: firewall.properties.ipConfigurations[0].properties.privateIPAddress
      }
    }
    ```

    ```terraform
    resource "azurerm_route" "default" {
      address_prefix         = "0.0.0.0/0"
      next_hop_type          = "VirtualAppliance"
      next_hop_in_ip_address = azurerm_firewall.hub.ip_configuration[0].private_ip_address
    }
    ```
    """
    clusters = living(network)
    yield from unread_routes(network, clusters)
    gaps: dict[ResourceId, Gap] = {}
    for hop in appliance_hops(network, clusters):
        owner = owner_of(network, hop.address, hop.virtual_network_id)
        gap = owner.gap or _uncertain(owner, hop)
        if gap:
            gaps.setdefault(hop.table_id, gap)
        elif owner.is_dead or owner.distance in _FAR:
            yield _finding(hop, owner)
    yield from (unknown(table_id, gap) for table_id, gap in gaps.items())


def _uncertain(owner: Owner, hop: Hop) -> Gap | None:
    """A hub's firewall, and nothing shows that the hub is connected with this network."""
    if owner.kind is not OwnerKind.HUB_FIREWALL or owner.distance is not Distance.UNKNOWN or not owner.resource_id:
        return None
    message = f"whether {hop.virtual_network_id.name} is connected with the hub of {owner.resource_id.name} is not seen"
    return Gap("Microsoft.Network/virtualHubs", owner.resource_id.text, None, "NotCollected", message)


def _finding(hop: Hop, owner: Owner) -> Finding:
    places = hop.places
    is_default = any(route.prefix in _DEFAULTS for route in hop.routes)
    critical = is_default and any(routes_by_owner(place.cluster) for place in places)
    more = f" and {len(hop.routes) - 1} more" if len(hop.routes) > 1 else ""
    return Finding(
        hop.table_id,
        f"{hop.table_id.name}, on {subnet_names(places)} of {cluster_names(places)}: route {hop.routes[0].name}{more} "
        f"{'lead' if more else 'leads'} to {hop.address}, {_words(owner, hop)}",
        (
            *(line for route in hop.routes for line in route.evidence),
            *_peering_lines(hop, owner),
        ),
        cluster_id=only_cluster(places),
        affected=affected_by(places),
        severity=Severity.CRITICAL if critical else None,
        key=f"{hop.address} {hop.virtual_network_id.name}",
    )


def _peering_lines(hop: Hop, owner: Owner) -> tuple[Evidence, ...]:
    """The peering in the way, if one is."""
    peering = owner.peering
    if peering is None or owner.distance is not Distance.UNCONNECTED:
        return ()
    path = f"properties.virtualNetworkPeerings[{peering.name}]"
    return (
        Evidence(hop.virtual_network_id, f"{path}.peeringState", peering.state),
        Evidence(hop.virtual_network_id, f"{path}.allowVirtualNetworkAccess", peering.allows_access),
    )


def _words(owner: Owner, hop: Hop) -> str:
    here = hop.virtual_network_id.name
    vnet = owner.virtual_network_id.name if owner.virtual_network_id else ""
    if owner.distance is Distance.UNCONNECTED and owner.peering:
        closed = owner.peering.state if not owner.peering.is_connected else "closed to traffic"
        return f"in {vnet}, and {here}'s peering {owner.peering.name} is {closed}"
    if owner.distance is Distance.FURTHER:
        return f"in {vnet}, which is not peered with {here}" if vnet else f"in networks that are not peered with {here}"
    match owner.kind:
        case OwnerKind.UNALLOCATED:
            return f"which nothing in {owner.subnet_id.name if owner.subnet_id else ''} of {vnet} holds"
        case OwnerKind.NO_SUBNET:
            return f"which is in no subnet of {vnet}"
        case _ if vnet:
            return f"in {vnet}, which does not exist"
        case _:
            return f"which is neither in {here} nor in a network peered with it"
