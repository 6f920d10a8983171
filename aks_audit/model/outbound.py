"""What egress leaves by: NAT gateways, public IP addresses and prefixes."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, Int, IpAddress, IpNetwork, Reading, SubResource, reference, references


class _Sku(ArmStruct):
    name: str | None = None


class _NatGateway(ArmStruct):
    class Properties(ArmStruct):
        public_ip_addresses: list[SubResource] | None = None
        public_ip_prefixes: list[SubResource] | None = None
        subnets: list[SubResource] | None = None
        idle_timeout_in_minutes: Int | None = None

    sku: _Sku | None = None
    zones: list[str] | None = None
    properties: Properties | None = None


class _Prefix(ArmStruct):
    class Properties(ArmStruct):
        prefix_length: Int | None = None
        ip_prefix: str | None = None

    sku: _Sku | None = None
    properties: Properties | None = None


class _PublicIp(ArmStruct):
    class Properties(ArmStruct):
        ip_address: str | None = None
        ip_configuration: SubResource | None = None
        nat_gateway: SubResource | None = None
        public_ip_prefix: SubResource | None = msgspec.field(default=None, name="publicIPPrefix")
        public_ip_address_version: str | None = msgspec.field(default=None, name="publicIPAddressVersion")
        provisioning_state: str | None = None

    sku: _Sku | None = None
    zones: list[str] | None = None
    properties: Properties | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NatGateway:
    """A NAT gateway. Source: Microsoft.Network/natGateways."""

    id: ResourceId
    public_ip_ids: tuple[ResourceId, ...]
    public_prefix_ids: tuple[ResourceId, ...]
    gap: Gap | None
    subnet_ids: tuple[ResourceId, ...] = ()
    """The subnets it is attached to, as the gateway tells it."""
    sku: str = ""
    """`Standard`, `StandardV2`, kept as sent."""
    zones: tuple[str, ...] = ()
    """The one zone of a zonal gateway; empty: none chosen, or zone-redundant (StandardV2)."""
    idle_timeout_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicIpPrefix:
    """A range of public addresses. Source: Microsoft.Network/publicIPPrefixes."""

    id: ResourceId
    prefix_length: int | None
    gap: Gap | None
    prefix: IpNetwork | None = None
    """The addresses themselves; None while none are allocated."""

    @property
    def addresses(self) -> int | None:
        return None if self.prefix_length is None else 1 << max(0, 32 - self.prefix_length)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicIp:
    """A public IP address. Source: Microsoft.Network/publicIPAddresses."""

    id: ResourceId
    address: IpAddress | None
    """None while none is allocated."""
    holder_id: ResourceId | None
    """The ipConfiguration of whatever uses it: a frontend, a NIC, a firewall; None: free, or at a NAT gateway."""
    nat_gateway_id: ResourceId | None
    prefix_id: ResourceId | None
    sku: str
    """`Standard`, `StandardV2`, `Basic`, kept as sent; absent in old answers, which means Basic: then ""."""
    is_ipv6: bool
    zones: tuple[str, ...]
    provisioning_state: str
    gap: Gap | None


def nat_gateway_from_arm(resource: Resource) -> tuple[NatGateway, list[Gap]]:
    reading = Reading(resource)
    arm = reading.decode(resource.raw, _NatGateway)
    properties = arm.properties or _NatGateway.Properties()
    gateway = NatGateway(
        id=resource.id,
        public_ip_ids=references(properties.public_ip_addresses),
        public_prefix_ids=references(properties.public_ip_prefixes),
        gap=reading.gap,
        subnet_ids=references(properties.subnets),
        sku=(arm.sku and arm.sku.name) or "",
        zones=tuple(arm.zones or ()),
        idle_timeout_minutes=properties.idle_timeout_in_minutes,
    )
    return gateway, reading.gaps


def public_ip_prefix_from_arm(resource: Resource) -> tuple[PublicIpPrefix, list[Gap]]:
    reading = Reading(resource)
    properties = reading.decode(resource.raw, _Prefix).properties or _Prefix.Properties()
    prefix = PublicIpPrefix(
        id=resource.id,
        prefix_length=properties.prefix_length,
        prefix=reading.prefix(properties.ip_prefix, "properties.ipPrefix"),
        gap=reading.gap,
    )
    return prefix, reading.gaps


def public_ip_from_arm(resource: Resource) -> tuple[PublicIp, list[Gap]]:
    reading = Reading(resource)
    arm = reading.decode(resource.raw, _PublicIp)
    properties = reading.present(arm.properties, "properties", _PublicIp.Properties())
    address = PublicIp(
        id=resource.id,
        address=reading.address(properties.ip_address, "properties.ipAddress"),
        holder_id=reference(properties.ip_configuration),
        nat_gateway_id=reference(properties.nat_gateway),
        prefix_id=reference(properties.public_ip_prefix),
        sku=(arm.sku and arm.sku.name) or "",
        is_ipv6=(properties.public_ip_address_version or "").lower() == "ipv6",
        zones=tuple(arm.zones or ()),
        provisioning_state=properties.provisioning_state or "",
        gap=reading.gap,
    )
    return address, reading.gaps
