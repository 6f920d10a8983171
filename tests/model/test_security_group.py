from __future__ import annotations

import json
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aks_audit.inventory import Gap, Resource, ResourceId
from aks_audit.model import PortRange, SecurityGroup, SecurityRule
from aks_audit.model.security_group import security_group_from_arm
from tests.estate import Estate, security_rule
from tests.networks import network_of

from ..records import GROUP

ID = f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg"


def read(properties: Any) -> tuple[SecurityGroup, list[Gap]]:
    raw = json.dumps({"id": ID, "properties": properties}).encode()
    return security_group_from_arm(Resource(ResourceId.of(ID), "Microsoft.Network/networkSecurityGroups", raw))


def a_rule(**fields: Any) -> SecurityRule:
    rule = {"name": "r", "properties": {"priority": 100, "direction": "Inbound", "access": "Allow", **fields}}
    group, gaps = read({"securityRules": [rule]})
    assert not gaps
    return group.rules[0]


def test_the_singular_and_the_plural_are_one() -> None:
    rule = a_rule(
        sourceAddressPrefix="10.0.0.0/8",
        sourceAddressPrefixes=["10.0.0.0/8", "Storage.westeurope", "fd00::/8"],
        destinationPortRange="",
        destinationPortRanges=["22", "8000-8080", "*"],
    )
    assert rule.source.prefixes == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert rule.source.tags == ("Storage.westeurope",)
    assert not rule.source.is_any
    assert rule.destination_ports == (PortRange(22, 22), PortRange(8000, 8080), PortRange(0, 65535))
    assert [str(ports) for ports in rule.destination_ports] == ["22", "8000-8080", "*"]


@pytest.mark.parametrize("text", ["*", "Any", "any"])
def test_anybody_in_every_spelling(text: str) -> None:
    rule = a_rule(sourceAddressPrefix=text)
    assert rule.source.is_any
    assert rule.source.tags == ()


def test_application_security_groups_are_a_side_of_their_own() -> None:
    asg = f"{GROUP}/providers/Microsoft.Network/applicationSecurityGroups/asg"
    rule = a_rule(destinationApplicationSecurityGroups=[{"id": asg}], sourceApplicationSecurityGroups=[{"id": asg}])
    assert rule.source.application_security_group_ids == rule.destination.application_security_group_ids
    assert rule.source.application_security_group_ids == (ResourceId.of(asg.upper()),)


def test_rules_come_by_priority_within_their_direction_and_know_where_they_stand() -> None:
    estate = Estate()
    group = estate.network_security_group(
        rules=[security_rule("b", 200), security_rule("a", 300), security_rule("o", 100, direction="Outbound")]
    )
    subnet_id = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    group["properties"]["subnets"] = [{"id": subnet_id}]
    found = network_of(estate).security_groups[ResourceId.of(group["id"])]
    inbound = [rule for rule in found.rules if rule.is_inbound]
    assert [rule.name for rule in inbound][:3] == ["b", "a", "AllowVnetInBound"]
    assert next(rule.name for rule in found.rules if rule.is_outbound) == "o"
    assert inbound[0].path == "properties.securityRules[b]"
    assert inbound[2].path == "properties.defaultSecurityRules[AllowVnetInBound]"
    assert (inbound[0].allows, inbound[2].allows) == (False, True)
    assert found.subnet_ids == (ResourceId.of(subnet_id),)
    assert found.gap is None


def test_what_is_absent_is_not_guessed() -> None:
    rule = a_rule()
    assert rule.protocol == ""
    assert (rule.source.is_any, rule.source.prefixes, rule.source_ports) == (False, (), ())


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"sourceAddressPrefix": "10.0.0.0/99"}, "properties.securityRules[r].sourceAddressPrefix"),
        ({"destinationAddressPrefixes": ["10.0.0/8"]}, "properties.securityRules[r].destinationAddressPrefix"),
        ({"destinationPortRange": "http"}, "properties.securityRules[r].destinationPortRange"),
        ({"destinationPortRange": "90-80"}, "properties.securityRules[r].destinationPortRange"),
        ({"sourcePortRanges": ["65536"]}, "properties.securityRules[r].sourcePortRange"),
        ({"priority": None}, "properties.securityRules[r].priority"),
        ({"priority": "first"}, "properties.securityRules[0].properties.priority"),
    ],
)
def test_a_value_that_does_not_parse_is_named_and_the_group_knows(fields: dict[str, Any], place: str) -> None:
    group, gaps = read({"securityRules": [{"name": "r", "properties": {"priority": 100, **fields}}]})
    assert group.gap == gaps[0]
    assert place in gaps[0].message
    assert (gaps[0].code, gaps[0].scope) == ("InvalidValue", ID)


def test_a_rule_without_properties_is_named() -> None:
    _, gaps = read({"securityRules": [{"name": "r"}]})
    assert [gap.code for gap in gaps] == ["InvalidValue"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["*", "10.0.0.0/8", "1-2", ID]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("name", "properties", "securityRules", "defaultSecurityRules", "subnets", "id", "priority"),
                    *("sourceAddressPrefix", "destinationAddressPrefixes", "destinationPortRange", "sourcePortRanges"),
                    *("access", "direction", "protocol", "sourceApplicationSecurityGroups"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=150)
@given(properties=ANYTHING)
def test_no_json_makes_reading_fail(properties: Any) -> None:
    group, gaps = read(properties)
    assert group.gap == (gaps[0] if gaps else None)
    assert {gap.code for gap in gaps} <= {"InvalidValue"}
