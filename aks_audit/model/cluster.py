"""Managed clusters."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, IpAddress, IpNetwork, Reading
from .node_pool import NodePool, PoolProfile, pool_from_profile
from .outbound_profiles import (
    LoadBalancerProfile,
    LoadBalancerProfileArm,
    NatGatewayProfile,
    NatGatewayProfileArm,
    load_balancer_profile,
    nat_gateway_profile,
)


class _AdvancedNetworking(ArmStruct):
    class Security(ArmStruct):
        class TransitEncryption(ArmStruct):
            type: str | None = None

        transit_encryption: TransitEncryption | None = None

    enabled: bool | None = None
    security: Security | None = None


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
    load_balancer_profile: LoadBalancerProfileArm | None = None
    nat_gateway_profile: NatGatewayProfileArm | None = None
    network_mode: str | None = None
    docker_bridge_cidr: str | None = None
    advanced_networking: _AdvancedNetworking | None = None


class _ApiServerAccessProfile(ArmStruct):
    enable_private_cluster: bool | None = None
    enable_vnet_integration: bool | None = None
    subnet_id: str | None = None
    authorized_ip_ranges: list[str] | None = msgspec.field(default=None, name="authorizedIPRanges")
    private_dns_zone: str | None = msgspec.field(default=None, name="privateDNSZone")
    enable_private_cluster_public_fqdn: bool | None = msgspec.field(default=None, name="enablePrivateClusterPublicFQDN")
    disable_run_command: bool | None = None


class _NodeProvisioningProfile(ArmStruct):
    mode: str | None = None


class _Addon(ArmStruct):
    enabled: bool | None = None
    config: dict[str, str | None] | None = None


class _ServicePrincipal(ArmStruct):
    client_id: str | None = None


class _UserIdentity(ArmStruct):
    object_id: str | None = None


class _Ingress(ArmStruct):
    class WebAppRouting(ArmStruct):
        class Nginx(ArmStruct):
            default_ingress_controller_type: str | None = None

        enabled: bool | None = None
        nginx: Nginx | None = None

    web_app_routing: WebAppRouting | None = None


class _Cluster(ArmStruct):
    class Properties(ArmStruct):
        class PowerState(ArmStruct):
            code: str | None = None

        provisioning_state: str | None = None
        power_state: PowerState | None = None
        kubernetes_version: str | None = None
        current_kubernetes_version: str | None = None
        node_resource_group: str | None = None
        agent_pool_profiles: list[PoolProfile] | None = None
        network_profile: _NetworkProfile | None = None
        api_server_access_profile: _ApiServerAccessProfile | None = None
        node_provisioning_profile: _NodeProvisioningProfile | None = None
        addon_profiles: dict[str, _Addon | None] | None = None
        windows_profile: msgspec.Raw = msgspec.Raw()
        fqdn: str | None = None
        private_fqdn: str | None = msgspec.field(default=None, name="privateFQDN")
        public_network_access: str | None = None
        service_principal_profile: _ServicePrincipal | None = None
        identity_profile: dict[str, _UserIdentity | None] | None = None
        ingress_profile: _Ingress | None = None
        support_plan: str | None = None

    class Identity(ArmStruct):
        class UserAssigned(ArmStruct):
            principal_id: str | None = None

        type: str | None = None
        principal_id: str | None = None
        user_assigned_identities: dict[str, UserAssigned | None] | None = None

    class Sku(ArmStruct):
        name: str | None = None
        tier: str | None = None

    identity: Identity | None = None
    sku: Sku | None = None
    name: str | None = None
    location: str | None = None
    properties: Properties | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServerAccess:
    """Who reaches the API server, and by which name. Source: properties.apiServerAccessProfile and what stands by it.

    Whether the cluster is private or VNet-integrated stands at the cluster itself.
    """

    authorized_ip_ranges: tuple[str, ...]
    """As written, since Azure minds how; empty: the filter is off."""
    private_dns_zone: str
    """`system`, `none`, or the id of a zone, as sent; "" where absent."""
    has_public_fqdn: bool | None
    """ARM's enablePrivateClusterPublicFQDN; None where absent."""
    run_command_disabled: bool
    fqdn: str
    private_fqdn: str
    public_network_access: str
    """`Enabled`, `Disabled`, `SecuredByPerimeter`, kept as sent; "" where absent."""

    @property
    def private_dns_zone_id(self) -> ResourceId | None:
        """The zone that the owner brings; None for `system`, `none` and absent."""
        return ResourceId.of(self.private_dns_zone) if self.private_dns_zone.startswith("/") else None


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

    api_server: ApiServerAccess
    nat_gateway: NatGatewayProfile | None
    """None where ARM gives no profile."""
    network_mode: str
    """`transparent`, `bridge`, kept as sent; "" where absent."""
    docker_bridge_cidr: IpNetwork | None
    """Only stored answers of old api-versions have it."""
    encrypts_transit: bool
    """WireGuard between the nodes."""
    identity_principal_ids: tuple[str, ...]
    """Object ids of the control plane's identity, in lower case; empty for a service principal."""
    identity_ids: tuple[ResourceId, ...]
    """The user-assigned identities of the control plane."""
    service_principal_client_id: str
    """Of a cluster without a managed identity; "" with one (ARM then says `msi`)."""
    kubelet_object_id: str
    """Object id of the kubelets' identity, in lower case; "" where absent."""
    uses_web_app_routing: bool
    """The application routing add-on."""
    web_app_routing_nginx: str
    """Its defaultIngressControllerType: `AnnotationControlled`, `External`, `Internal`, `None`; "" where absent."""
    support_plan: str
    """`KubernetesOfficial`, `AKSLongTermSupport`, kept as sent; "" where absent."""
    sku_name: str
    """`Base`, `Automatic`, kept as sent; "" where absent."""
    sku_tier: str

    def __hash__(self) -> int:
        return hash(self.id)  # answers are remembered by cluster, and hashing all of it costs more than most answers

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
    identity, ingress = arm.identity or _Cluster.Identity(), properties.ingress_profile
    routing = ingress.web_app_routing if ingress else None
    kubelet = next((v for k, v in (properties.identity_profile or {}).items() if k.lower() == "kubeletidentity"), None)
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
        load_balancer=load_balancer_profile(net.load_balancer_profile),
        identity_type=(arm.identity and arm.identity.type) or "",
        is_private=bool(access.enable_private_cluster),
        api_server_vnet_integration=bool(access.enable_vnet_integration),
        api_server_subnet_id=ResourceId.of(access.subnet_id) if access.subnet_id else None,
        node_auto_provisioning=((provisioning and provisioning.mode) or "").lower() == "auto",
        virtual_nodes_subnet=_virtual_nodes_subnet(addons),
        addons=tuple(sorted(addons)),
        has_windows_profile=bytes(properties.windows_profile) not in (b"", b"null"),
        node_pools=tuple(
            pool_from_profile(reading, pool, pool.name or "", f"properties.agentPoolProfiles[{pool.name or number}]")
            for number, pool in enumerate(properties.agent_pool_profiles or ())
        ),
        api_server=ApiServerAccess(
            authorized_ip_ranges=tuple(text.strip() for text in access.authorized_ip_ranges or () if text.strip()),
            private_dns_zone=access.private_dns_zone or "",
            has_public_fqdn=access.enable_private_cluster_public_fqdn,
            run_command_disabled=bool(access.disable_run_command),
            fqdn=properties.fqdn or "",
            private_fqdn=properties.private_fqdn or "",
            public_network_access=properties.public_network_access or "",
        ),
        nat_gateway=nat_gateway_profile(net.nat_gateway_profile),
        network_mode=net.network_mode or "",
        docker_bridge_cidr=reading.prefix(net.docker_bridge_cidr, f"{path}.dockerBridgeCidr"),
        encrypts_transit=_encrypts_transit(net.advanced_networking),
        identity_principal_ids=_principals(identity),
        identity_ids=tuple(ResourceId.of(text) for text in identity.user_assigned_identities or ()),
        service_principal_client_id=_service_principal(properties.service_principal_profile),
        kubelet_object_id=((kubelet and kubelet.object_id) or "").lower(),
        uses_web_app_routing=bool(routing and routing.enabled),
        web_app_routing_nginx=(routing and routing.nginx and routing.nginx.default_ingress_controller_type) or "",
        support_plan=properties.support_plan or "",
        sku_name=(arm.sku and arm.sku.name) or "",
        sku_tier=(arm.sku and arm.sku.tier) or "",
        gap=reading.gap,
    )
    return cluster, reading.gaps


def _encrypts_transit(arm: _AdvancedNetworking | None) -> bool:
    security = arm.security if arm and arm.enabled is not False else None
    encryption = security.transit_encryption if security else None
    return ((encryption and encryption.type) or "").lower() == "wireguard"


def _principals(identity: _Cluster.Identity) -> tuple[str, ...]:
    users = (user.principal_id for user in (identity.user_assigned_identities or {}).values() if user)
    return tuple(text.lower() for text in (identity.principal_id, *users) if text)


def _service_principal(arm: _ServicePrincipal | None) -> str:
    client_id = (arm and arm.client_id) or ""
    return "" if client_id.lower() == "msi" else client_id


def _virtual_nodes_subnet(addons: dict[str, _Addon]) -> str:
    addon = addons.get("aciconnectorlinux")
    config = (addon.config if addon else None) or {}
    return next((value for key, value in config.items() if key.lower() == "subnetname" and value), "")
