"""Network interfaces, of virtual machines and of scale-set instances."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, Int, Reading, SubResource, reference, references


class _IpConfiguration(ArmStruct, gc=False):
    class Properties(ArmStruct, gc=False):
        primary: bool | None = None
        subnet: SubResource | None = None
        private_ip_address: str | None = msgspec.field(default=None, name="privateIPAddress")
        private_ip_address_version: str | None = msgspec.field(default=None, name="privateIPAddressVersion")
        private_ip_address_prefix_length: Int | None = msgspec.field(default=None, name="privateIPAddressPrefixLength")
        public_ip_address: SubResource | None = msgspec.field(default=None, name="publicIPAddress")
        application_security_groups: list[SubResource] | None = None

    name: str | None = None
    properties: Properties | None = None


class _NetworkInterface(ArmStruct):
    class Properties(ArmStruct):
        enable_ip_forwarding: bool | None = msgspec.field(default=None, name="enableIPForwarding")
        primary: bool | None = None
        virtual_machine: SubResource | None = None
        private_endpoint: SubResource | None = None
        private_link_service: SubResource | None = None
        ip_configurations: list[_IpConfiguration] | None = None
        network_security_group: SubResource | None = None

    properties: Properties | None = None


class IpConfiguration(msgspec.Struct, frozen=True, gc=False):
    """One address, or one block of them, on a network interface. There may be hundreds of thousands."""

    address: str
    """As ARM spells it, without a length; "" while none is allocated."""
    prefix_length: int | None
    """28 where it holds a block of sixteen; None for a single address."""
    primary: bool
    subnet_id: ResourceId | None

    @property
    def is_ipv6(self) -> bool:
        return ":" in self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInterface:
    """A network interface.

    Source: Microsoft.Network/networkInterfaces, and the networkInterfaces of a scale set.
    """

    id: ResourceId
    ip_configurations: tuple[IpConfiguration, ...]
    ip_forwarding: bool | None
    """ARM's enableIPForwarding; None where absent."""
    primary: bool | None
    virtual_machine_id: ResourceId | None
    private_endpoint_id: ResourceId | None
    private_link_service_id: ResourceId | None
    gap: Gap | None
    network_security_group_id: ResourceId | None = None
    application_security_group_ids: tuple[ResourceId, ...] = ()
    """Of all its ipConfigurations."""
    public_ip_ids: tuple[ResourceId, ...] = ()
    """Of all its ipConfigurations; a scale set's instances show theirs without an id in some answers."""
    has_public_ip: bool = False

    @property
    def scale_set_id(self) -> ResourceId | None:
        """The scale set of the instance that it belongs to; None for a NIC of a virtual machine."""
        return self.id.ancestor("virtualMachineScaleSets")

    @property
    def instance_id(self) -> str:
        """The instance's number in its scale set; "" for a NIC of a virtual machine."""
        instance = self.id.ancestor("virtualMachines")
        return instance.name if instance else ""

    @property
    def primary_address(self) -> str:
        """The node's own IPv4 address, or its first one, or ""."""
        own = [c.address for c in self.ip_configurations if c.primary and c.address and not c.is_ipv6]
        any_v4 = [c.address for c in self.ip_configurations if c.address and not c.is_ipv6]
        any_at_all = [c.address for c in self.ip_configurations if c.address]
        return next(iter(own or any_v4 or any_at_all), "")


def network_interface_from_arm(resource: Resource) -> tuple[NetworkInterface, list[Gap]]:
    reading = Reading(resource)
    properties = reading.decode(resource.raw, _NetworkInterface).properties
    properties = reading.present(properties, "properties", _NetworkInterface.Properties())
    configurations = tuple(_ip_configuration(reading, c) for c in properties.ip_configurations or ())
    own = [c.properties for c in properties.ip_configurations or () if c.properties]
    nic = NetworkInterface(
        id=resource.id,
        ip_configurations=configurations,
        ip_forwarding=properties.enable_ip_forwarding,
        primary=properties.primary,
        virtual_machine_id=reference(properties.virtual_machine),
        private_endpoint_id=reference(properties.private_endpoint),
        private_link_service_id=reference(properties.private_link_service),
        gap=reading.gap,
        network_security_group_id=reference(properties.network_security_group),
        application_security_group_ids=tuple(dict.fromkeys(group for c in own for group in _groups(c))),
        public_ip_ids=references([c.public_ip_address for c in own if c.public_ip_address]),
        has_public_ip=any(c.public_ip_address for c in own),
    )
    return nic, reading.gaps


def _groups(arm: _IpConfiguration.Properties) -> tuple[ResourceId, ...]:
    return references(arm.application_security_groups) if arm.application_security_groups else ()


_NOTHING = _IpConfiguration.Properties()


def _ip_configuration(reading: Reading, arm: _IpConfiguration) -> IpConfiguration:
    path = f"properties.ipConfigurations[{arm.name or ''}]"
    properties = reading.present(arm.properties, f"{path}.properties", _NOTHING)
    address, length = properties.private_ip_address or "", properties.private_ip_address_prefix_length
    if "/" in address:  # newer api-versions write a block as "10.1.0.16/28"
        address, _, text = address.partition("/")
        if text.isdecimal():
            length = int(text)
        else:
            reading.invalid(f"{path}.privateIPAddress", properties.private_ip_address)
    if address and not reading.is_address(address, f"{path}.privateIPAddress"):
        address = ""
    if length is not None and not 0 <= length <= (128 if ":" in address else 32):
        reading.invalid(f"{path}.privateIPAddressPrefixLength", length)
        length = None
    is_single = length is None or length == (128 if ":" in address else 32)
    return IpConfiguration(
        address=address,
        prefix_length=None if is_single else length,
        primary=bool(properties.primary),
        subnet_id=reference(properties.subnet),
    )
