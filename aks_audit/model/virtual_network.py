"""Virtual networks, their subnets and peerings, and the usage that ARM reports of subnets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import isfinite

import msgspec

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from ..inventory.types import SUBNETS
from .arm import ArmStruct, IpNetwork, Reading, SubResource, parse_prefix, reference, references


class _Delegation(ArmStruct):
    class Properties(ArmStruct):
        service_name: str | None = None

    properties: Properties | None = None


class _Link(ArmStruct):
    class Properties(ArmStruct):
        linked_resource_type: str | None = None

    name: str | None = None
    properties: Properties | None = None


class _ServiceEndpoint(ArmStruct):
    service: str | None = None


class _SubnetProperties(ArmStruct):
    address_prefix: str | None = None
    address_prefixes: list[str] | None = None
    route_table: SubResource | None = None
    network_security_group: SubResource | None = None
    nat_gateway: SubResource | None = None
    delegations: list[_Delegation] | None = None
    service_association_links: list[_Link] | None = None
    ip_configurations: list[SubResource] | None = None
    application_gateway_ip_configurations: list[SubResource] | None = msgspec.field(
        default=None, name="applicationGatewayIPConfigurations"
    )
    private_endpoints: list[SubResource] | None = None
    service_endpoints: list[_ServiceEndpoint] | None = None
    default_outbound_access: bool | None = None
    private_endpoint_network_policies: str | None = None


class _Subnet(ArmStruct):
    id: str | None = None
    name: str | None = None
    properties: _SubnetProperties | None = None


class _AddressSpace(ArmStruct):
    address_prefixes: list[str] | None = None


class _Peering(ArmStruct):
    class Properties(ArmStruct):
        remote_virtual_network: SubResource | None = None
        remote_address_space: _AddressSpace | None = None
        remote_virtual_network_address_space: _AddressSpace | None = None
        peering_state: str | None = None
        peering_sync_level: str | None = None
        allow_virtual_network_access: bool | None = None
        allow_forwarded_traffic: bool | None = None
        allow_gateway_transit: bool | None = None
        use_remote_gateways: bool | None = None
        peer_complete_vnets: bool | None = None
        local_subnet_names: list[str] | None = None
        remote_subnet_names: list[str] | None = None

    name: str | None = None
    properties: Properties | None = None


class _VirtualNetwork(ArmStruct):
    class Properties(ArmStruct):
        class DhcpOptions(ArmStruct):
            dns_servers: list[str] | None = None

        class Encryption(ArmStruct):
            enabled: bool | None = None

        address_space: _AddressSpace | None = None
        dhcp_options: DhcpOptions | None = None
        subnets: list[_Subnet] | None = None
        virtual_network_peerings: list[_Peering] | None = None
        encryption: Encryption | None = None
        ddos_protection_plan: SubResource | None = None
        provisioning_state: str | None = None

    location: str | None = None
    properties: Properties | None = None


class _Usages(ArmStruct):
    class Row(ArmStruct):
        id: str | None = None
        current_value: float | None = None
        limit: float | None = None

    value: list[Row] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Something that holds addresses of a subnet, as the subnet's own `ipConfigurations` tell it."""

    resource_id: ResourceId
    """The network interface, load balancer, gateway ... that the ipConfigurations belong to."""
    addresses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """A subnet. Source: Microsoft.Network/virtualNetworks, properties.subnets."""

    id: ResourceId
    prefixes: tuple[IpNetwork, ...]
    """ARM's addressPrefix and addressPrefixes in one, so that nobody forgets the plural."""
    route_table_id: ResourceId | None
    network_security_group_id: ResourceId | None
    nat_gateway_id: ResourceId | None
    delegations: tuple[str, ...]
    """Service names such as `Microsoft.ContainerService/managedClusters`."""
    service_association_links: tuple[str, ...]
    """The linkedResourceType of each link."""
    attachments: tuple[Attachment, ...]
    private_endpoint_ids: tuple[ResourceId, ...]
    application_gateway_ids: tuple[ResourceId, ...]
    """Gateways placed here; their instances hold addresses that no ipConfiguration shows."""
    gap: Gap | None
    """A value of this subnet that did not parse."""
    service_endpoints: tuple[str, ...] = ()
    """Services such as `Microsoft.Storage` that are reached from here without leaving Azure's backbone."""
    default_outbound_access: bool | None = None
    """False: a private subnet, which has no way out that nobody made; None where absent, which means it has one."""
    private_endpoint_network_policies: str = ""
    """`Disabled`, `Enabled`, `NetworkSecurityGroupEnabled`, `RouteTableEnabled`, kept as sent."""

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def virtual_network_id(self) -> ResourceId:
        return self.id.parent or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Peering:
    """One half of a peering. Source: properties.virtualNetworkPeerings."""

    name: str
    remote_id: ResourceId | None
    remote_prefixes: tuple[IpNetwork, ...]
    state: str
    """`Connected`, `Initiated`, `Disconnected`, kept as sent; "" where absent."""
    sync_level: str = ""
    """`FullyInSync`, `RemoteNotInSync`, `LocalNotInSync`, `LocalAndRemoteNotInSync`; "" where absent."""
    allows_access: bool | None = None
    """ARM's allowVirtualNetworkAccess; None where absent, like the three below."""
    allows_forwarded_traffic: bool | None = None
    """Packets may come in from the remote network that did not start there."""
    allows_gateway_transit: bool | None = None
    uses_remote_gateways: bool | None = None
    is_complete: bool = True
    """False: only the subnets below are peered."""
    local_subnet_names: tuple[str, ...] = ()
    remote_subnet_names: tuple[str, ...] = ()
    synced_prefixes: tuple[IpNetwork, ...] = ()
    """ARM's remoteAddressSpace: what routes were made for; `remote_prefixes` is what stands there by now."""

    @property
    def is_connected(self) -> bool:
        return self.state.lower() == "connected"


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualNetwork:
    """A virtual network. Source: Microsoft.Network/virtualNetworks."""

    id: ResourceId
    location: str
    prefixes: tuple[IpNetwork, ...]
    subnets: tuple[Subnet, ...]
    peerings: tuple[Peering, ...]
    dns_servers: tuple[str, ...]
    """Empty: Azure's own resolver."""
    gap: Gap | None
    is_encrypted: bool = False
    """Virtual network encryption is on."""
    ddos_protection_plan_id: ResourceId | None = None
    provisioning_state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetUsage:
    """What `GET .../virtualNetworks/{name}/usages` says of one subnet; both may be -1: not counted."""

    subnet_id: ResourceId
    current: int
    limit: int


