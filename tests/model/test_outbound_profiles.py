from __future__ import annotations

from typing import Any

from aks_audit.inventory import ResourceId
from aks_audit.model import LoadBalancerProfile, NatGatewayProfile
from tests.estate import Estate
from tests.networks import network_of

from ..records import GROUP

ADDRESS = f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/a"
PREFIX = f"{GROUP}/providers/Microsoft.Network/publicIPPrefixes/p"


def profiles(**profile: Any) -> tuple[LoadBalancerProfile | None, NatGatewayProfile | None]:
    """What a cluster with these parts of a network profile says of its way out."""
    estate = Estate()
    network = estate.cluster("aks1")["properties"]["networkProfile"]
    network.pop("loadBalancerProfile")
    network |= profile
    cluster = network_of(estate).clusters[0]
    assert cluster.gap is None
    return cluster.load_balancer, cluster.nat_gateway


def test_absent_profiles_are_none() -> None:
    assert profiles() == (None, None)
    assert profiles(loadBalancerProfile=None, natGatewayProfile=None) == (None, None)


def test_a_load_balancer_profile_with_everything() -> None:
    profile, _ = profiles(
        loadBalancerProfile={
            "managedOutboundIPs": {"count": 2, "countIPv6": 1},
            "outboundIPs": {"publicIPs": [{"id": ADDRESS}]},
            "outboundIPPrefixes": {"publicIPPrefixes": [{"id": PREFIX}]},
            "effectiveOutboundIPs": [{"id": ADDRESS}, {"id": PREFIX}],
            "allocatedOutboundPorts": 1024,
            "idleTimeoutInMinutes": 4,
            "backendPoolType": "nodeIP",
            "enableMultipleStandardLoadBalancers": True,
        }
    )
    assert profile == LoadBalancerProfile(
        managed_outbound_ips=2,
        managed_outbound_ipv6s=1,
        outbound_ip_ids=(ResourceId.of(ADDRESS),),
        outbound_prefix_ids=(ResourceId.of(PREFIX),),
        effective_ids=(ResourceId.of(ADDRESS), ResourceId.of(PREFIX)),
        allocated_outbound_ports=1024,
        idle_timeout_minutes=4,
        backend_pool_type="nodeIP",
        multiple_load_balancers=True,
    )


def test_an_empty_load_balancer_profile_invents_nothing() -> None:
    profile, _ = profiles(loadBalancerProfile={})
    assert profile == LoadBalancerProfile(
        managed_outbound_ips=None,
        outbound_ip_ids=(),
        outbound_prefix_ids=(),
        effective_ids=(),
        allocated_outbound_ports=None,
    )


def test_a_nat_gateway_profile() -> None:
    _, profile = profiles(
        natGatewayProfile={
            "sku": "StandardV2",
            "managedOutboundIPProfile": {"count": 2},
            "effectiveOutboundIPs": [{"id": ADDRESS}],
            "idleTimeoutInMinutes": 4,
        }
    )
    assert profile == NatGatewayProfile(
        sku="StandardV2", managed_outbound_ips=2, effective_ids=(ResourceId.of(ADDRESS),), idle_timeout_minutes=4
    )
    _, empty = profiles(natGatewayProfile={})
    assert empty == NatGatewayProfile(sku="", managed_outbound_ips=None, effective_ids=(), idle_timeout_minutes=None)
