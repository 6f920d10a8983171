"""By what a pool's traffic to the Internet really leaves, whatever the cluster's outbound type says.

Azure's order: the owner's default route to an appliance or a gateway, the subnet's NAT gateway, the node's own public
address, the load balancer's outbound rules, and last the default outbound access that nobody asked for.

Source: https://learn.microsoft.com/azure/nat-gateway/nat-overview,
https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import ip_network

from ..findings import Evidence
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import (
    AGENT_POOLS,
    AZURE_FIREWALLS,
    NETWORK_INTERFACES,
    ROUTE_TABLES,
    SUBNETS,
    VIRTUAL_NETWORK_GATEWAYS,
)
from ..model import Firewall, LoadBalancer, ManagedCluster, Missing, NatGateway, Network, NodePool, NotCollected, Subnet
from ..model.network import remembered
from .default_route import default_route, drops, firewall_behind, next_hop
from .effective_routes import EffectiveRoute, effective_routes
from .nodes import node_subnet_id
from .outbound_balancer import is_basic, leaving_rules, nothing_leaves, outbound_balancer, outbound_ids
from .outbound_type import OutboundType, outbound_type_of
from .public_addresses import PublicAddresses, public_addresses

OUTBOUND_TYPE = "properties.networkProfile.outboundType"
HUB_ADDRESSES = "properties.hubIPAddresses.publicIPs.addresses[].address"
_NOTHING = PublicAddresses(ids=())


class EgressKind(StrEnum):
    """What traffic to the Internet passes last."""

    LOAD_BALANCER = "loadBalancer"
    NAT_GATEWAY = "natGateway"
    APPLIANCE = "appliance"
    """A firewall or another machine that the default route names."""
    NETWORK_GATEWAY = "virtualNetworkGateway"
    NODE_PUBLIC_IP = "nodePublicIp"
    DEFAULT_ACCESS = "defaultOutboundAccess"
    """An address of Azure's choosing that may change."""
    NONE = "none"
    UNKNOWN = "unknown"
    """Something deciding was not read; `gap` says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressPath:
    """The way out of one pool, or of its pods."""

    kind: EgressKind
    subnet_id: ResourceId | None
    because: str
    """Why, in words."""
    evidence: tuple[Evidence, ...] = ()
    via: ResourceId | None = None
    """The load balancer, gateway, firewall; None where it has no id that is known."""
    addresses: PublicAddresses = _NOTHING
    """The public addresses that others see."""
    gap: Gap | None = None
    matches_outbound_type: bool | None = None
    """Whether the outbound type says the same; None: not known, or a type that is not known here."""
    may_be_learned: bool = False
    """A gateway may advertise a default route that ARM does not show, and that would be taken instead."""

    @property
    def words(self) -> str:
        """`natGateway natgw1`"""
        return f"{self.kind} {self.via.name}" if self.via else str(self.kind)


@remembered
def egress_of(network: Network, cluster: ManagedCluster, pool: NodePool) -> EgressPath:
    """The way out of a pool's nodes."""
    match node_subnet_id(network, cluster, pool):
        case NotCollected(gap):
            return _unknown(None, gap)
        case subnet_id:
            return _judged(cluster, _of_subnet(network, cluster, pool, subnet_id))


@remembered
def pod_egress_of(network: Network, cluster: ManagedCluster, pool: NodePool) -> EgressPath | None:
    """The way out of pods with a subnet of their own; None where they share the nodes'.

    The pod subnet's routes and NAT gateway decide; without them pods leave as their node does.
    """
    if pool.pod_subnet_id is None:
        return None
    subnet = network.subnet(pool.pod_subnet_id)
    if not isinstance(subnet, Subnet):
        return _judged(cluster, _without_subnet(pool.pod_subnet_id, subnet))
    own = _by_route_or_gateway(network, cluster, subnet)
    return _judged(cluster, own) if own else replace(egress_of(network, cluster, pool), subnet_id=subnet.id)


def _of_subnet(network: Network, cluster: ManagedCluster, pool: NodePool, subnet_id: ResourceId) -> EgressPath:
    subnet = network.subnet(subnet_id)
    if not isinstance(subnet, Subnet):
        return _without_subnet(subnet_id, subnet)
    found = _by_route_or_gateway(network, cluster, subnet)
    if found:
        return found
    path = _by_node_address(network, cluster, pool, subnet) or _by_balancer(network, cluster, subnet)
    may_be_learned = effective_routes(network, subnet).default_may_be_learned
    return replace(path or _by_default(subnet), may_be_learned=may_be_learned)


def _without_subnet(subnet_id: ResourceId, subnet: Missing | NotCollected) -> EgressPath:
    if isinstance(subnet, NotCollected):
        return _unknown(subnet_id, subnet.gap)
    return _unknown(subnet_id, Gap(SUBNETS, subnet_id.text, None, "NotCollected", "the subnet does not exist"))