def virtual_network_from_arm(resource: Resource) -> tuple[VirtualNetwork, list[Gap]]:
    """A virtual network with everything embedded in it, and what in it did not parse."""
    reading = Reading(resource)
    arm = reading.decode(resource.raw, _VirtualNetwork)
    properties = reading.present(arm.properties, "properties", _VirtualNetwork.Properties())
    space = properties.address_space or _AddressSpace()
    subnets, subnet_gaps = _subnets(resource, properties.subnets)
    result = VirtualNetwork(
        id=resource.id,
        location=arm.location or "",
        prefixes=reading.prefixes(None, space.address_prefixes, "properties.addressSpace.addressPrefixes"),
        peerings=tuple(_peering(reading, peering) for peering in properties.virtual_network_peerings or ()),
        subnets=subnets,
        dns_servers=tuple((properties.dhcp_options and properties.dhcp_options.dns_servers) or ()),
        gap=reading.gap or next((gap for gap in subnet_gaps if gap.scope == resource.id.text), None),
        is_encrypted=bool(properties.encryption and properties.encryption.enabled),
        ddos_protection_plan_id=reference(properties.ddos_protection_plan),
        provisioning_state=properties.provisioning_state or "",
    )
    return result, reading.gaps + subnet_gaps


def subnet_from_arm(resource: Resource) -> tuple[Subnet, list[Gap]]:
    """A subnet that stands on its own in an inventory."""
    reading = Reading(resource)
    return _subnet(reading, reading.decode(resource.raw, _Subnet)), reading.gaps


