"""Managed clusters and their node pools."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, IpAddress, IpNetwork, Reading, SubResource, references


class _UpgradeSettings(ArmStruct):
    max_surge: str | int | None = None
    max_unavailable: str | int | None = None


class _VirtualMachines(ArmStruct):
    size: str | None = None
    count: int | None = None


class _GatewayProfile(ArmStruct):
    public_ip_prefix_size: int | None = msgspec.field(default=None, name="publicIPPrefixSize")


class _Pool(ArmStruct):
    name: str | None = None
    mode: str | None = None
    type: str | None = None
    os_type: str | None = None
    os_sku: str | None = msgspec.field(default=None, name="osSKU")
    count: int | None = None
    enable_auto_scaling: bool | None = None
    min_count: int | None = None
    max_count: int | None = None
    max_pods: int | None = None
    vnet_subnet_id: str | None = msgspec.field(default=None, name="vnetSubnetID")
    pod_subnet_id: str | None = msgspec.field(default=None, name="podSubnetID")
    pod_ip_allocation_mode: str | None = msgspec.field(default=None, name="podIPAllocationMode")
    upgrade_settings: _UpgradeSettings | None = None
    scale_set_priority: str | None = None
    orchestrator_version: str | None = None
    current_orchestrator_version: str | None = None
    virtual_machine_nodes_status: list[_VirtualMachines] | None = None
    gateway_profile: _GatewayProfile | None = None


class _AgentPool(ArmStruct):
    name: str | None = None
    properties: _Pool | None = None


class _LoadBalancerProfile(ArmStruct):
    class ManagedOutboundIps(ArmStruct):
        count: int | None = None
        count_ipv6: int | None = msgspec.field(default=None, name="countIPv6")

    class OutboundIps(ArmStruct):
        public_ips: list[SubResource] | None = msgspec.field(default=None, name="publicIPs")

    class OutboundIpPrefixes(ArmStruct):
        public_ip_prefixes: list[SubResource] | None = msgspec.field(default=None, name="publicIPPrefixes")

    managed_outbound_ips: ManagedOutboundIps | None = msgspec.field(default=None, name="managedOutboundIPs")
    outbound_ips: OutboundIps | None = msgspec.field(default=None, name="outboundIPs")
    outbound_ip_prefixes: OutboundIpPrefixes | None = msgspec.field(default=None, name="outboundIPPrefixes")
    effective_outbound_ips: list[SubResource] | None = msgspec.field(default=None, name="effectiveOutboundIPs")
    allocated_outbound_ports: int | None = None
    idle_timeout_in_minutes: int | None = None


class _NetworkProfile(ArmStruct):
    network_plugin: str | None = None
    network_plugin_mode: str | None = None
    network_dataplane: str | None = None
    network_policy: str | None = None
    pod_cidr: str | None = None
    pod_cidrs: list[str] | None = None
    service_cidr: str | None = None
    service_cidrs: list[str] | None = None
    dns_service_ip: str | None = msgspec.field(default=None, name="dnsServiceIP")
    outbound_type: str | None = None
    ip_families: list[str] | None = None
    load_balancer_sku: str | None = None
    load_balancer_profile: _LoadBalancerProfile | None = None


class _ApiServerAccessProfile(ArmStruct):
    enable_private_cluster: bool | None = None
    enable_vnet_integration: bool | None = None
    subnet_id: str | None = None


class _NodeProvisioningProfile(ArmStruct):
    mode: str | None = None


class _Addon(ArmStruct):
    enabled: bool | None = None
    config: dict[str, str | None] | None = None


class _Cluster(ArmStruct):
    class Properties(ArmStruct):
        class PowerState(ArmStruct):
            code: str | None = None

        provisioning_state: str | None = None
        power_state: PowerState | None = None
        kubernetes_version: str | None = None
        current_kubernetes_version: str | None = None
        node_resource_group: str | None = None
        agent_pool_profiles: list[_Pool] | None = None
        network_profile: _NetworkProfile | None = None
        api_server_access_profile: _ApiServerAccessProfile | None = None
        node_provisioning_profile: _NodeProvisioningProfile | None = None
        addon_profiles: dict[str, _Addon | None] | None = None
        windows_profile: msgspec.Raw = msgspec.Raw()

    class Identity(ArmStruct):
        type: str | None = None

    identity: Identity | None = None
    name: str | None = None
    location: str | None = None
    properties: Properties | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancerProfile:
    """How a cluster leaves through its load balancer. Source: networkProfile.loadBalancerProfile."""

    managed_outbound_ips: int | None
    """IPv4 addresses that AKS makes; None where the owner brings them."""
    outbound_ip_ids: tuple[ResourceId, ...]
    outbound_prefix_ids: tuple[ResourceId, ...]
    effective_ids: tuple[ResourceId, ...]
    """What is really used, addresses or prefixes, of both families."""
    allocated_outbound_ports: int | None
    """A node's ports; 0 or None: Azure's default by the number of nodes."""
    idle_timeout_minutes: int | None = None
    """After which an idle flow gives its port back; None: 30."""
    managed_outbound_ipv6s: int | None = None
    """IPv6 addresses that AKS makes for a dual-stack cluster; None where ARM gives no count."""


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

    @property
    def is_gateway(self) -> bool:
        return self.mode.lower() == "gateway"

    @property
    def is_windows(self) -> bool:
        return self.os_type.lower() == "windows"

    @property
    def is_scale_set(self) -> bool:
        return self.type.lower() == "virtualmachinescalesets"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedCluster:
    """An AKS cluster. Source: Microsoft.ContainerService/managedClusters."""

    id: ResourceId
    name: str
    location: str
    kubernetes_version: str
    """The version that runs, else the one that is wanted."""
    provisioning_state: str
    is_stopped: bool
    """powerState.code is Stopped: its node VMs are gone or deallocated."""
    node_resource_group: str
    network_plugin: str
    """The raw values, "" where absent; `analysis.network_model` says what they amount to."""
    network_plugin_mode: str
    network_dataplane: str
    network_policy: str
    outbound_type: str
    pod_cidrs: tuple[IpNetwork, ...]
    service_cidrs: tuple[IpNetwork, ...]
    dns_service_ip: IpAddress | None
    ip_families: tuple[str, ...]
    load_balancer_sku: str
    load_balancer: LoadBalancerProfile | None
    """None where ARM gives no profile."""
    identity_type: str
    """`SystemAssigned`, `UserAssigned`; "" where absent (a service principal)."""
    is_private: bool
    api_server_vnet_integration: bool
    api_server_subnet_id: ResourceId | None
    """The subnet of API server VNet integration; None where there is none, or AKS made it."""
    node_auto_provisioning: bool
    """Nodes come and go outside the pools; ARM knows no maximum."""
    virtual_nodes_subnet: str
    """The name of the subnet that the virtual-node add-on uses; "" without the add-on."""
    addons: tuple[str, ...]
    """The names of the enabled add-ons, in lower case, sorted."""
    has_windows_profile: bool
    node_pools: tuple[NodePool, ...]
    gap: Gap | None

    @property
    def is_dual_stack(self) -> bool:
        families = {family.lower() for family in self.ip_families} or {f"ipv{c.version}" for c in self.pod_cidrs}
        return len(families) > 1

    @property
    def pod_subnet_ids(self) -> tuple[ResourceId, ...]:
        return tuple(dict.fromkeys(pool.pod_subnet_id for pool in self.node_pools if pool.pod_subnet_id))

    def with_pools(self, pools: list[NodePool]) -> ManagedCluster:
        """This cluster with the pools of its own that it did not list itself."""
        names = {pool.name.lower() for pool in self.node_pools}
        more = tuple(pool for pool in pools if pool.name.lower() not in names)
        return replace(self, node_pools=self.node_pools + more) if more else self


def cluster_from_arm(resource: Resource) -> tuple[ManagedCluster, list[Gap]]:
    reading = Reading(resource)
    arm = reading.decode(resource.raw, _Cluster)
    properties = reading.present(arm.properties, "properties", _Cluster.Properties())
    net = properties.network_profile or _NetworkProfile()
    access = properties.api_server_access_profile or _ApiServerAccessProfile()
    provisioning = properties.node_provisioning_profile
    addons = {n.lower(): addon for n, addon in (properties.addon_profiles or {}).items() if addon and addon.enabled}
    path = "properties.networkProfile"
    cluster = ManagedCluster(
        id=resource.id,
        name=arm.name or resource.id.name,
        location=arm.location or "",
        kubernetes_version=properties.current_kubernetes_version or properties.kubernetes_version or "",
        provisioning_state=properties.provisioning_state or "",
        is_stopped=((properties.power_state and properties.power_state.code) or "").lower() == "stopped",
        node_resource_group=properties.node_resource_group or "",
        network_plugin=net.network_plugin or "",
        network_plugin_mode=net.network_plugin_mode or "",
        network_dataplane=net.network_dataplane or "",
        network_policy=net.network_policy or "",
        outbound_type=net.outbound_type or "",
        pod_cidrs=reading.prefixes(net.pod_cidr, net.pod_cidrs, f"{path}.podCidr"),
        service_cidrs=reading.prefixes(net.service_cidr, net.service_cidrs, f"{path}.serviceCidr"),
        dns_service_ip=reading.address(net.dns_service_ip, f"{path}.dnsServiceIP"),
        ip_families=tuple(net.ip_families or ()),
        load_balancer_sku=net.load_balancer_sku or "",
        load_balancer=_load_balancer(net.load_balancer_profile),
        identity_type=(arm.identity and arm.identity.type) or "",
        is_private=bool(access.enable_private_cluster),
        api_server_vnet_integration=bool(access.enable_vnet_integration),
        api_server_subnet_id=ResourceId.of(access.subnet_id) if access.subnet_id else None,
        node_auto_provisioning=((provisioning and provisioning.mode) or "").lower() == "auto",
        virtual_nodes_subnet=_virtual_nodes_subnet(addons),
        addons=tuple(sorted(addons)),
        has_windows_profile=bytes(properties.windows_profile) not in (b"", b"null"),
        node_pools=tuple(
            _pool(reading, pool, pool.name or "", f"properties.agentPoolProfiles[{pool.name or number}]")
            for number, pool in enumerate(properties.agent_pool_profiles or ())
        ),
        gap=reading.gap,
    )
    return cluster, reading.gaps


def node_pool_from_arm(resource: Resource) -> tuple[NodePool, list[Gap]]:
    """A pool that stands on its own in an inventory."""
    reading = Reading(resource)
    arm = reading.decode(resource.raw, _AgentPool)
    properties = reading.present(arm.properties, "properties", _Pool())
    return _pool(reading, properties, arm.name or resource.id.name, "properties"), reading.gaps


def _pool(reading: Reading, arm: _Pool, name: str, path: str) -> NodePool:
    upgrade = arm.upgrade_settings or _UpgradeSettings()
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
    )


def _load_balancer(arm: _LoadBalancerProfile | None) -> LoadBalancerProfile | None:
    if arm is None:
        return None
    return LoadBalancerProfile(
        managed_outbound_ips=arm.managed_outbound_ips.count if arm.managed_outbound_ips else None,
        outbound_ip_ids=references(arm.outbound_ips.public_ips if arm.outbound_ips else None),
        outbound_prefix_ids=references(
            arm.outbound_ip_prefixes.public_ip_prefixes if arm.outbound_ip_prefixes else None
        ),
        effective_ids=references(arm.effective_outbound_ips),
        allocated_outbound_ports=arm.allocated_outbound_ports,
        managed_outbound_ipv6s=arm.managed_outbound_ips.count_ipv6 if arm.managed_outbound_ips else None,
        idle_timeout_minutes=arm.idle_timeout_in_minutes,
    )


def _virtual_nodes_subnet(addons: dict[str, _Addon]) -> str:
    addon = addons.get("aciconnectorlinux")
    config = (addon.config if addon else None) or {}
    return next((value for key, value in config.items() if key.lower() == "subnetname" and value), "")


def _count_or_percent(reading: Reading, value: str | int | None, path: str) -> str | None:
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    if not text.removesuffix("%").isdecimal():
        reading.invalid(path, text)
        return None
    return text
