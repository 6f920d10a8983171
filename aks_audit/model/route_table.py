"""Route tables."""

from __future__ import annotations

from dataclasses import dataclass

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, IpAddress, IpNetwork, Reading, SubResource, references


class _Route(ArmStruct):
    class Properties(ArmStruct):
        address_prefix: str | None = None
        next_hop_type: str | None = None
        next_hop_ip_address: str | None = None

    name: str | None = None
    properties: Properties | None = None


class _RouteTable(ArmStruct):
    class Properties(ArmStruct):
        routes: list[_Route] | None = None
        subnets: list[SubResource] | None = None
        provisioning_state: str | None = None
        disable_bgp_route_propagation: bool | None = None
        disable_peering_route: str | None = None

    properties: Properties | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One user-defined route. Source: Microsoft.Network/routeTables, properties.routes."""

    name: str
    prefix: IpNetwork | None
    """None for a service tag, and for a text that does not parse (the table then has a gap)."""
    service_tag: str
    """`Storage` and the like, where the address prefix is one; else ""."""
    next_hop_type: str
    """`VirtualAppliance`, `VnetLocal`, `Internet`, `None`, `VirtualNetworkGateway`, kept as sent."""
    next_hop_address: IpAddress | None
    """Only with `VirtualAppliance`."""

    @property
    def to_appliance(self) -> bool:
        return self.next_hop_type.lower() == "virtualappliance"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable:
    """A route table. Source: Microsoft.Network/routeTables."""

    id: ResourceId
    routes: tuple[Route, ...]
    subnet_ids: tuple[ResourceId, ...]
    """The subnets it is associated with, as the table tells it."""
    provisioning_state: str
    gap: Gap | None
    """A route of it did not parse: what is missing cannot be told."""
    disables_bgp_propagation: bool = False
    """Routes that a gateway learns stay out of the associated subnets."""
    disables_peering_routes: bool = False
    """ARM's disablePeeringRoute is `All`: routes to peered networks stay out too."""


def route_table_from_arm(resource: Resource) -> tuple[RouteTable, list[Gap]]:
    reading = Reading(resource)
    properties = reading.decode(resource.raw, _RouteTable).properties
    properties = reading.present(properties, "properties", _RouteTable.Properties())
    routes = tuple(_route(reading, number, route) for number, route in enumerate(properties.routes or ()))
    table = RouteTable(
        id=resource.id,
        routes=routes,
        subnet_ids=references(properties.subnets),
        provisioning_state=properties.provisioning_state or "",
        gap=reading.gap,
        disables_bgp_propagation=bool(properties.disable_bgp_route_propagation),
        disables_peering_routes=(properties.disable_peering_route or "").lower() == "all",
    )
    return table, reading.gaps


def _route(reading: Reading, number: int, arm: _Route) -> Route:
    properties = arm.properties or _Route.Properties()
    path = f"properties.routes[{arm.name or number}]"
    text = properties.address_prefix or ""
    is_tag = text[:1].isalpha() and ":" not in text and "/" not in text
    if not text:
        reading.invalid(f"{path}.addressPrefix", text)
    return Route(
        name=arm.name or "",
        prefix=None if is_tag else reading.prefix(text, f"{path}.addressPrefix"),
        service_tag=text if is_tag else "",
        next_hop_type=properties.next_hop_type or "",
        next_hop_address=reading.address(properties.next_hop_ip_address, f"{path}.nextHopIpAddress"),
    )
