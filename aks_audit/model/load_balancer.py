"""Load balancers."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, Int, IpAddress, Reading, SubResource, reference, references


class _Frontend(ArmStruct):
    class Properties(ArmStruct):
        private_ip_address: str | None = msgspec.field(default=None, name="privateIPAddress")
        subnet: SubResource | None = None
        public_ip_address: SubResource | None = msgspec.field(default=None, name="publicIPAddress")
        public_ip_prefix: SubResource | None = msgspec.field(default=None, name="publicIPPrefix")

    id: str | None = None
    name: str | None = None
    zones: list[str] | None = None
    properties: Properties | None = None


class _Rule(ArmStruct):
    class Properties(ArmStruct):
        frontend_ip_configuration: SubResource | None = msgspec.field(default=None, name="frontendIPConfiguration")
        backend_address_pool: SubResource | None = None
        probe: SubResource | None = None
        protocol: str | None = None
        frontend_port: Int | None = None
        backend_port: Int | None = None
        enable_floating_ip: bool | None = msgspec.field(default=None, name="enableFloatingIP")
        disable_outbound_snat: bool | None = None

    name: str | None = None
    properties: Properties | None = None


class _OutboundRule(ArmStruct):
    class Properties(ArmStruct):
        frontend_ip_configurations: list[SubResource] | None = msgspec.field(
            default=None, name="frontendIPConfigurations"
        )
        backend_address_pool: SubResource | None = None
        allocated_outbound_ports: Int | None = None
        idle_timeout_in_minutes: Int | None = None
        protocol: str | None = None

    name: str | None = None
    properties: Properties | None = None


class _Probe(ArmStruct):
    class Properties(ArmStruct):
        protocol: str | None = None
        port: Int | None = None

    id: str | None = None
    name: str | None = None
    properties: Properties | None = None


class _BackendPool(ArmStruct):
    class Properties(ArmStruct):
        backend_ip_configurations: list[SubResource] | None = msgspec.field(
            default=None, name="backendIPConfigurations"
        )
        load_balancer_backend_addresses: list[msgspec.Raw] | None = None

    id: str | None = None
    name: str | None = None
    properties: Properties | None = None


class _LoadBalancer(ArmStruct):
    class Sku(ArmStruct):
        name: str | None = None

    class Properties(ArmStruct):
        frontend_ip_configurations: list[_Frontend] | None = msgspec.field(
            default=None, name="frontendIPConfigurations"
        )
        backend_address_pools: list[_BackendPool] | None = None
        load_balancing_rules: list[_Rule] | None = None
        probes: list[_Probe] | None = None
        outbound_rules: list[_OutboundRule] | None = None

    sku: Sku | None = None
    properties: Properties | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontend:
    """An address that a load balancer answers at. Source: properties.frontendIPConfigurations."""

    id: ResourceId
    name: str
    address: IpAddress | None
    """The private address of an internal frontend; None for a public one."""
    subnet_id: ResourceId | None
    public_ip_id: ResourceId | None
    public_prefix_id: ResourceId | None

    @property
    def is_public(self) -> bool:
        return self.public_ip_id is not None or self.public_prefix_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancingRule:
    """One port of a frontend that goes to a backend. Source: properties.loadBalancingRules."""

    name: str
    frontend_id: ResourceId | None
    backend_pool_id: ResourceId | None
    probe_id: ResourceId | None
    protocol: str
    """`Tcp`, `Udp`, `All`, kept as sent."""
    frontend_port: int | None
    """0 with protocol `All`: every port."""
    backend_port: int | None
    floating_ip: bool
    """The packet keeps the frontend's address as its destination, as AKS's services do."""
    disables_outbound_snat: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundRule:
    """By which frontends a backend pool leaves. Source: properties.outboundRules."""

    name: str
    frontend_ids: tuple[ResourceId, ...]
    backend_pool_id: ResourceId | None
    allocated_outbound_ports: int | None
    idle_timeout_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A health probe. Source: properties.probes."""

    id: ResourceId
    name: str
    protocol: str
    port: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendPool:
    """Who stands behind. Source: properties.backendAddressPools."""

    id: ResourceId
    name: str
    members: int
    """How many NICs' ipConfigurations or addresses are in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancer:
    """A load balancer. Source: Microsoft.Network/loadBalancers."""

    id: ResourceId
    sku: str
    """`Standard`, `Basic`, kept as sent; absent in old answers, which means Basic: then ""."""
    frontends: tuple[Frontend, ...]
    backend_pools: tuple[BackendPool, ...]
    rules: tuple[LoadBalancingRule, ...]
    probes: tuple[Probe, ...]
    outbound_rules: tuple[OutboundRule, ...]
    gap: Gap | None

    def frontend(self, frontend_id: ResourceId | None) -> Frontend | None:
        return next((frontend for frontend in self.frontends if frontend.id == frontend_id), None)


def load_balancer_from_arm(resource: Resource) -> tuple[LoadBalancer, list[Gap]]:
    reading = Reading(resource)
    arm = reading.decode(resource.raw, _LoadBalancer)
    properties = reading.present(arm.properties, "properties", _LoadBalancer.Properties())
    balancer = LoadBalancer(
        id=resource.id,
        sku=(arm.sku and arm.sku.name) or "",
        frontends=tuple(_frontend(reading, item) for item in properties.frontend_ip_configurations or ()),
        backend_pools=tuple(_backend_pool(reading, item) for item in properties.backend_address_pools or ()),
        rules=tuple(_rule(item) for item in properties.load_balancing_rules or ()),
        probes=tuple(_probe(reading, item) for item in properties.probes or ()),
        outbound_rules=tuple(_outbound_rule(item) for item in properties.outbound_rules or ()),
        gap=reading.gap,
    )
    return balancer, reading.gaps


def _child(reading: Reading, collection: str, arm_id: str | None, name: str | None) -> ResourceId:
    return ResourceId.of(arm_id) if arm_id else reading.id.child(collection, name or "")


def _frontend(reading: Reading, arm: _Frontend) -> Frontend:
    path = f"properties.frontendIPConfigurations[{arm.name or ''}]"
    properties = reading.present(arm.properties, path, _Frontend.Properties())
    return Frontend(
        id=_child(reading, "frontendIPConfigurations", arm.id, arm.name),
        name=arm.name or "",
        address=reading.address(properties.private_ip_address, f"{path}.privateIPAddress"),
        subnet_id=reference(properties.subnet),
        public_ip_id=reference(properties.public_ip_address),
        public_prefix_id=reference(properties.public_ip_prefix),
    )


def _backend_pool(reading: Reading, arm: _BackendPool) -> BackendPool:
    properties = arm.properties or _BackendPool.Properties()
    members = properties.backend_ip_configurations or properties.load_balancer_backend_addresses or ()
    pool_id = _child(reading, "backendAddressPools", arm.id, arm.name)
    return BackendPool(id=pool_id, name=arm.name or "", members=len(members))


def _rule(arm: _Rule) -> LoadBalancingRule:
    properties = arm.properties or _Rule.Properties()
    return LoadBalancingRule(
        name=arm.name or "",
        frontend_id=reference(properties.frontend_ip_configuration),
        backend_pool_id=reference(properties.backend_address_pool),
        probe_id=reference(properties.probe),
        protocol=properties.protocol or "",
        frontend_port=properties.frontend_port,
        backend_port=properties.backend_port,
        floating_ip=bool(properties.enable_floating_ip),
        disables_outbound_snat=bool(properties.disable_outbound_snat),
    )


def _outbound_rule(arm: _OutboundRule) -> OutboundRule:
    properties = arm.properties or _OutboundRule.Properties()
    return OutboundRule(
        name=arm.name or "",
        frontend_ids=references(properties.frontend_ip_configurations),
        backend_pool_id=reference(properties.backend_address_pool),
        allocated_outbound_ports=properties.allocated_outbound_ports,
        idle_timeout_minutes=properties.idle_timeout_in_minutes,
    )


def _probe(reading: Reading, arm: _Probe) -> Probe:
    properties = arm.properties or _Probe.Properties()
    return Probe(
        id=_child(reading, "probes", arm.id, arm.name),
        name=arm.name or "",
        protocol=properties.protocol or "",
        port=properties.port,
    )
