"""What a suppression fits, how long it holds, and what is said about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from aks_audit.audit import audit
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.report import Notice, Report, Suppression
from aks_audit.rules.kubenet.kubenet_route_missing import kubenet_route_missing
from aks_audit.suppressions import Suppress, matches, suppress

from .estate import Estate
from .networks import network_of

TODAY = date(2026, 11, 20)
RULE = "kubenet-route-missing"
TABLE = ResourceId.of("/subscriptions/S/resourceGroups/RG-Net/providers/Microsoft.Network/routeTables/rt-aks1")


def two_findings(*, refused: tuple[str, ...] = ()) -> Report:
    """Two kubenet clusters, in each a node without a route."""
    estate = Estate()
    for number in (1, 2):
        cluster = estate.cluster(f"aks{number}", "kubenet")
        table = estate.route_table_of(cluster)
        table["properties"]["routes"].pop()
        table["name"] = f"rt-{number}"
    return audit(network_of(estate, refused=refused), [kubenet_route_missing])


def entry(resource: str = "*", expires: date = TODAY + timedelta(days=100), rule: str = RULE) -> Suppress:
    return Suppress(rule=rule, resource=resource, reason="known", owner="ana", expires=expires)


def kinds(report: Report) -> list[str]:
    return [notice.kind for notice in report.notices]


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("rt-aks1", True),
        ("RT-AKS1", True),
        ("rt-*", True),
        ("*1", True),
        ("*", True),
        ("**", True),
        ("rt-aks", False),
        ("t-aks1", False),
        ("rt.aks1", False),
        ("rt-aks?", False),
        ("rt-aks[1]", False),
        (TABLE.text, True),
        (TABLE.text.upper(), True),
        (f"{TABLE.text}/", True),
        ("*/resourcegroups/rg-net/*", True),
        ("*/resourcegroups/rg/*", False),
        ("/subscriptions/s/*/routetables/*", True),
    ],
)
def test_a_pattern_fits_ids_and_names_without_case(pattern: str, fits: bool) -> None:
    assert matches(pattern, TABLE) is fits


def test_a_pattern_of_many_stars_is_quick() -> None:
    assert not matches("*a" * 40 + "b", ResourceId.of("/" + "a" * 60))


def test_a_suppressed_finding_stays_in_its_place() -> None:
    before = two_findings()
    after = suppress(before, [entry(before.findings[1].finding.resource_id.text)], TODAY)
    assert [item.suppressed for item in after.findings] == [
        None,
        Suppression(reason="known", owner="ana", expires=(TODAY + timedelta(days=100)).isoformat()),
    ]
    assert after.active == after.new == after.findings[:1]
    assert after.suppressed == after.findings[1:]
    assert [replace(item, suppressed=None) for item in after.findings] == list(before.findings)
    assert after.notices == ()


def test_the_resource_decides_not_what_else_suffers() -> None:
    report = two_findings()
    assert report.findings[0].finding.cluster_id
    assert suppress(report, [entry(report.findings[0].finding.cluster_id.text)], TODAY).suppressed == ()


def test_the_rule_decides_too() -> None:
    assert suppress(two_findings(), [entry(rule="kubenet-retirement")], TODAY).suppressed == ()


def test_holds_on_its_last_day_and_counts_again_on_the_next() -> None:
    report = two_findings()
    last = suppress(report, [entry(expires=TODAY)], TODAY)
    assert len(last.suppressed) == 2
    over = suppress(report, [entry(expires=TODAY - timedelta(days=1))], TODAY)
    assert over.suppressed == ()
    assert over.notices == (
        Notice(
            "suppression-expired",
            f"the suppression of {RULE} on * (ana) expired on 2026-11-19: its 2 findings count again",
        ),
    )


def test_of_two_entries_the_one_that_holds_decides() -> None:
    entries = [entry(expires=date(2026, 1, 1)), entry(expires=date(2028, 1, 1))]
    report = suppress(two_findings(), entries, TODAY)
    assert {item.suppressed.expires for item in report.suppressed if item.suppressed} == {"2028-01-01"}
    assert report.notices == ()


@pytest.mark.parametrize(("days", "said"), [(0, True), (14, True), (15, False)])
def test_warns_from_two_weeks_before_the_end(days: int, said: bool) -> None:
    report = suppress(two_findings(), [entry(expires=TODAY + timedelta(days=days))], TODAY)
    assert kinds(report) == ["suppression-expiring"] * said
    assert len(report.suppressed) == 2


def test_says_when_an_entry_fits_nothing() -> None:
    report = suppress(two_findings(), [entry("nosuch")], TODAY)
    assert report.notices == (
        Notice("suppression-unused", f"the suppression of {RULE} on nosuch (ana) fits no finding; take it out"),
    )


def test_does_not_ask_to_take_out_what_may_yet_be_needed() -> None:
    report = suppress(two_findings(refused=("Microsoft.Network/routeTables",)), [entry("nosuch")], TODAY)
    assert [notice.message for notice in report.notices] == [
        f"the suppression of {RULE} on nosuch (ana) fits no finding, and the rule could not tell everywhere"
    ]


def test_says_nothing_about_rules_that_did_not_run_nor_where_clusters_were_chosen() -> None:
    assert suppress(two_findings(), [entry("nosuch", rule="kubenet-retirement")], TODAY).notices == ()
    assert suppress(two_findings(), [entry("nosuch")], TODAY, whole=False).notices == ()
