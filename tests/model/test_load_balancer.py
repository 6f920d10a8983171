from __future__ import annotations

import json
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aks_audit.inventory import Gap, Resource, ResourceId
from aks_audit.model import LoadBalancer
from aks_audit.model.load_balancer import load_balancer_from_arm

from ..records import GROUP

NETWORK = f"{GROUP}/providers/Microsoft.Network"
ID = f"{NETWORK}/loadBalancers/kubernetes"
ADDRESS, PREFIX = f"{NETWORK}/publicIPAddresses/a", f"{NETWORK}/publicIPPrefixes/p"


def read(properties: Any, **more: Any) -> tuple[LoadBalancer, list[Gap]]:
    raw = json.dumps({"id": ID, "properties": properties, **more}).encode()
    return load_balancer_from_arm(Resource(ResourceId.of(ID), "Microsoft.Network/loadBalancers", raw))


def a_balancer(properties: Any, **more: Any) -> LoadBalancer:
    balancer, gaps = read(properties, **more)
    assert not gaps
    return balancer


def test_frontends_are_public_or_private() -> None:
    frontends = [
        {"name": "ip", "id": f"{ID}/frontendIPConfigurations/ip", "properties": {"publicIPAddress": {"id": ADDRESS}}},
        {"name": "prefix", "properties": {"publicIPPrefix": {"id": PREFIX}}},
        {
            "name": "inner",
            "properties": {
                "privateIPAddress": "10.1.0.9",
                "subnet": {"id": f"{NETWORK}/virtualNetworks/v/subnets/s"},
            },
        },
    ]
    balancer = a_balancer({"frontendIPConfigurations": frontends}, sku={"name": "Standard"})
    ip, prefix, inner = balancer.frontends
    assert (ip.public_ip_id, ip.is_public, ip.address) == (ResourceId.of(ADDRESS), True, None)
    assert (prefix.public_prefix_id, prefix.is_public) == (ResourceId.of(PREFIX), True)
    assert (inner.is_public, inner.address) == (False, ip_address("10.1.0.9"))
    assert inner.subnet_id
    assert inner.subnet_id.name == "s"
    assert balancer.sku == "Standard"
    assert balancer.frontend(ResourceId.of(f"{ID}/frontendIPConfigurations/PREFIX".upper())) == prefix
    assert balancer.frontend(None) is None


def test_rules_keep_what_they_name() -> None:
    reference = {"id": f"{ID}/frontendIPConfigurations/ip"}
    pool = {"id": f"{ID}/backendAddressPools/kubernetes"}
    balancer = a_balancer(
        {
            "loadBalancingRules": [
                {
                    "name": "web",
                    "properties": {
                        "frontendIPConfiguration": reference,
                        "backendAddressPool": pool,
                        "probe": {"id": f"{ID}/probes/web"},
                        "protocol": "Tcp",
                        "frontendPort": 443,
                        "backendPort": 30443,
                        "enableFloatingIP": True,
                        "disableOutboundSnat": True,
                    },
                },
                {"name": "bare", "properties": {}},
            ],
            "outboundRules": [
                {
                    "name": "aksOutboundRule",
                    "properties": {
                        "frontendIPConfigurations": [reference],
                        "backendAddressPool": pool,
                        "allocatedOutboundPorts": 1024,
                        "idleTimeoutInMinutes": 30,
                    },
                }
            ],
            "probes": [{"name": "web", "properties": {"protocol": "Http", "port": 10256}}],
            "backendAddressPools": [
                {"name": "kubernetes", "properties": {"backendIPConfigurations": [{"id": "/a"}, {"id": "/b"}]}},
                {"name": "byAddress", "properties": {"loadBalancerBackendAddresses": [{}, {}, {}]}},
                {"name": "empty"},
            ],
        }
    )
    web, bare = balancer.rules
    assert (web.protocol, web.frontend_port, web.backend_port) == ("Tcp", 443, 30443)
    assert (web.floating_ip, web.disables_outbound_snat) == (True, True)
    assert (bare.floating_ip, bare.disables_outbound_snat, bare.frontend_id) == (False, False, None)
    assert web.frontend_id == ResourceId.of(reference["id"])
    [outbound] = balancer.outbound_rules
    assert outbound.frontend_ids == (ResourceId.of(reference["id"]),)
    assert (outbound.allocated_outbound_ports, outbound.idle_timeout_minutes) == (1024, 30)
    [probe] = balancer.probes
    assert (probe.id.text, probe.protocol, probe.port) == (f"{ID}/probes/web", "Http", 10256)
    assert web.probe_id == probe.id
    assert [pool.members for pool in balancer.backend_pools] == [2, 3, 0]
    assert web.backend_pool_id == balancer.backend_pools[0].id


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        (None, "properties"),
        ({"frontendIPConfigurations": [{"name": "f"}]}, "properties.frontendIPConfigurations[f]"),
        (
            {"frontendIPConfigurations": [{"name": "f", "properties": {"privateIPAddress": "10.1"}}]},
            "properties.frontendIPConfigurations[f].privateIPAddress",
        ),
        ({"outboundRules": "none"}, "outboundRules"),
        ({"probes": [{"name": "p", "properties": {"port": "web"}}]}, "port"),
    ],
)
def test_what_does_not_parse_is_a_gap(properties: Any, path: str) -> None:
    balancer, [gap] = read(properties)
    assert gap.code == "InvalidValue"
    assert path in gap.message
    assert balancer.gap == gap


KEYS = st.sampled_from(
    [
        *("frontendIPConfigurations", "properties", "name", "id", "publicIPAddress", "publicIPPrefix", "subnet"),
        *("outboundRules", "loadBalancingRules", "probes", "backendAddressPools", "backendIPConfigurations", "port"),
        *("allocatedOutboundPorts", "idleTimeoutInMinutes", "enableFloatingIP", "privateIPAddress", "frontendPort"),
        *("frontendIPConfiguration", "backendAddressPool", "loadBalancerBackendAddresses", "sku"),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.text(max_size=4)
    | st.sampled_from([ADDRESS, "10.1.0.4", "::", "/"])
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


@settings(deadline=None, max_examples=100)
@given(properties=ANYTHING, more=st.dictionaries(st.just("sku"), ANYTHING))
def test_no_json_makes_reading_fail(properties: Any, more: dict[str, Any]) -> None:
    balancer, gaps = read(properties, **more)
    assert balancer.id == ResourceId.of(ID)
    assert {gap.code for gap in gaps} <= {"InvalidValue"}
    assert (balancer.gap is None) == (not gaps)
