from __future__ import annotations

import json
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aks_audit.inventory import Gap, Resource, ResourceId
from aks_audit.model import NatGateway, PublicIp, PublicIpPrefix
from aks_audit.model.outbound import nat_gateway_from_arm, public_ip_from_arm, public_ip_prefix_from_arm

from ..records import GROUP

NETWORK = f"{GROUP}/providers/Microsoft.Network"
GATEWAY, ADDRESS, PREFIX = f"{NETWORK}/natGateways/n", f"{NETWORK}/publicIPAddresses/a", f"{NETWORK}/publicIPPrefixes/p"


def resource(resource_id: str, document: Any) -> Resource:
    identity = ResourceId.of(resource_id)
    return Resource(identity, identity.type, json.dumps(document).encode())


def gateway(properties: Any, **more: Any) -> tuple[NatGateway, list[Gap]]:
    return nat_gateway_from_arm(resource(GATEWAY, {"properties": properties, **more}))


def address(properties: Any, **more: Any) -> tuple[PublicIp, list[Gap]]:
    return public_ip_from_arm(resource(ADDRESS, {"properties": properties, **more}))


def prefix(properties: Any) -> tuple[PublicIpPrefix, list[Gap]]:
    return public_ip_prefix_from_arm(resource(PREFIX, {"properties": properties}))


def test_a_gateway_with_everything() -> None:
    found, gaps = gateway(
        {
            "publicIpAddresses": [{"id": ADDRESS}],
            "publicIpPrefixes": [{"id": PREFIX}],
            "subnets": [{"id": f"{NETWORK}/virtualNetworks/v/subnets/s"}],
            "idleTimeoutInMinutes": 10,
        },
        sku={"name": "StandardV2"},
        zones=["1", "2"],
    )
    assert not gaps
    assert found.public_ip_ids == (ResourceId.of(ADDRESS.upper()),)
    assert found.public_prefix_ids == (ResourceId.of(PREFIX),)
    assert [item.name for item in found.subnet_ids] == ["s"]
    assert (found.idle_timeout_minutes, found.sku, found.zones) == (10, "StandardV2", ("1", "2"))
    assert found.gap is None


def test_a_gateway_with_nothing() -> None:
    found, gaps = gateway({"publicIpAddresses": None})
    assert not gaps
    assert (found.public_ip_ids, found.public_prefix_ids, found.subnet_ids, found.zones) == ((), (), (), ())
    assert (found.idle_timeout_minutes, found.sku) == (None, "")


def test_an_address_with_everything() -> None:
    found, gaps = address(
        {
            "ipAddress": "20.1.2.3",
            "publicIPAddressVersion": "IPv4",
            "ipConfiguration": {"id": f"{NETWORK}/loadBalancers/l/frontendIPConfigurations/f"},
            "natGateway": {"id": GATEWAY},
            "publicIPPrefix": {"id": PREFIX},
            "provisioningState": "Succeeded",
        },
        sku={"name": "Standard"},
        zones=["1"],
    )
    assert not gaps
    assert found.address == ip_address("20.1.2.3")
    assert found.holder_id
    assert found.holder_id.name == "f"
    assert (found.nat_gateway_id, found.prefix_id) == (ResourceId.of(GATEWAY), ResourceId.of(PREFIX))
    assert (found.sku, found.zones, found.is_ipv6, found.provisioning_state) == ("Standard", ("1",), False, "Succeeded")


@pytest.mark.parametrize(("version", "is_ipv6"), [("IPv6", True), ("ipv6", True), ("IPv4", False), (None, False)])
def test_an_address_tells_its_family(version: str | None, is_ipv6: bool) -> None:
    assert address({"publicIPAddressVersion": version})[0].is_ipv6 is is_ipv6


def test_an_address_that_none_was_given_to() -> None:
    found, gaps = address({"ipAddress": None})
    assert not gaps
    assert (found.address, found.holder_id, found.nat_gateway_id, found.prefix_id, found.sku) == (
        *(None, None, None, None),
        "",
    )


def test_a_prefix_counts_its_addresses() -> None:
    found, gaps = prefix({"prefixLength": 28, "ipPrefix": "20.1.2.0/28"})
    assert not gaps
    assert (found.addresses, found.prefix) == (16, ip_network("20.1.2.0/28"))
    assert prefix({})[0].addresses is None
    assert prefix({"prefixLength": 31})[0].addresses == 2


@pytest.mark.parametrize(
    ("read", "properties", "path"),
    [
        (gateway, {"idleTimeoutInMinutes": "long"}, "idleTimeoutInMinutes"),
        (gateway, {"publicIpAddresses": 7}, "publicIpAddresses"),
        (address, {"ipAddress": "20.1.2"}, "properties.ipAddress"),
        (address, None, "properties"),
        (prefix, {"ipPrefix": "20.1.2.0/99"}, "properties.ipPrefix"),
        (prefix, {"prefixLength": []}, "prefixLength"),
    ],
)
def test_what_does_not_parse_is_a_gap(read: Any, properties: Any, path: str) -> None:
    found, [gap] = read(properties)
    assert gap.code == "InvalidValue"
    assert path in gap.message
    assert found.gap == gap


KEYS = st.sampled_from(
    [
        *("properties", "sku", "name", "zones", "publicIpAddresses", "publicIpPrefixes", "subnets", "id", "ipAddress"),
        *("idleTimeoutInMinutes", "ipPrefix", "prefixLength", "publicIPPrefix", "natGateway", "ipConfiguration"),
        "publicIPAddressVersion",
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.text(max_size=4)
    | st.sampled_from([ADDRESS, "20.1.2.3", "20.1.2.0/28", "::", "/", "IPv6"])
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=15
)


@settings(deadline=None, max_examples=100)
@given(document=st.dictionaries(KEYS, ANYTHING, max_size=5))
def test_no_json_makes_reading_fail(document: dict[str, Any]) -> None:
    for read, resource_id in (
        (nat_gateway_from_arm, GATEWAY),
        (public_ip_from_arm, ADDRESS),
        (public_ip_prefix_from_arm, PREFIX),
    ):
        found, gaps = read(resource(resource_id, document))
        assert found.id == ResourceId.of(resource_id)
        assert {gap.code for gap in gaps} <= {"InvalidValue"}
        assert (found.gap is None) == (not gaps)
