"""Node pools."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, Int, Reading


class _UpgradeSettings(ArmStruct):
    max_surge: str | int | None = None
    max_unavailable: str | int | None = None


class _VirtualMachines(ArmStruct):
    size: str | None = None
    count: Int | None = None


class _PowerState(ArmStruct):
    code: str | None = None


class _PoolNetworkProfile(ArmStruct):
    application_security_groups: list[str] | None = None
    allowed_host_ports: list[msgspec.Raw] | None = None


class _WindowsProfile(ArmStruct):
    disable_outbound_nat: bool | None = None


class _GatewayProfile(ArmStruct):
    public_ip_prefix_size: Int | None = msgspec.field(default=None, name="publicIPPrefixSize")


class PoolProfile(ArmStruct):
    name: str | None = None
    mode: str | None = None
    type: str | None = None
    os_type: str | None = None
    os_sku: str | None = msgspec.field(default=None, name="osSKU")
    count: Int | None = None
    enable_auto_scaling: bool | None = None
    min_count: Int | None = None
    max_count: Int | None = None
    max_pods: Int | None = None
    vnet_subnet_id: str | None = msgspec.field(default=None, name="vnetSubnetID")
    pod_subnet_id: str | None = msgspec.field(default=None, name="podSubnetID")
    pod_ip_allocation_mode: str | None = msgspec.field(default=None, name="podIPAllocationMode")
    upgrade_settings: _UpgradeSettings | None = None
    scale_set_priority: str | None = None
    orchestrator_version: str | None = None
    current_orchestrator_version: str | None = None
    virtual_machine_nodes_status: list[_VirtualMachines] | None = None
    gateway_profile: _GatewayProfile | None = None
    enable_node_public_ip: bool | None = msgspec.field(default=None, name="enableNodePublicIP")
    node_public_ip_prefix_id: str | None = msgspec.field(default=None, name="nodePublicIPPrefixID")
    availability_zones: list[str] | None = None
    vm_size: str | None = None
    node_image_version: str | None = None
    provisioning_state: str | None = None
    power_state: _PowerState | None = None
    scale_down_mode: str | None = None
    upgrade_strategy: str | None = None
    network_profile: _PoolNetworkProfile | None = None
    windows_profile: _WindowsProfile | None = None


class _AgentPool(ArmStruct):
    name: str | None = None
    properties: PoolProfile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePool:
    """An agent pool. Source: an element of properties.agentPoolProfiles, or an agentPools resource."""

    name: str
    mode: str
    """`System`, `User`, `Gateway`, kept as sent; old answers leave it out, which means System."""
    type: str
    """`VirtualMachineScaleSets`, `AvailabilitySet`, `VirtualMachines`; absent means AvailabilitySet."""
    os_type: str
    count: int | None
    """Nodes wanted now; None where ARM does not say."""
    autoscaled: bool
    min_count: int | None
    max_count: int | None
    """The autoscaler's maximum; None without an autoscaler."""
    max_pods: int | None
    subnet_id: ResourceId | None
    """ARM's vnetSubnetID; None: the subnet that AKS made."""
    pod_subnet_id: ResourceId | None
    pod_ip_allocation_mode: str
    max_surge: str | None
    """`"33%"`, `"1"`, as set; None: Azure's default applies."""
    max_unavailable: str | None
    is_spot: bool
    """Spot pools do not surge."""
    kubernetes_version: str
    gateway_prefix_size: int | None
    """Of a static egress gateway pool: the length of its public IP prefix."""
    os_sku: str = ""
    """`Ubuntu`, `Windows2022`, kept as sent; "" where absent."""
    has_node_public_ips: bool = False
    """ARM's enableNodePublicIP: each node has a public address of its own."""
    node_public_ip_prefix_id: ResourceId | None = None
    zones: tuple[str, ...] = ()
    """ARM's availabilityZones; empty: none chosen."""
    vm_size: str = ""
    node_image_version: str = ""
    """`AKSUbuntu-2204gen2containerd-202501.22.0`; "" where absent."""
    provisioning_state: str = ""
    is_stopped: bool = False
    """powerState.code is Stopped: it has no running nodes."""
    scale_down_mode: str = ""
    upgrade_strategy: str = ""
    """`Rolling`, `BlueGreen`, kept as sent; "" where absent, which means rolling."""
    application_security_group_ids: tuple[ResourceId, ...] = ()
    opens_host_ports: bool = False
    """ARM's networkProfile.allowedHostPorts: AKS itself opens ports of the nodes in its security group."""
    outbound_nat_disabled: bool = False
    """Of a Windows pool: pods keep their address where they leave the node."""

    @property
    def is_gateway(self) -> bool:
        return self.mode.lower() == "gateway"

    @property
    def is_windows(self) -> bool:
        return self.os_type.lower() == "windows"

    @property
    def is_scale_set(self) -> bool:
        return self.type.lower() == "virtualmachinescalesets"


