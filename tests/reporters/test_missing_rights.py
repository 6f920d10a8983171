"""Which rights lacked, and who suffers: the same in every report that people or programs read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from aks_audit.audit import audit
from aks_audit.inventory.records import Gap
from aks_audit.report import Report
from aks_audit.reporters import RENDER
from aks_audit.reporters.missing_rights import missing_rights
from aks_audit.reporters.terminal import render as to_terminal
from aks_audit.rules import catalogue

from ..networks import network_of
from .reports import faulty_estate

TABLES = "Microsoft.Network/routeTables"
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
NETWORK = f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network"


def report_without(*types: str) -> Report:
    return audit(network_of(faulty_estate(), refused=types), catalogue())


def refused(report: Report, *gaps: tuple[str, str, int]) -> Report:
    """The report with Gaps that spoil nothing."""
    return replace(report, gaps=tuple(Gap(t, scope, status, "AuthorizationFailed", "no") for t, scope, status in gaps))


def test_names_the_right_the_place_and_the_rules_that_suffer() -> None:
    (right,) = missing_rights(report_without(TABLES))
    assert (right.action, right.scope, right.gaps) == (f"{TABLES}/read", SUBSCRIPTION, 1)
    assert "kubenet-route-missing" in right.rules
    assert right.rules == tuple(sorted(right.rules))


def test_the_right_that_most_rules_need_stands_first() -> None:
    found = missing_rights(report_without(TABLES, "Microsoft.Network/azureFirewalls"))
    assert [right.action for right in found] == [f"{TABLES}/read", "Microsoft.Network/azureFirewalls/read"]


def test_what_was_refused_at_many_places_of_a_subscription_is_one_line() -> None:
    usages = "Microsoft.Network/virtualNetworks/usages"
    report = report_without()
    one = [(usages, f"{NETWORK}/virtualNetworks/{name}", 403) for name in "abc"]
    assert [(r.scope, r.gaps) for r in missing_rights(refused(report, *one))] == [
        (f"{SUBSCRIPTION}/resourceGroups/rg", 3)
    ]
    other = (usages, f"{SUBSCRIPTION}/resourceGroups/rg2/providers/Microsoft.Network/virtualNetworks/d", 403)
    assert [(r.scope, r.gaps) for r in missing_rights(refused(report, *one, other))] == [(SUBSCRIPTION, 4)]
    elsewhere = (usages, "/subscriptions/s2/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/d", 403)
    assert len(missing_rights(refused(report, *one, elsewhere))) == 2


def test_other_gaps_are_no_right_that_lacks() -> None:
    report = report_without()
    assert missing_rights(refused(report, (TABLES, SUBSCRIPTION, 429), (TABLES, SUBSCRIPTION, 404))) == ()
    assert missing_rights(report) == ()


def test_a_refused_listing_of_clusters_makes_every_rule_suffer() -> None:
    (right, *_) = missing_rights(report_without("Microsoft.ContainerService/managedClusters"))
    assert right.action == "Microsoft.ContainerService/managedClusters/read"
    assert len(right.rules) == len(catalogue())


def test_the_json_report_has_them() -> None:
    (right,) = json.loads(RENDER["json"](report_without(TABLES)))["rights"]
    assert right["action"] == f"{TABLES}/read"
    assert right["scope"] == SUBSCRIPTION
    assert right["gaps"] == 1
    assert "kubenet-route-missing" in right["rules"]
    assert json.loads(RENDER["json"](report_without()))["rights"] == []


@pytest.mark.parametrize("name", ["markdown", "html", "terminal"])
def test_people_get_a_table(name: str) -> None:
    render = RENDER[name] if name != "terminal" else lambda report: to_terminal(report, width=160, colour=False)
    report = report_without(TABLES)
    text = render(report)
    place = text.lower().index("rights that lacked" if name != "markdown" else "right that lacked")
    table = text[place : place + 3000]
    assert f"{TABLES}/read" in table
    assert missing_rights(report)[0].rules[0] in table
    assert "aks-audit permissions -f json" in table
    assert "aks-audit permissions" not in render(report_without())
