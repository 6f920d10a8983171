"""How a cluster says that it leaves: its load balancer profile and its NAT gateway profile."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, Int, SubResource, references


class LoadBalancerProfileArm(ArmStruct):
    class ManagedOutboundIps(ArmStruct):
        count: Int | None = None
        count_ipv6: Int | None = msgspec.field(default=None, name="countIPv6")

    class OutboundIps(ArmStruct):
        public_ips: list[SubResource] | None = msgspec.field(default=None, name="publicIPs")

    class OutboundIpPrefixes(ArmStruct):
        public_ip_prefixes: list[SubResource] | None = msgspec.field(default=None, name="publicIPPrefixes")

    managed_outbound_ips: ManagedOutboundIps | None = msgspec.field(default=None, name="managedOutboundIPs")
    outbound_ips: OutboundIps | None = msgspec.field(default=None, name="outboundIPs")
    outbound_ip_prefixes: OutboundIpPrefixes | None = msgspec.field(default=None, name="outboundIPPrefixes")
    effective_outbound_ips: list[SubResource] | None = msgspec.field(default=None, name="effectiveOutboundIPs")
    allocated_outbound_ports: Int | None = None
    idle_timeout_in_minutes: Int | None = None
    backend_pool_type: str | None = None
    enable_multiple_standard_load_balancers: bool | None = None


class NatGatewayProfileArm(ArmStruct):
    class ManagedOutboundIps(ArmStruct):
        count: Int | None = None

    sku: str | None = None
    managed_outbound_ip_profile: ManagedOutboundIps | None = msgspec.field(
        default=None, name="managedOutboundIPProfile"
    )
    effective_outbound_ips: list[SubResource] | None = msgspec.field(default=None, name="effectiveOutboundIPs")
    idle_timeout_in_minutes: Int | None = None


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
    backend_pool_type: str = ""
    """`nodeIPConfiguration` or `nodeIP`, kept as sent; "" where absent, which means the former."""
    multiple_load_balancers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NatGatewayProfile:
    """How a cluster leaves through a NAT gateway. Source: networkProfile.natGatewayProfile."""

    sku: str
    managed_outbound_ips: int | None
    """Addresses that AKS makes; None where ARM gives no count."""
    effective_ids: tuple[ResourceId, ...]
    idle_timeout_minutes: int | None


def load_balancer_profile(arm: LoadBalancerProfileArm | None) -> LoadBalancerProfile | None:
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
        backend_pool_type=arm.backend_pool_type or "",
        multiple_load_balancers=bool(arm.enable_multiple_standard_load_balancers),
    )


def nat_gateway_profile(arm: NatGatewayProfileArm | None) -> NatGatewayProfile | None:
    if arm is None:
        return None
    return NatGatewayProfile(
        sku=arm.sku or "",
        managed_outbound_ips=arm.managed_outbound_ip_profile.count if arm.managed_outbound_ip_profile else None,
        effective_ids=references(arm.effective_outbound_ips),
        idle_timeout_minutes=arm.idle_timeout_in_minutes,
    )
