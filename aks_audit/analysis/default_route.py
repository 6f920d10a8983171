"""Whether a route of the owner's takes what leaves a subnet, before anything else is asked."""

from __future__ import annotations

from ..inventory.resource_id import ResourceId
from ..inventory.types import AZURE_FIREWALLS
from ..model import Firewall, Missing, Network, NotCollected, Subnet
from .address_owner import owner_of
from .effective_routes import EffectiveRoute, effective_routes


def default_route(network: Network, subnet: Subnet) -> EffectiveRoute | NotCollected | None:
    """The owner's route of 0.0.0.0/0 that leads elsewhere than to the Internet; None: there is none.

    A route to `Internet` changes nothing: the NAT gateway and the load balancer still take the traffic.
    """
    return _leading_elsewhere(effective_routes(network, subnet).default)


def default_route_v6(network: Network, subnet: Subnet) -> EffectiveRoute | NotCollected | None:
    """The same of ::/0."""
    return _leading_elsewhere(effective_routes(network, subnet).default_v6)


def _leading_elsewhere(route: EffectiveRoute | NotCollected | None) -> EffectiveRoute | NotCollected | None:
    if isinstance(route, EffectiveRoute):
        return route if route.is_user and route.hop != "internet" else None
    return route


def drops(route: EffectiveRoute) -> bool:
    """Whether a default route leads nowhere. That `VnetLocal` does is seen in practice, not stated."""
    return route.hop in ("none", "vnetlocal")


def next_hop(route: EffectiveRoute) -> str:
    """`VirtualAppliance 10.0.1.4`"""
    return f"{route.next_hop_type} {route.next_hop_address}" if route.next_hop_address else route.next_hop_type


def firewall_behind(network: Network, subnet: Subnet, route: EffectiveRoute) -> Firewall | NotCollected | None:
    """The Azure Firewall that a route names; None where it is something else."""
    if route.next_hop_address is None:
        return None
    owner = owner_of(network, route.next_hop_address, subnet.virtual_network_id)
    if owner.resource_id:
        return network.firewalls.get(owner.resource_id)
    if owner.gap:
        return NotCollected(owner.gap)
    if owner.subnet_id or owner.virtual_network_id:
        return None  # its place is known, and nothing is there
    place = f"{subnet.id.subscription_id}/resourceGroups/any/providers/{AZURE_FIREWALLS}/any"
    listed = network.completeness.absent(AZURE_FIREWALLS, ResourceId.of(place))
    return None if isinstance(listed, Missing) else listed  # one in a hub stands in no network that is known