def usages_from_arm(resource: Resource) -> tuple[list[SubnetUsage], list[Gap]]:
    """The usage rows of one virtual network. ARM sends floats; `limit` already leaves out the five reserved."""

    reading = Reading(resource)
    rows = reading.present(reading.decode(resource.raw, _Usages).value, "value", [])
    usages: list[SubnetUsage] = []
    for number, row in enumerate(rows):
        if not row.id or row.current_value is None or row.limit is None:
            reading.invalid(f"value[{number}]", "a row without id, currentValue or limit")
        elif not (isfinite(row.current_value) and isfinite(row.limit)):
            reading.invalid(f"value[{number}]", f"{row.current_value} of {row.limit}")
        else:
            usage = SubnetUsage(subnet_id=ResourceId.of(row.id), current=int(row.current_value), limit=int(row.limit))
            usages.append(usage)
    return usages, reading.gaps


def _subnets(vnet: Resource, subnets: list[_Subnet] | None) -> tuple[tuple[Subnet, ...], list[Gap]]:
    found: list[Subnet] = []
    gaps: list[Gap] = []
    for number, arm in enumerate(subnets or ()):
        subnet_id = arm.id or (f"{vnet.id}/subnets/{arm.name}" if arm.name else "")
        if not subnet_id:
            message = f"properties.subnets[{number}] has neither id nor name"
            gaps.append(Gap(vnet.type, vnet.id.text, None, "InvalidValue", message))
            continue
        reading = Reading(Resource(ResourceId.of(subnet_id), SUBNETS, b""))
        found.append(_subnet(reading, arm))
        gaps += reading.gaps
    return tuple(found), gaps


def _subnet(reading: Reading, arm: _Subnet) -> Subnet:
    properties = reading.present(arm.properties, "properties", _SubnetProperties())
    gateways = references(properties.application_gateway_ip_configurations)
    return Subnet(
        id=reading.id,
        prefixes=reading.prefixes(properties.address_prefix, properties.address_prefixes, "properties.addressPrefix"),
        route_table_id=reference(properties.route_table),
        network_security_group_id=reference(properties.network_security_group),
        nat_gateway_id=reference(properties.nat_gateway),
        delegations=tuple(
            (item.properties and item.properties.service_name) or "" for item in properties.delegations or ()
        ),
        service_association_links=tuple(
            (link.properties and link.properties.linked_resource_type) or link.name or ""
            for link in properties.service_association_links or ()
        ),
        attachments=_attachments(properties.ip_configurations),
        private_endpoint_ids=references(properties.private_endpoints),
        application_gateway_ids=tuple(gateway.parent or gateway for gateway in gateways),
        service_endpoints=tuple(item.service for item in properties.service_endpoints or () if item.service),
        default_outbound_access=properties.default_outbound_access,
        private_endpoint_network_policies=properties.private_endpoint_network_policies or "",
        gap=reading.gap,
    )


def _attachments(ip_configurations: list[SubResource] | None) -> tuple[Attachment, ...]:
    """Who holds addresses, counted: one entry of ipConfigurations is one address, and only its id is there."""
    owners = Counter(item.id.rsplit("/", 2)[0] for item in ip_configurations or () if item.id)
    merged: Counter[ResourceId] = Counter()
    for text, addresses in owners.items():
        merged[ResourceId.of(text)] += addresses
    return tuple(Attachment(resource_id=owner, addresses=addresses) for owner, addresses in sorted(merged.items()))


def _peering(reading: Reading, arm: _Peering) -> Peering:
    properties = arm.properties or _Peering.Properties()
    space = properties.remote_virtual_network_address_space or properties.remote_address_space or _AddressSpace()
    path = f"properties.virtualNetworkPeerings[{arm.name or ''}].remoteAddressSpace"
    synced = (properties.remote_address_space or _AddressSpace()).address_prefixes
    return Peering(
        name=arm.name or "",
        remote_id=reference(properties.remote_virtual_network),
        remote_prefixes=reading.prefixes(None, space.address_prefixes, path),
        state=properties.peering_state or "",
        sync_level=properties.peering_sync_level or "",
        allows_access=properties.allow_virtual_network_access,
        allows_forwarded_traffic=properties.allow_forwarded_traffic,
        allows_gateway_transit=properties.allow_gateway_transit,
        uses_remote_gateways=properties.use_remote_gateways,
        is_complete=properties.peer_complete_vnets is not False,
        local_subnet_names=tuple(properties.local_subnet_names or ()),
        remote_subnet_names=tuple(properties.remote_subnet_names or ()),
        synced_prefixes=tuple(prefix for prefix in map(parse_prefix, synced or ()) if prefix is not None),
    )
