from __future__ import annotations

import json
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from aks_audit.reporters.json_report import render
from aks_audit.reporters.topology import render_json, render_mermaid, render_text
from tests.estate import Estate, Pool, subnet

from . import mermaid_lines
from .reports import (
    HOSTILE,
    empty_report,
    faulty_estate,
    faulty_report,
    hostile_report,
    many_faults,
    report_of,
    unknown_report,
    unlisted_report,
)


def a_kubenet_estate(nodes: int = 3) -> tuple[Estate, dict[str, Any]]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24"})
    pools = [Pool(count=nodes)]
    return estate, estate.cluster("aks1", "kubenet", subnet=subnet(vnet, "nodes"), pools=pools)


def test_draws_a_tree(plain_file: SnapshotAssertion) -> None:
    assert render_text(faulty_report()) == plain_file


def test_draws_a_picture(mermaid_file: SnapshotAssertion) -> None:
    picture = render_mermaid(faulty_report())
    mermaid_lines.check(picture)
    assert picture == mermaid_file


def test_the_json_is_that_part_of_the_report() -> None:
    report = faulty_report()
    whole = json.loads(render(report))
    assert json.loads(render_json(report)) == {key: whole[key] for key in ("schemaVersion", "clusters", "subnets")}


def test_shows_where_a_route_leads_instead() -> None:
    estate, cluster = a_kubenet_estate()
    estate.route_table_of(cluster)["properties"]["routes"][0]["properties"]["nextHopIpAddress"] = "10.1.0.99"
    report = report_of(estate)
    assert "leads to 10.1.0.99" in render_text(report)
    assert 'leads to 10.1.0.99"]:::broken' in render_mermaid(report)


def test_marks_a_kubenet_subnet_without_a_table() -> None:
    estate, _ = a_kubenet_estate()
    estate.of_type("virtualNetworks")[0]["properties"]["subnets"][0]["properties"].pop("routeTable")
    report = report_of(estate)
    assert "NO ROUTE TABLE, which kubenet needs" in render_text(report)
    assert render_text(report).count("<- NO ROUTE TABLE") == 3
    assert '["NO ROUTE TABLE<br/>kubenet needs one"]:::broken' in render_mermaid(report)


def test_does_not_call_missing_what_was_not_read() -> None:
    for text in (render_text(unknown_report()), render_mermaid(unknown_report())):
        assert "NO ROUTE" not in text
        assert "broken" not in text.replace("classDef broken", "")
        assert "not read" in text


@pytest.mark.parametrize(("nodes", "boxes"), [(8, 8), (9, 0)])
def test_a_pool_of_more_than_eight_nodes_is_one_box(nodes: int, boxes: int) -> None:
    estate, cluster = a_kubenet_estate(nodes)
    estate.route_table_of(cluster)["properties"]["routes"].pop()
    picture = render_mermaid(report_of(estate))
    assert picture.count("vmss00000") == boxes
    assert ("1 node WITHOUT ROUTE" in picture) is (boxes == 0)
    assert "MISSING FOR 1 NODE" in picture


def test_a_picture_holds_what_mermaid_draws_and_counts_the_rest() -> None:
    picture = render_mermaid(report_of(many_faults(150)))
    mermaid_lines.check(picture)
    assert "more clusters not drawn" in picture


def test_says_that_there_is_no_cluster() -> None:
    assert render_text(empty_report()) == "no cluster\n"
    assert "AuthorizationFailed" in render_text(unlisted_report())
    mermaid_lines.check(render_mermaid(empty_report()))


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_harmless(name: str) -> None:
    report = hostile_report(name)
    mermaid_lines.check(render_mermaid(report))
    text = render_text(report)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert max(map(len, text.splitlines())) < 500
    assert len(text.splitlines()) == len(render_text(report_of(faulty_estate())).splitlines()) or "/" in name


def test_says_by_what_each_subnet_leaves_and_why() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "more": "10.1.1.0/24"})
    pools = [Pool(subnet=subnet(vnet, "nodes")), Pool(name="np2", mode="User", subnet=subnet(vnet, "more"))]
    estate.cluster("aks1", pools=pools, outbound_ips=6)
    estate.nat_gateway("natgw", subnets=[subnet(vnet, "more")])
    report = report_of(estate)
    text = render_text(report)
    assert (
        "egress = load balancer kubernetes (20.50.0.1, 20.50.0.2, 20.50.0.3, 20.50.0.4, 2 more), "
        "because outbound rule aksOutboundRule of load balancer kubernetes\n"
    ) in text
    assert (
        "egress = NAT gateway natgw (20.50.0.7), because NAT gateway natgw is on subnet more "
        "<- NOT AS DECLARED: outbound type loadBalancer\n"
    ) in text
    picture = render_mermaid(report)
    mermaid_lines.check(picture)
    assert '["NAT gateway natgw<br/>20.50.0.7<br/>NOT AS DECLARED"]:::broken' in picture
    by_name = {pool["name"]: pool for pool in json.loads(render(report))["clusters"][0]["nodePools"]}
    gateway = estate.of_type("natGateways")[0]["id"]
    assert by_name["np2"]["egress"] == {
        "kind": "natGateway",
        "via": gateway,
        "addresses": ["20.50.0.7"],
        "matchesOutboundType": False,
        "because": "NAT gateway natgw is on subnet more",
    }
    assert by_name["np1"]["egress"]["matchesOutboundType"] is True
    assert by_name["np1"]["podEgress"] is None


def test_names_the_pools_where_one_subnet_has_two_ways_out() -> None:
    estate = Estate()
    estate.cluster("aks1", pools=[Pool(), Pool(name="np2", mode="User", extra={"enableNodePublicIP": True})])
    text = render_text(report_of(estate))
    assert "of load balancer kubernetes [np1]" in text
    assert "egress = the nodes' own public addresses (?), because" in text
    assert "[np2]" in text


def test_the_way_out_is_null_where_it_was_not_read() -> None:
    report = report_of(a_kubenet_estate()[0], refused=["Microsoft.Network/loadBalancers"])
    egress = json.loads(render(report))["clusters"][0]["nodePools"][0]["egress"]
    assert (egress["kind"], egress["addresses"], egress["matchesOutboundType"]) == (None, None, None)
    assert "egress = not known, because no right to read" in render_text(report)
    assert '["egress not known"]:::unread' in render_mermaid(report)
