"""Firewalls and route tables as ARM words them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aks_audit.inventory import Resource, ResourceId, Source, types
from aks_audit.model import Firewall, LoadBalancer, NetworkBuilder, RouteTable
from tests.estate import Estate
from tests.networks import network_of
from tests.records import GROUP, TABLE, VNET

FIREWALL = f"{GROUP}/providers/Microsoft.Network/azureFirewalls/fw"
BALANCER = f"{GROUP}/providers/Microsoft.Network/loadBalancers/lb"


def firewall(**properties: Any) -> Firewall:
    return builder_with(FIREWALL, properties).build(Source("inventory")).firewalls[ResourceId.of(FIREWALL)]


def builder_with(resource_id: str, properties: Any) -> NetworkBuilder:
    builder = NetworkBuilder()
    identity = ResourceId.of(resource_id)
    raw = json.dumps({"id": resource_id, "properties": properties}).encode()
    builder.add(Resource(identity, types.canonical_type(identity.type), raw))
    return builder


def configuration(name: str, **properties: Any) -> dict[str, Any]:
    return {"name": name, "properties": properties}


def test_a_firewall_has_one_private_address_and_many_public_ones() -> None:
    public = f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/"
    found = firewall(
        sku={"name": "AZFW_VNet", "tier": "Premium"},
        ipConfigurations=[
            configuration(
                "a",
                privateIPAddress="10.0.1.4",
                subnet={"id": f"{VNET}/subnets/AzureFirewallSubnet"},
                publicIPAddress={"id": f"{public}one"},
            ),
            configuration("b", publicIPAddress={"id": f"{public}two"}),
        ],
    )
    assert found.tier == "Premium"
    assert [str(address) for address in found.addresses] == ["10.0.1.4"]
    assert [pip.name for pip in found.public_ip_ids] == ["one", "two"]
    assert [(item.name, item.subnet_id and item.subnet_id.name) for item in found.configurations] == [
        ("a", "AzureFirewallSubnet"),
        ("b", None),
    ]
    assert (found.gap, found.virtual_hub_id, found.hub_address) == (None, None, None)


def test_a_firewall_of_a_virtual_wan_hub_has_its_address_elsewhere() -> None:
    estate = Estate()
    estate.hub_firewall("fw", "10.100.0.132")
    (found,) = network_of(estate).firewalls.values()
    assert [str(address) for address in found.addresses] == ["10.100.0.132"]
    assert found.virtual_hub_id
    assert found.virtual_hub_id.name == "hub"
    assert found.configurations == ()


def test_a_deallocated_firewall_has_no_address() -> None:
    found = firewall(ipConfigurations=[])
    assert (found.addresses, found.public_ip_ids, found.gap) == ((), (), None)


@pytest.mark.parametrize(
    ("properties", "place"),
    [
        ({"ipConfigurations": [configuration("a", privateIPAddress="10.0.1")]}, "ipConfigurations[a].privateIPAddress"),
        ({"ipConfigurations": [{"name": "a"}]}, "properties.ipConfigurations[a]"),
        ({"ipConfigurations": "all"}, "properties.ipConfigurations"),
        ({"hubIPAddresses": {"privateIPAddress": "x"}}, "properties.hubIPAddresses.privateIPAddress"),
        (None, "properties"),
    ],
)
def test_what_does_not_parse_is_a_gap(properties: Any, place: str) -> None:
    network = builder_with(FIREWALL, properties).build(Source("inventory"))
    (found,) = network.firewalls.values()
    assert found.gap
    assert found.gap in network.gaps
    assert (found.gap.code, found.gap.scope) == ("InvalidValue", FIREWALL)
    assert place in found.gap.message


@pytest.mark.parametrize(
    ("fields", "bgp", "peering"),
    [
        ({}, False, False),
        ({"disableBgpRoutePropagation": True, "disablePeeringRoute": "None"}, True, False),
        ({"disableBgpRoutePropagation": False, "disablePeeringRoute": "ALL"}, False, True),
    ],
)
def test_a_table_says_which_routes_it_keeps_out(fields: dict[str, Any], bgp: bool, peering: bool) -> None:
    (table,) = builder_with(TABLE, fields).build(Source("inventory")).route_tables.values()
    assert isinstance(table, RouteTable)
    assert (table.disables_bgp_propagation, table.disables_peering_routes, table.gap) == (bgp, peering, None)


KEYS = st.sampled_from(
    [
        *("ipConfigurations", "hubIPAddresses", "privateIPAddress", "subnet", "publicIPAddress", "virtualHub", "sku"),
        *("tier", "id", "name", "properties", "routes", "addressPrefix", "nextHopType", "nextHopIpAddress"),
        *("disableBgpRoutePropagation", "disablePeeringRoute", "frontendIPConfigurations"),
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(["10.0.0.4", "0.0.0.0/0", VNET]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=100)
@given(st.sampled_from([FIREWALL, TABLE, BALANCER]), ANYTHING)
def test_no_json_makes_reading_fail(resource_id: str, properties: Any) -> None:
    network = builder_with(resource_id, properties).build(Source("inventory"))
    held: list[Firewall | RouteTable | LoadBalancer] = [
        *network.firewalls.values(),
        *network.route_tables.values(),
        *network.load_balancers.values(),
    ]
    (only,) = held
    assert (only.gap is None) == (not network.gaps)
