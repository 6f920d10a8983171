"""The next hops of the owner's routes on clusters' subnets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...analysis.cluster_routes import RoutedSubnet
from ...analysis.effective_routes import EffectiveRoute
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network
from ...model.arm import IpAddress
from .tables import is_pod_route, routed_subnets


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """An appliance's address as one table names it, for the subnets of one virtual network."""

    table_id: ResourceId
    address: IpAddress
    virtual_network_id: ResourceId
    routes: tuple[EffectiveRoute, ...]
    """The lines that lead there, the default route first."""
    places: tuple[RoutedSubnet, ...]
    """The clusters' subnets that the table is on."""


def appliance_hops(network: Network, clusters: Iterable[ManagedCluster]) -> tuple[Hop, ...]:
    """Each address that routes on these clusters' subnets name, once for each table and virtual network.

    Kubenet's routes to nodes are left out.
    """
    found: dict[
        tuple[ResourceId, IpAddress, ResourceId], tuple[dict[EffectiveRoute, None], dict[RoutedSubnet, None]]
    ] = {}
    for place in routed_subnets(network, clusters):
        for route in place.routes.routes:
            if route.is_user and route.to_appliance and route.next_hop_address and route.table_id:
                if is_pod_route(network, place, route):
                    continue
                key = (route.table_id, route.next_hop_address, place.subnet.virtual_network_id)
                routes, places = found.setdefault(key, ({}, {}))
                routes[route] = None
                places[place] = None
    return tuple(
        Hop(
            table_id=table_id,
            address=address,
            virtual_network_id=vnet_id,
            routes=tuple(sorted(routes, key=lambda route: route.prefix.prefixlen > 0)),
            places=tuple(places),
        )
        for (table_id, address, vnet_id), (routes, places) in found.items()
    )
