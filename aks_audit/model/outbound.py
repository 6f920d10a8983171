"""What egress leaves by: NAT gateways and public IP prefixes."""

from __future__ import annotations

from dataclasses import dataclass

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, Reading, SubResource, references


class _NatGateway(ArmStruct):
    class Properties(ArmStruct):
        public_ip_addresses: list[SubResource] | None = None
        public_ip_prefixes: list[SubResource] | None = None

    properties: Properties | None = None


class _Prefix(ArmStruct):
    class Properties(ArmStruct):
        prefix_length: int | None = None

    properties: Properties | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NatGateway:
    """A NAT gateway. Source: Microsoft.Network/natGateways."""

    id: ResourceId
    public_ip_ids: tuple[ResourceId, ...]
    public_prefix_ids: tuple[ResourceId, ...]
    gap: Gap | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicIpPrefix:
    """A range of public addresses. Source: Microsoft.Network/publicIPPrefixes."""

    id: ResourceId
    prefix_length: int | None
    gap: Gap | None

    @property
    def addresses(self) -> int | None:
        return None if self.prefix_length is None else 1 << max(0, 32 - self.prefix_length)


def nat_gateway_from_arm(resource: Resource) -> tuple[NatGateway, list[Gap]]:
    reading = Reading(resource)
    properties = reading.decode(resource.raw, _NatGateway).properties or _NatGateway.Properties()
    gateway = NatGateway(
        id=resource.id,
        public_ip_ids=references(properties.public_ip_addresses),
        public_prefix_ids=references(properties.public_ip_prefixes),
        gap=reading.gap,
    )
    return gateway, reading.gaps


def public_ip_prefix_from_arm(resource: Resource) -> tuple[PublicIpPrefix, list[Gap]]:
    reading = Reading(resource)
    properties = reading.decode(resource.raw, _Prefix).properties or _Prefix.Properties()
    return PublicIpPrefix(id=resource.id, prefix_length=properties.prefix_length, gap=reading.gap), reading.gaps
