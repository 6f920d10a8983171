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
