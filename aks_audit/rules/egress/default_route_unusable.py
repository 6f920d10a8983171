from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_routes import RoutedSubnet
from ...analysis.effective_routes import EffectiveRoute, Learned
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import ROUTE_TABLES
from ...model import Network, NotCollected
from .tables import (
    affected_by,
    cluster_names,
    clusters_of_owners_routes,
    only_cluster,
    outbound_types,
    routed_subnets,
    subnet_names,
    table_or_subnet,
    unread_subnets,
)

_USABLE = ("virtualappliance", "virtualapplianceecmp")


@rule(
    title="userDefinedRouting, and the default route leads nowhere",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/egress-udr",
    more_sources=(
        "https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview",
        "https://github.com/hashicorp/terraform-provider-azurerm/issues/8609",
    ),
    covers=("UDR-03",),
    disrupts="connections are reset",
)
def default_route_unusable(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A 0.0.0.0/0 route on a subnet of a cluster with outbound type `userDefinedRouting` whose next hop type is
    `Internet`, `None` or `VnetLocal`, or `VirtualNetworkGateway` where no gateway is in the network and none of a
    connected peer's is used.

    ## Why it matters
    Such a cluster has no address of its own to leave by. `Internet` is refused with `RouteTableInvalidNextHop` when
    the cluster is written, and until then leans on default outbound access, which is being retired. `None`, or a
    gateway that is not there, drops everything: nodes fail with `VMExtensionError_OutboundConnFail` and turn
    `NotReady`. Not verified: that `VnetLocal` drops what is outside of the network; it counts as medium.

    ## How to fix it
    Point the default route at the firewall, an appliance, or a gateway that is there.

    ```azurecli
    az network route-table route update --resource-group RG --route-table-name TABLE --name ROUTE \\
      --next-hop-type VirtualAppliance --next-hop-ip-address FIREWALL_IP
    ```

    ```bicep
    resource defaultRoute 'Microsoft.Network/routeTables/routes@2024-05-01' = {
      parent: table
      name: 'default'
      properties: {
        addressPrefix: '0.0.0.0/0'
        nextHopType: 'VirtualAppliance' // not Internet, None or VnetLocal
        nextHopIpAddress: firewallIp
      }
    }
    ```

    ```terraform
    resource "azurerm_route" "default" {
      address_prefix         = "0.0.0.0/0"
      next_hop_type          = "VirtualAppliance" # not Internet, None or VnetLocal
      next_hop_in_ip_address = var.firewall_ip
    }
    ```
    """
    clusters = clusters_of_owners_routes(network)
    yield from unread_subnets(network, clusters)
    unread: dict[ResourceId, Gap] = {}
    bad: dict[tuple[ResourceId, str], tuple[EffectiveRoute, list[RoutedSubnet]]] = {}
    for place in routed_subnets(network, clusters):
        default = place.routes.default
        if isinstance(default, NotCollected):
            unread.setdefault(table_or_subnet(place), default.gap)
        elif default and default.is_user and default.table_id and default.hop not in _USABLE:
            trouble = _trouble(place, default)
            if trouble is None:
                unread.setdefault(default.table_id, _unrecognised(default.table_id, default))
            elif trouble:
                bad.setdefault((default.table_id, trouble), (default, []))[1].append(place)
    yield from (unknown(where, gap) for where, gap in unread.items())
    for (table_id, trouble), (default, places) in bad.items():
        yield Finding(
            table_id,
            f"{table_id.name}, on {subnet_names(places)} of {cluster_names(places)}: default route {default.name} "
            f"leads to {default.next_hop_type}, {trouble}",
            (*default.evidence, *outbound_types(places)),
            cluster_id=only_cluster(places),
            affected=affected_by(places),
            severity=Severity.MEDIUM if default.hop == "vnetlocal" else None,
        )


def _trouble(place: RoutedSubnet, default: EffectiveRoute) -> str | None:
    """What is wrong; "" where nothing is, None where the next hop type is not known."""
    match default.hop:
        case "internet":
            return "and the cluster has no public address to leave by"
        case "none":
            return "which drops everything"
        case "vnetlocal":
            return "where nothing outside of the network is"
        case "virtualnetworkgateway" if place.routes.learned is Learned.NONE:
            return "and no gateway is in the network or in a peer whose gateway it uses"
        case "virtualnetworkgateway":
            return ""
        case _:
            return None


def _unrecognised(table_id: ResourceId, route: EffectiveRoute) -> Gap:
    message = f"{route.path}.nextHopType is {route.next_hop_type!r}, which is not known here"
    return Gap(ROUTE_TABLES, table_id.text, None, "InvalidValue", message)