def _unknown(subnet_id: ResourceId | None, gap: Gap) -> EgressPath:
    return EgressPath(kind=EgressKind.UNKNOWN, subnet_id=subnet_id, because=gap.message, gap=gap)


def _by_route_or_gateway(network: Network, cluster: ManagedCluster, subnet: Subnet) -> EgressPath | None:
    """What the subnet alone decides; None: neither a route nor a NAT gateway takes the traffic."""
    if outbound_type_of(cluster) is OutboundType.BLOCK:
        seen = Evidence(cluster.id, OUTBOUND_TYPE, cluster.outbound_type)
        return EgressPath(
            kind=EgressKind.NONE,
            subnet_id=subnet.id,
            because="outbound type block denies what leaves",
            evidence=(seen,),
        )
    if subnet.gap:
        return _unknown(subnet.id, subnet.gap)
    match default_route(network, subnet):
        case NotCollected(gap):
            return _unknown(subnet.id, gap)
        case EffectiveRoute() as route:
            return _by_route(network, subnet, route)
        case None:
            pass
    match network.nat_gateway_of(subnet):
        case None:
            return None
        case NatGateway() as gateway:
            return _unknown(subnet.id, gateway.gap) if gateway.gap else _by_nat_gateway(network, subnet, gateway)
        case NotCollected(gap):
            return _unknown(subnet.id, gap)
        case Missing(gateway_id):
            return EgressPath(
                kind=EgressKind.NONE,
                subnet_id=subnet.id,
                because=f"its NAT gateway {gateway_id.name} does not exist",
                evidence=(Evidence(subnet.id, "properties.natGateway.id", gateway_id.text),),
            )


def _by_route(network: Network, subnet: Subnet, route: EffectiveRoute) -> EgressPath:
    because = f"route {route.name} sends {route.prefix} to {next_hop(route)}"
    path = EgressPath(kind=EgressKind.NONE, subnet_id=subnet.id, because=because, evidence=route.evidence)
    if drops(route):
        return path
    if route.to_appliance:
        firewall = firewall_behind(network, subnet, route)
        return replace(
            path,
            kind=EgressKind.APPLIANCE,
            via=firewall.id if isinstance(firewall, Firewall) else None,
            addresses=_of_firewall(network, subnet, route, firewall),
        )
    if route.hop == "virtualnetworkgateway":
        gap = _hidden(VIRTUAL_NETWORK_GATEWAYS, subnet.id, "what lies behind a virtual network gateway")
        return replace(path, kind=EgressKind.NETWORK_GATEWAY, addresses=PublicAddresses(ids=(), gap=gap))
    message = f"route {route.name} has the next hop type {route.next_hop_type!r}, which is not known here"
    place = route.table_id or subnet.id
    return _unknown(subnet.id, Gap(ROUTE_TABLES, place.text, None, "InvalidValue", message))


def _of_firewall(
    network: Network, subnet: Subnet, route: EffectiveRoute, firewall: Firewall | NotCollected | None
) -> PublicAddresses:
    if not isinstance(firewall, Firewall):
        gap = _hidden(NETWORK_INTERFACES, subnet.id, f"the public addresses behind {next_hop(route)}")
        return PublicAddresses(ids=(), gap=gap)
    found = public_addresses(network, firewall.public_ip_ids)
    if firewall.hub_public_addresses and not firewall.gap:
        own = tuple(ip_network(str(address)) for address in firewall.hub_public_addresses)
        return replace(found, known=found.known + own)
    if not found.ids:  # a deallocated firewall has none, and one in a tunnel leaves by somebody else's
        return replace(found, gap=firewall.gap or _hidden(AZURE_FIREWALLS, firewall.id, "the firewall's addresses"))
    return replace(found, gap=found.gap or firewall.gap)


def _hidden(resource_type: str, place: ResourceId, what: str) -> Gap:
    return Gap(resource_type, place.text, None, "NotCollected", f"{what}: not in what was collected")


def _by_nat_gateway(network: Network, subnet: Subnet, gateway: NatGateway) -> EgressPath:
    addresses = public_addresses(network, gateway.public_ip_ids + gateway.public_prefix_ids)
    empty = not addresses.ids
    because = f"NAT gateway {gateway.id.name} is on subnet {subnet.id.name}"
    return EgressPath(
        kind=EgressKind.NONE if empty else EgressKind.NAT_GATEWAY,
        subnet_id=subnet.id,
        because=f"{because} and has no public address" if empty else because,
        evidence=(Evidence(subnet.id, "properties.natGateway.id", gateway.id.text),),
        via=gateway.id,
        addresses=addresses,
    )