def node_pool_from_arm(resource: Resource) -> tuple[NodePool, list[Gap]]:
    """A pool that stands on its own in an inventory."""
    reading = Reading(resource)
    arm = reading.decode(resource.raw, _AgentPool)
    properties = reading.present(arm.properties, "properties", PoolProfile())
    return pool_from_profile(reading, properties, arm.name or resource.id.name, "properties"), reading.gaps


def pool_from_profile(reading: Reading, arm: PoolProfile, name: str, path: str) -> NodePool:
    upgrade, network = arm.upgrade_settings or _UpgradeSettings(), arm.network_profile
    machines = [group.count for group in arm.virtual_machine_nodes_status or () if group.count is not None]
    return NodePool(
        name=name,
        mode=arm.mode or "System",
        type=arm.type or "AvailabilitySet",
        os_type=arm.os_type or "Linux",
        count=arm.count if arm.count is not None or not machines else sum(machines),
        autoscaled=bool(arm.enable_auto_scaling),
        min_count=arm.min_count if arm.enable_auto_scaling else None,
        max_count=arm.max_count if arm.enable_auto_scaling else None,
        max_pods=arm.max_pods,
        subnet_id=ResourceId.of(arm.vnet_subnet_id) if arm.vnet_subnet_id else None,
        pod_subnet_id=ResourceId.of(arm.pod_subnet_id) if arm.pod_subnet_id else None,
        pod_ip_allocation_mode=arm.pod_ip_allocation_mode or "",
        max_surge=_count_or_percent(reading, upgrade.max_surge, f"{path}.upgradeSettings.maxSurge"),
        max_unavailable=_count_or_percent(reading, upgrade.max_unavailable, f"{path}.upgradeSettings.maxUnavailable"),
        is_spot=(arm.scale_set_priority or "").lower() == "spot",
        kubernetes_version=arm.current_orchestrator_version or arm.orchestrator_version or "",
        gateway_prefix_size=arm.gateway_profile.public_ip_prefix_size if arm.gateway_profile else None,
        os_sku=arm.os_sku or "",
        has_node_public_ips=bool(arm.enable_node_public_ip),
        node_public_ip_prefix_id=ResourceId.of(arm.node_public_ip_prefix_id) if arm.node_public_ip_prefix_id else None,
        zones=tuple(arm.availability_zones or ()),
        vm_size=arm.vm_size or "",
        node_image_version=arm.node_image_version or "",
        provisioning_state=arm.provisioning_state or "",
        is_stopped=((arm.power_state and arm.power_state.code) or "").lower() == "stopped",
        scale_down_mode=arm.scale_down_mode or "",
        upgrade_strategy=arm.upgrade_strategy or "",
        application_security_group_ids=tuple(
            ResourceId.of(text) for text in (network.application_security_groups if network else None) or () if text
        ),
        opens_host_ports=bool(network and network.allowed_host_ports),
        outbound_nat_disabled=bool(arm.windows_profile and arm.windows_profile.disable_outbound_nat),
    )


def _count_or_percent(reading: Reading, value: str | int | None, path: str) -> str | None:
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    if not text.removesuffix("%").isdecimal():
        reading.invalid(path, text)
        return None
    return text
