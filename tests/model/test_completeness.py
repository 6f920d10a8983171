"""Whether what is not there does not exist, or was not collected."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aks_audit.inventory import Complete, Gap, Header, ResourceId, Source, types
from aks_audit.inventory.split import split
from aks_audit.model import Missing, Network, NetworkBuilder, NotCollected, RouteTable, Subnet

from ..records import CLUSTER, GROUP, SUBSCRIPTION_ID, TABLE, VNET

OTHER_TABLE = ResourceId.of(TABLE.upper() + "2")
FOREIGN_TABLE = ResourceId.of(TABLE.replace("0001", "0002"))
SUBNET = ResourceId.of(f"{VNET}/subnets/nodes")


def network(
    *resources: dict[str, Any], complete: list[tuple[str, str]] | None = None, gaps: tuple[Gap, ...] = ()
) -> Network:
    builder = NetworkBuilder()
    for resource in resources:
        for record in split(json.dumps(resource).encode(), "here"):
            builder.add(record)
    for gap in gaps:
        builder.add(gap)
    header = None if complete is None else Header(complete=tuple(Complete(t, scope) for t, scope in complete))
    return builder.build(Source("inventory", header))


def table(resource_id: str = TABLE) -> dict[str, Any]:
    return {"id": resource_id, "properties": {"routes": []}}


def vnet(*subnets: dict[str, Any]) -> dict[str, Any]:
    return {"id": VNET, "properties": {"subnets": list(subnets)}}


@pytest.mark.parametrize(
    "scope",
    [
        SUBSCRIPTION_ID,
        SUBSCRIPTION_ID.upper(),
        SUBSCRIPTION_ID + "/",
        SUBSCRIPTION_ID.rpartition("/")[2],
        GROUP,
        GROUP.lower(),
        OTHER_TABLE.text.lower(),
    ],
)
@pytest.mark.parametrize("resource_type", [types.ROUTE_TABLES, types.ROUTE_TABLES.lower()])
def test_a_reference_into_a_complete_listing_is_dangling(scope: str, resource_type: str) -> None:
    found = network(table(), complete=[(resource_type, scope)])
    assert isinstance(found.route_table(OTHER_TABLE), Missing)
    assert isinstance(found.route_table(ResourceId.of(TABLE)), RouteTable)


def test_a_reference_into_anything_else_was_not_collected() -> None:
    found = network(table(), complete=[(types.VIRTUAL_NETWORKS, SUBSCRIPTION_ID)])
    answer = found.route_table(OTHER_TABLE)
    assert isinstance(answer, NotCollected)
    assert (answer.gap.code, answer.gap.scope) == ("NotCollected", OTHER_TABLE.text)


def test_a_header_that_lists_nothing_makes_nothing_complete() -> None:
    assert isinstance(network(table(), complete=[]).route_table(OTHER_TABLE), NotCollected)


def test_a_refused_listing_is_named_whatever_the_header_says() -> None:
    gap = Gap(types.ROUTE_TABLES.lower(), SUBSCRIPTION_ID, 403, "AuthorizationFailed", "")
    found = network(complete=[(types.ROUTE_TABLES, SUBSCRIPTION_ID)], gaps=(gap,))
    assert found.route_table(OTHER_TABLE) == NotCollected(gap)


def test_a_group_that_was_listed_after_its_subscription_was_refused_is_whole() -> None:
    gap = Gap(types.ROUTE_TABLES, SUBSCRIPTION_ID, 403, "AuthorizationFailed", "")
    found = network(complete=[(types.ROUTE_TABLES, GROUP)], gaps=(gap,))
    assert isinstance(found.route_table(OTHER_TABLE), Missing)
    elsewhere = ResourceId.of(TABLE.replace("/rg/", "/other/"))
    assert found.route_table(elsewhere) == NotCollected(gap)


def test_without_a_header_a_type_that_is_there_is_complete_for_its_subscription() -> None:
    found = network(table())
    assert isinstance(found.route_table(OTHER_TABLE), Missing)
    assert isinstance(found.route_table(FOREIGN_TABLE), NotCollected)
    assert isinstance(network(vnet()).route_table(OTHER_TABLE), NotCollected)


def test_a_virtual_network_brings_all_of_its_subnets() -> None:
    for complete in (None, [(types.VIRTUAL_NETWORKS, SUBSCRIPTION_ID)]):
        found = network(vnet({"id": SUBNET.text, "properties": {}}), complete=complete)
        assert isinstance(found.subnet(SUBNET), Subnet)
        assert isinstance(found.subnet(ResourceId.of(f"{VNET}/subnets/other")), Missing)
        assert isinstance(found.subnet(ResourceId.of(f"{VNET}2/subnets/nodes")), Missing)


def test_a_virtual_network_that_did_not_parse_leaves_its_subnets_open() -> None:
    unnamed = network(vnet({"properties": {}}))
    broken = network({"id": VNET, "properties": {"subnets": "all"}})
    nothing = network({"id": VNET})
    for found in (unnamed, broken, nothing):
        answer = found.subnet(SUBNET)
        assert isinstance(answer, NotCollected)
        assert answer.gap.code == "InvalidValue"


def test_subnets_may_stand_on_their_own() -> None:
    found = network({"id": SUBNET.text, "properties": {"addressPrefix": "10.0.0.0/24"}})
    assert isinstance(found.subnet(SUBNET), Subnet)
    assert isinstance(found.subnet(ResourceId.of(f"{VNET}/subnets/other")), Missing)
    listed = network(complete=[(types.SUBNETS, VNET)])
    assert isinstance(listed.subnet(SUBNET), Missing)
    assert isinstance(listed.subnet(ResourceId.of(f"{VNET}2/subnets/nodes")), NotCollected)


def test_a_refused_virtual_network_is_named_for_its_subnets() -> None:
    gap = Gap(types.VIRTUAL_NETWORKS, SUBSCRIPTION_ID, 403, "AuthorizationFailed", "")
    complete = [(types.SUBNETS, SUBSCRIPTION_ID)]
    assert network(gaps=(gap,), complete=complete).subnet(SUBNET) == NotCollected(gap)


def test_pools_that_stand_on_their_own_join_their_cluster() -> None:
    cluster = {"id": CLUSTER, "properties": {"agentPoolProfiles": [{"name": "np1", "count": 1}]}}
    pools = [{"id": f"{CLUSTER.upper()}/agentPools/{name}", "properties": {"count": 7}} for name in ("NP1", "np2")]
    [found] = network(cluster, *pools).clusters
    assert [(pool.name, pool.count) for pool in found.node_pools] == [("np1", 1), ("np2", 7)]


def test_ids_of_unlike_casing_are_one_resource() -> None:
    found = network(table(TABLE.upper()), complete=[(types.ROUTE_TABLES, SUBSCRIPTION_ID)])
    assert isinstance(found.route_table(ResourceId.of(TABLE.lower())), RouteTable)
