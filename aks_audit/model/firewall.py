"""Azure Firewalls."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, IpAddress, Reading, SubResource, reference


class _IpConfiguration(ArmStruct):
    class Properties(ArmStruct):
        private_ip_address: str | None = msgspec.field(default=None, name="privateIPAddress")
        subnet: SubResource | None = None
        public_ip_address: SubResource | None = msgspec.field(default=None, name="publicIPAddress")

    name: str | None = None
    properties: Properties | None = None


class _HubAddresses(ArmStruct):
    class PublicIps(ArmStruct):
        class Address(ArmStruct):
            address: str | None = None

        addresses: list[Address] | None = None

    private_ip_address: str | None = msgspec.field(default=None, name="privateIPAddress")
    public_ips: PublicIps | None = msgspec.field(default=None, name="publicIPs")


class _Firewall(ArmStruct):
    class Properties(ArmStruct):
        class Sku(ArmStruct):
            name: str | None = None
            tier: str | None = None

        sku: Sku | None = None
        ip_configurations: list[_IpConfiguration] | None = None
        hub_ip_addresses: _HubAddresses | None = msgspec.field(default=None, name="hubIPAddresses")
        virtual_hub: SubResource | None = None
        firewall_policy: SubResource | None = None

    properties: Properties | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallConfiguration:
    """One address of a firewall. Source: properties.ipConfigurations."""

    name: str
    address: IpAddress | None
    """The private address; only the first configuration has one."""
    subnet_id: ResourceId | None
    public_ip_id: ResourceId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Firewall:
    """An Azure Firewall. Source: Microsoft.Network/azureFirewalls."""

    id: ResourceId
    tier: str
    """`Basic`, `Standard`, `Premium`, kept as sent."""
    configurations: tuple[FirewallConfiguration, ...]
    """Empty while it is deallocated."""
    virtual_hub_id: ResourceId | None
    """The hub of a virtual WAN it stands in; None in a virtual network."""
    hub_address: IpAddress | None
    gap: Gap | None
    hub_public_addresses: tuple[IpAddress, ...] = ()
    """ARM's hubIPAddresses.publicIPs: those of a firewall in a hub, which are no resources of their own."""

    @property
    def addresses(self) -> tuple[IpAddress, ...]:
        """The private addresses that routes can name as next hop."""
        own = [item.address for item in self.configurations if item.address]
        return (*own, self.hub_address) if self.hub_address else tuple(own)

    @property
    def public_ip_ids(self) -> tuple[ResourceId, ...]:
        return tuple(item.public_ip_id for item in self.configurations if item.public_ip_id)


def firewall_from_arm(resource: Resource) -> tuple[Firewall, list[Gap]]:
    reading = Reading(resource)
    arm = reading.decode(resource.raw, _Firewall)
    properties = reading.present(arm.properties, "properties", _Firewall.Properties())
    hub = properties.hub_ip_addresses
    firewall = Firewall(
        id=resource.id,
        tier=(properties.sku and properties.sku.tier) or "",
        configurations=tuple(_configuration(reading, item) for item in properties.ip_configurations or ()),
        virtual_hub_id=reference(properties.virtual_hub),
        hub_address=reading.address(hub.private_ip_address, "properties.hubIPAddresses.privateIPAddress")
        if hub
        else None,
        hub_public_addresses=_public_addresses(reading, hub),
        gap=reading.gap,
    )
    return firewall, reading.gaps


def _public_addresses(reading: Reading, hub: _HubAddresses | None) -> tuple[IpAddress, ...]:
    listed = (hub.public_ips.addresses if hub and hub.public_ips else None) or ()
    path = "properties.hubIPAddresses.publicIPs.addresses"
    found = (reading.address(item.address, path) for item in listed)
    return tuple(address for address in found if address)


def _configuration(reading: Reading, arm: _IpConfiguration) -> FirewallConfiguration:
    path = f"properties.ipConfigurations[{arm.name or ''}]"
    properties = reading.present(arm.properties, path, _IpConfiguration.Properties())
    return FirewallConfiguration(
        name=arm.name or "",
        address=reading.address(properties.private_ip_address, f"{path}.privateIPAddress"),
        subnet_id=reference(properties.subnet),
        public_ip_id=reference(properties.public_ip_address),
    )