def _by_node_address(network: Network, cluster: ManagedCluster, pool: NodePool, subnet: Subnet) -> EgressPath | None:
    if not pool.has_node_public_ips:
        return None
    prefix = pool.node_public_ip_prefix_id
    path = f"properties.agentPoolProfiles[{pool.name}]"
    gap = Gap(AGENT_POOLS, f"{cluster.id}/agentPools/{pool.name}", None, "NotCollected", "addresses of single nodes")
    return EgressPath(
        kind=EgressKind.NODE_PUBLIC_IP,
        subnet_id=subnet.id,
        because=f"the nodes of pool {pool.name} have public addresses of their own",
        evidence=(Evidence(cluster.id, f"{path}.enableNodePublicIP", value=True),),
        via=prefix,
        addresses=public_addresses(network, (prefix,)) if prefix else PublicAddresses(ids=(), gap=gap),
    )


def _by_balancer(network: Network, cluster: ManagedCluster, subnet: Subnet) -> EgressPath | None:
    """The load balancer's outbound rules; None: there are none.

    A cluster that does not leave by a load balancer may have one, for its services: such a one has no outbound rules.
    """
    balancer = outbound_balancer(network, cluster)
    if isinstance(balancer, NotCollected):
        return _unknown(subnet.id, balancer.gap)
    if isinstance(balancer, Missing):
        return None
    rules = leaving_rules(balancer)
    if rules:
        return EgressPath(
            kind=EgressKind.LOAD_BALANCER,
            subnet_id=subnet.id,
            because=f"outbound rule {rules[0].name} of load balancer {balancer.id.name}",
            evidence=(
                Evidence(
                    balancer.id,
                    f"properties.outboundRules[{rules[0].name}].frontendIPConfigurations",
                    tuple(each.text for each in rules[0].frontend_ids),
                ),
            ),
            via=balancer.id,
            addresses=public_addresses(network, outbound_ids(balancer)),
        )
    return _by_inbound_rules(network, cluster, subnet, balancer)


def _by_inbound_rules(
    network: Network, cluster: ManagedCluster, subnet: Subnet, balancer: LoadBalancer
) -> EgressPath | None:
    """A public load balancer lends its frontends' addresses where no rule forbids it, a Basic one always."""
    lending = [rule for rule in balancer.rules if not rule.disables_outbound_snat or is_basic(cluster)]
    frontends = [f for rule in lending if (f := balancer.frontend(rule.frontend_id)) and f.is_public]
    if not frontends:
        return None
    ids = [resource_id for f in frontends if (resource_id := f.public_ip_id or f.public_prefix_id)]
    return EgressPath(
        kind=EgressKind.LOAD_BALANCER,
        subnet_id=subnet.id,
        because=f"load balancer {balancer.id.name} has no outbound rule and lends the addresses of its services",
        evidence=(nothing_leaves(balancer),),
        via=balancer.id,
        addresses=public_addresses(network, ids),
    )


def _by_default(subnet: Subnet) -> EgressPath:
    seen = Evidence(subnet.id, "properties.defaultOutboundAccess", subnet.default_outbound_access)
    if subnet.default_outbound_access is False:
        because = f"nothing leads out of subnet {subnet.id.name}, and default outbound access is off there"
        return EgressPath(kind=EgressKind.NONE, subnet_id=subnet.id, because=because, evidence=(seen,))
    gap = Gap(SUBNETS, subnet.id.text, None, "NotCollected", "Azure chooses the address and may change it")
    return EgressPath(
        kind=EgressKind.DEFAULT_ACCESS,
        subnet_id=subnet.id,
        because=f"nothing leads out of subnet {subnet.id.name} but Azure's default outbound access",
        evidence=(seen,),
        addresses=PublicAddresses(ids=(), gap=gap),
    )


_SAID = {
    OutboundType.LOAD_BALANCER: (EgressKind.LOAD_BALANCER,),
    OutboundType.MANAGED_NAT: (EgressKind.NAT_GATEWAY,),
    OutboundType.USER_NAT: (EgressKind.NAT_GATEWAY,),
    OutboundType.USER_ROUTING: (EgressKind.APPLIANCE, EgressKind.NETWORK_GATEWAY),
    OutboundType.NONE: (
        EgressKind.NONE,
        EgressKind.APPLIANCE,
        EgressKind.NETWORK_GATEWAY,
        EgressKind.NAT_GATEWAY,
    ),
    OutboundType.BLOCK: (EgressKind.NONE,),
}
"""`none` leaves the way to the owner; what counts there is that nothing goes out unasked."""


def _judged(cluster: ManagedCluster, path: EgressPath) -> EgressPath:
    said = _SAID.get(outbound_type_of(cluster))
    matches = None if said is None or path.kind is EgressKind.UNKNOWN else path.kind in said
    return replace(path, matches_outbound_type=matches)
