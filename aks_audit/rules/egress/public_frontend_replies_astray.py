from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...analysis.address_owner import OwnerKind, owner_of
from ...analysis.cluster_routes import RoutedSubnet, cluster_routes
from ...analysis.effective_routes import DEFAULT_V4, EffectiveRoute
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Frontend, LoadBalancer, ManagedCluster, Network, NotCollected, PublicIp
from ...model.arm import IpAddress
from .tables import hop_of, living, subnet_names, unread_routes


@rule(
    title="Replies to public services leave by an appliance that never saw the request",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/limit-egress-traffic",
    more_sources=(
        "https://learn.microsoft.com/azure/aks/egress-udr",
        "https://learn.microsoft.com/azure/firewall/integrate-lb",
    ),
    covers=("UDR-14",),
    disrupts="connections are reset",
)
def public_frontend_replies_astray(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A load balancer in a cluster's node resource group with public frontends that take traffic in (they have load
    balancing rules), while a subnet of the cluster's nodes has its default route to an appliance. It is quiet where
    the firewall's own public address is routed to `Internet`, as the documented pattern of DNAT before the load
    balancer has it; where the appliance is not an Azure Firewall, any narrower route to `Internet` counts as that.

    ## Why it matters
    A request comes in at the load balancer, and the node's reply follows the default route to the appliance, which
    never saw the connection begin. A stateful firewall drops it: services of type LoadBalancer time out from outside,
    while everything looks healthy within.

    ## How to fix it
    Let clients come in through the firewall: a DNAT rule to the service's public address, and a route for the
    firewall's public address to `Internet`. Or make the service internal and publish it through the firewall.

    ```azurecli
    az network route-table route create --resource-group RG --route-table-name TABLE --name firewall-public \\
      --address-prefix FIREWALL_PUBLIC_IP/32 --next-hop-type Internet
    ```

    ```bicep
    resource back 'Microsoft.Network/routeTables/routes@2024-05-01' = {
      parent: table
      name: 'firewall-public'
      properties: {
        addressPrefix: '${firewallPublicIp.properties.ipAddress}/32'
        nextHopType: 'Internet'
      }
    }
    ```

    ```terraform
    resource "azurerm_route" "back" {
      name           = "firewall-public"
      address_prefix = "${azurerm_public_ip.firewall.ip_address}/32"
      next_hop_type  = "Internet"
    }
    ```
    """
    clusters = living(network)
    yield from unread_routes(network, clusters)
    for cluster in clusters:
        astray = [
            (place, route) for place in cluster_routes(network, cluster).of_nodes for route in _to_appliance(place)
        ]
        if not astray:
            continue
        balancers = network.load_balancers_of(cluster)
        if isinstance(balancers, NotCollected):
            yield unknown(cluster.id, balancers)
            continue
        for balancer in balancers:
            inbound = _inbound(balancer)
            if balancer.gap:
                yield unknown(balancer.id, balancer.gap)
            elif inbound:
                yield from _judge(network, _Case(cluster, balancer, inbound), astray)


@dataclass(frozen=True, slots=True)
class _Case:
    cluster: ManagedCluster
    balancer: LoadBalancer
    inbound: list[Frontend]


def _judge(
    network: Network, case: _Case, astray: list[tuple[RoutedSubnet, EffectiveRoute]]
) -> Iterator[Finding | Unknown]:
    hit: list[tuple[RoutedSubnet, EffectiveRoute]] = []
    for place, route in astray:
        match _comes_back(network, place, route):
            case NotCollected() as gap:
                yield unknown(case.balancer.id, gap)
                return
            case False:
                hit.append((place, route))
    if hit:
        yield _finding(case, hit)


def _to_appliance(place: RoutedSubnet) -> list[EffectiveRoute]:
    default = place.routes.default
    found = isinstance(default, EffectiveRoute) and default.is_user and default.to_appliance
    return [default] if isinstance(default, EffectiveRoute) and found else []


def _inbound(balancer: LoadBalancer) -> list[Frontend]:
    """The public frontends that take connections in; those for outbound rules alone don't."""
    used = {rule.frontend_id for rule in balancer.rules}
    return [frontend for frontend in balancer.frontends if frontend.is_public and frontend.id in used]


def _comes_back(network: Network, place: RoutedSubnet, default: EffectiveRoute) -> bool | NotCollected:
    """Whether replies to what the firewall hands on by DNAT find a way past the default route."""
    narrow = [route for route in place.routes.routes if route.is_user and route.hop == "internet"]
    if not any(route.prefix != DEFAULT_V4 for route in narrow):
        return False
    publics = _public_addresses(network, place, default)
    if not isinstance(publics, list):
        return publics
    answers = [place.routes.for_address(address) for address in publics]
    gap = next((answer for answer in answers if isinstance(answer, NotCollected)), None)
    if any(isinstance(answer, EffectiveRoute) and answer.hop == "internet" for answer in answers):
        return True
    return gap or False


def _public_addresses(
    network: Network, place: RoutedSubnet, default: EffectiveRoute
) -> list[IpAddress] | bool | NotCollected:
    """Of the Azure Firewall behind the default route; True where it is none, or not known."""
    if default.next_hop_address is None:
        return True
    owner = owner_of(network, default.next_hop_address, place.subnet.virtual_network_id)
    if owner.kind is not OwnerKind.FIREWALL or owner.resource_id is None:
        return True
    found: list[IpAddress] = []
    for public_ip_id in network.firewalls[owner.resource_id].public_ip_ids:
        match network.public_ip(public_ip_id):
            case NotCollected() as gap:
                return gap
            case PublicIp(address=address) if address:
                found.append(address)
    return found


def _finding(case: _Case, hit: list[tuple[RoutedSubnet, EffectiveRoute]]) -> Finding:
    routes = dict.fromkeys(route for _, route in hit)
    places = [place for place, _ in hit]
    hops = ", ".join(dict.fromkeys(hop_of(route) for route in routes))
    count = "1 public frontend" if len(case.inbound) == 1 else f"{len(case.inbound)} public frontends"
    return Finding(
        case.balancer.id,
        f"{case.cluster.name}: {case.balancer.id.name} takes traffic in at {count}, and replies from "
        f"{subnet_names(places)} follow the default route to {hops}",
        (
            *(line for route in routes for line in route.evidence),
            *(_public_address(case.balancer, frontend) for frontend in case.inbound),
        ),
        cluster_id=case.cluster.id,
        affected=tuple(
            dict.fromkeys((*(place.subnet.id for place in places), *(r.table_id for r in routes if r.table_id)))
        ),
    )


def _public_address(balancer: LoadBalancer, frontend: Frontend) -> Evidence:
    path = f"properties.frontendIPConfigurations[{frontend.name}]"
    if frontend.public_ip_id:
        return Evidence(balancer.id, f"{path}.publicIPAddress.id", frontend.public_ip_id.text)
    prefix_id = frontend.public_prefix_id
    return Evidence(balancer.id, f"{path}.publicIPPrefix.id", prefix_id.text if prefix_id else None)
