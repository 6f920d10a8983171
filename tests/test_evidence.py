"""The look-up of evidence in ARM's JSON can fail."""

from __future__ import annotations

import pytest

from aks_audit.findings import Evidence
from aks_audit.inventory.resource_id import ResourceId

from .estate import Estate, Json, subnet
from .evidence import stands_there, values_at


def a_table(estate: Estate) -> Json:
    vnet = estate.virtual_network(subnets={"nodes": "10.1.0.0/24"})
    return estate.route_table("rt", {"0.0.0.0/0": "10.9.0.4"}, subnets=[subnet(vnet, "nodes")])


@pytest.mark.parametrize(
    ("path", "value", "is_there"),
    [
        ("properties.routes[default].nextHopIpAddress", "10.9.0.4", True),
        ("properties.routes[default].nextHopIpAddress", "10.9.0.5", False),
        ("properties.routes[other].nextHopIpAddress", "10.9.0.4", False),
        ("properties.routes[].addressPrefix", ("0.0.0.0/0",), True),
        ("properties.routes[].addressPrefix", (), False),
        ("length(properties.routes)", 1, True),
        ("length(properties.routes)", 2, False),
        ("properties.nothing", None, True),
        ("properties.nothing", "10.9.0.4", False),
        ("properties.routes[default].nextHopType", None, False),
    ],
)
def test_a_value_stands_where_it_is_shown_or_not(path: str, value: str, is_there: bool) -> None:
    estate = Estate()
    table = a_table(estate)
    assert stands_there(Evidence(ResourceId.of(table["id"].upper()), path, value), [estate]) is is_there


def test_a_resource_that_is_not_there_proves_nothing() -> None:
    assert not stands_there(Evidence(ResourceId.of("/subscriptions/s/x"), "properties.nothing", None), [Estate()])


def test_both_prefix_fields_count_as_one() -> None:
    estate = Estate()
    vnet = estate.virtual_network(subnets={"nodes": "10.1.0.0/24"})
    shown = Evidence(ResourceId.of(subnet(vnet, "nodes")["id"]), "properties.addressPrefixes", ("10.1.0.0/24",))
    assert stands_there(shown, [estate])
    assert values_at(vnet, "properties.subnets[nodes].addressPrefix") == ["10.1.0.0/24"]
