"""Private endpoints, and the private DNS zones that give their names."""

from __future__ import annotations

from dataclasses import dataclass

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, Reading, SubResource, reference, references


class _Connection(ArmStruct):
    class Properties(ArmStruct):
        class State(ArmStruct):
            status: str | None = None

        private_link_service_id: str | None = None
        group_ids: list[str] | None = None
        private_link_service_connection_state: State | None = None
        provisioning_state: str | None = None

    name: str | None = None
    properties: Properties | None = None


class _PrivateEndpoint(ArmStruct):
    class Properties(ArmStruct):
        subnet: SubResource | None = None
        network_interfaces: list[SubResource] | None = None
        private_link_service_connections: list[_Connection] | None = None
        manual_private_link_service_connections: list[_Connection] | None = None
        provisioning_state: str | None = None

    properties: Properties | None = None


class _Link(ArmStruct):
    class Properties(ArmStruct):
        virtual_network: SubResource | None = None
        registration_enabled: bool | None = None
        virtual_network_link_state: str | None = None

    properties: Properties | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointConnection:
    """What a private endpoint leads to. Source: privateLinkServiceConnections, manual ones included."""

    name: str
    target_id: ResourceId | None
    """The resource behind, such as the managed cluster."""
    group_ids: tuple[str, ...]
    """`management` for a cluster's API server."""
    status: str
    """`Approved`, `Pending`, `Rejected`, `Disconnected`, kept as sent."""
    path: str
    """Where it stands in the endpoint, in ARM's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateEndpoint:
    """A private endpoint. Source: Microsoft.Network/privateEndpoints."""

    id: ResourceId
    subnet_id: ResourceId | None
    nic_ids: tuple[ResourceId, ...]
    connections: tuple[EndpointConnection, ...]
    provisioning_state: str
    gap: Gap | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateDnsZone:
    """A private DNS zone; its name is that of its id. Source: Microsoft.Network/privateDnsZones."""

    id: ResourceId

    @property
    def name(self) -> str:
        return self.id.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateDnsZoneLink:
    """A zone's link to a virtual network. Source: Microsoft.Network/privateDnsZones/virtualNetworkLinks."""

    id: ResourceId
    virtual_network_id: ResourceId | None
    registration_enabled: bool
    state: str
    """`Completed`, `InProgress`, kept as sent."""
    gap: Gap | None

    @property
    def zone_id(self) -> ResourceId:
        return self.id.parent or self.id


def private_endpoint_from_arm(resource: Resource) -> tuple[PrivateEndpoint, list[Gap]]:
    reading = Reading(resource)
    arm = reading.decode(resource.raw, _PrivateEndpoint)
    properties = reading.present(arm.properties, "properties", _PrivateEndpoint.Properties())
    endpoint = PrivateEndpoint(
        id=resource.id,
        subnet_id=reference(properties.subnet),
        nic_ids=references(properties.network_interfaces),
        connections=tuple(
            _connection(item, f"properties.{collection}[{item.name or ''}]")
            for collection, items in (
                ("privateLinkServiceConnections", properties.private_link_service_connections),
                ("manualPrivateLinkServiceConnections", properties.manual_private_link_service_connections),
            )
            for item in items or ()
        ),
        provisioning_state=properties.provisioning_state or "",
        gap=reading.gap,
    )
    return endpoint, reading.gaps


def private_dns_zone_from_arm(resource: Resource) -> tuple[PrivateDnsZone, list[Gap]]:
    return PrivateDnsZone(id=resource.id), []


def private_dns_zone_link_from_arm(resource: Resource) -> tuple[PrivateDnsZoneLink, list[Gap]]:
    reading = Reading(resource)
    arm = reading.decode(resource.raw, _Link)
    properties = reading.present(arm.properties, "properties", _Link.Properties())
    link = PrivateDnsZoneLink(
        id=resource.id,
        virtual_network_id=reference(properties.virtual_network),
        registration_enabled=bool(properties.registration_enabled),
        state=properties.virtual_network_link_state or "",
        gap=reading.gap,
    )
    return link, reading.gaps


def _connection(arm: _Connection, path: str) -> EndpointConnection:
    properties = arm.properties or _Connection.Properties()
    state = properties.private_link_service_connection_state
    return EndpointConnection(
        name=arm.name or "",
        target_id=ResourceId.of(properties.private_link_service_id) if properties.private_link_service_id else None,
        group_ids=tuple(properties.group_ids or ()),
        status=(state and state.status) or "",
        path=path,
    )
