from __future__ import annotations

from dataclasses import replace

import pytest

from aks_audit.findings import Severity
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.report import Report, Suppression

from ..reporters.reports import empty_report, half_read_estate, report_of, unknown_report, unlisted_report
from .sides import SHARED, between, faulty, grown_estate, without

ROUTE = "kubenet-route-missing"
SIZE = "subnet-too-small-for-upgrade"
ACCEPTED = Suppression(reason="known", owner="net team", expires="2027-01-01")


def with_severity(report: Report, severity: str) -> Report:
    return replace(report, findings=tuple(replace(item, severity=Severity(severity)) for item in report.findings))


def test_a_report_does_not_differ_from_itself() -> None:
    found = between(faulty(), faulty())
    assert found.findings.unchanged == 2
    assert found.findings.new == found.findings.gone == found.findings.changed == found.findings.not_looked_at == ()
    assert found.topology == ()
    assert found.notes == ()
    assert found.unknown.new == found.unknown.gone == ()
    assert not found.fails
    assert all(item.before == item.after for item in found.addresses)


def test_what_is_new_fails_from_the_threshold_on() -> None:
    new = with_severity(faulty(), "medium")
    for fail_on, fails in (("high", False), ("medium", True), ("low", True), ("never", False)):
        found = between(without(new, ROUTE), new, fail_on)
        assert [item.rule for item in found.findings.new] == [ROUTE]
        assert found.fails is fails
        assert found.findings.new[0].note is None


def test_what_is_new_and_suppressed_does_not_fail() -> None:
    new = replace(faulty(), findings=tuple(replace(item, suppressed=ACCEPTED) for item in faulty().findings))
    found = between(without(new, ROUTE), new)
    assert [(item.suppressed, item.fails) for item in found.findings.new] == [(True, False)]
    assert not found.fails


def test_what_got_worse_or_is_no_longer_suppressed_fails_and_what_got_better_does_not() -> None:
    high, low = faulty(), with_severity(faulty(), "low")
    assert between(low, high).fails
    assert not between(high, low, "low").fails
    accepted = replace(high, findings=tuple(replace(item, suppressed=ACCEPTED) for item in high.findings))
    found = between(accepted, high)
    assert found.fails
    assert [change.field for change in found.findings.changed[0].changes] == ["suppressed"]
    assert not between(high, accepted).fails


def test_what_changed_says_what() -> None:
    found = between(faulty(), report_of(grown_estate()))
    assert found.findings.unchanged == 0
    size = next(item for item in found.findings.changed if item.rule == SIZE)
    assert [change.field for change in size.changes] == ["message", "latent", "arithmetic", "evidence"]
    assert (size.changes[1].before, size.changes[1].after) == (True, False)
    assert [item.rule for item in found.findings.changed if item.worse] == [ROUTE, SIZE]
    assert found.fails


def test_what_is_gone_was_looked_at_again() -> None:
    found = between(faulty(), without(faulty(), ROUTE))
    assert [item.rule for item in found.findings.gone] == [ROUTE]
    assert found.findings.not_looked_at == ()
    assert not found.fails


def test_what_could_not_be_told_again_is_not_gone() -> None:
    told = unknown_report()
    new = replace(without(faulty(), ROUTE), unknown=told.unknown)
    found = between(faulty(), new)
    assert found.findings.gone == ()
    assert [(item.rule, item.note) for item in found.findings.not_looked_at] == [
        (ROUTE, "its rule could not tell everywhere in NEW")
    ]
    assert [item.rule for item in found.unknown.new] == [ROUTE]
    assert [item.rule for item in between(new, faulty()).unknown.gone] == [ROUTE]


def test_what_no_rule_looked_for_is_not_gone_and_may_not_be_new() -> None:
    few = without(faulty(), ROUTE)
    few = replace(few, ran=tuple(rule for rule in few.ran if rule.id != ROUTE))
    (left,) = between(faulty(), few).findings.not_looked_at
    assert left.note == "its rule did not run in NEW"
    back = between(few, faulty())
    assert [item.note for item in back.findings.new] == ["its rule did not run in OLD"]
    assert back.fails
    assert back.notes == ("the rules differ: 1 ran in NEW only, 0 in OLD only",)


def test_another_subscription_is_no_answer() -> None:
    elsewhere = report_of(half_read_estate())
    found = between(faulty(), elsewhere)
    assert found.findings.gone == ()
    assert {item.note for item in found.findings.not_looked_at} == {"NEW did not look at its subscription"}
    assert {item.change for item in found.topology if "00000001" in item.id} == {"notRead"}
    back = between(elsewhere, faulty())
    assert {item.note for item in back.findings.new} == {"OLD did not look at its subscription"}


@pytest.mark.parametrize("where", ["cluster_id", "affected"])
def test_a_resource_of_a_hub_is_judged_with_the_cluster_that_suffers(where: str) -> None:
    report = faulty()
    item = report.findings[0]
    hub = ResourceId.of("/subscriptions/hub/resourceGroups/rg/providers/Microsoft.Network/routeTables/rt")
    cluster = report.clusters[0].cluster.id
    alone = replace(item, finding=replace(item.finding, resource_id=hub, cluster_id=None, affected=()))
    named = replace(alone.finding, cluster_id=cluster)
    listed = replace(alone.finding, affected=(hub, cluster))
    there = replace(alone, finding=named if where == "cluster_id" else listed)
    found = between(replace(report, findings=(there,)), replace(report, findings=()))
    assert [gone.resource_id for gone in found.findings.gone] == [hub.text]
    left = between(replace(report, findings=(alone,)), replace(report, findings=())).findings.not_looked_at
    assert [gone.resource_id for gone in left] == [hub.text]


def test_where_the_rule_could_not_tell_before_a_new_finding_says_so() -> None:
    old = replace(without(faulty(), ROUTE), unknown=unknown_report().unknown)
    assert [item.note for item in between(old, faulty()).findings.new] == ["its rule could not tell everywhere in OLD"]


def test_topology_says_what_was_added_removed_and_changed() -> None:
    found = between(faulty(), report_of(grown_estate()))
    told = [(item.kind, item.change, item.id.rpartition("/")[2]) for item in found.topology]
    assert told[0] == ("cluster", "changed", "orange")
    assert ("nodePool", "changed", "user") in told
    assert told[-1][:2] == ("route", "removed")
    pool = next(item for item in found.topology if item.id.endswith("green/agentPools/user"))
    assert [(change.field, change.before, change.after) for change in pool.changes] == [
        ("count", 2, 4),
        ("maxCount", 5, 9),
    ]
    back = between(report_of(grown_estate()), faulty())
    assert back.topology[-1].change == "added"


def test_a_cluster_that_is_gone_is_removed_and_one_that_was_refused_is_not() -> None:
    estate = grown_estate()
    estate.remove(next(item for item in estate.of_type("managedClusters") if item["name"] == "orange"))
    gone = between(faulty(), report_of(estate))
    assert ("cluster", "removed") in {(item.kind, item.change) for item in gone.topology}
    refused = between(faulty(), unlisted_report())
    assert {item.change for item in refused.topology} == {"notRead"}
    assert {item.kind for item in refused.topology} == {"cluster", "nodePool", "subnet", "route"}


def test_the_case_of_letters_is_no_change() -> None:
    new = faulty()
    first = new.clusters[0]
    loud = replace(first, cluster=replace(first.cluster, outbound_type=first.cluster.outbound_type.upper()))
    assert between(faulty(), replace(new, clusters=(loud, *new.clusters[1:]))).topology == ()


def test_addresses_stand_before_and_after() -> None:
    found = between(faulty(), report_of(grown_estate()))
    shared = next(item for item in found.addresses if item.subnet_id.endswith(SHARED))
    assert shared.before is not None
    assert shared.after is not None
    assert (shared.before.now, shared.before.worst) == (249, 435)
    assert (shared.after.now, shared.after.worst) == (311, 559)
    lost = between(faulty(), empty_report()).addresses
    assert {item.after for item in lost} == {None}


def test_other_versions_and_a_wrong_order_are_noted() -> None:
    from aks_audit.diff import compare

    from .sides import document

    old, new = document(faulty()), document(faulty())
    old.tool.version, old.source.collected_at = "0.0.1", "2027-01-01T00:00:00Z"
    first, second = compare(old, new, "high").notes
    assert first.startswith("OLD was made by aks-audit 0.0.1, NEW by ")
    assert second.startswith("OLD was collected after NEW: 2027-01-01T00:00:00Z, ")


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_findings_with_one_fingerprint_the_worse_counts(order: int) -> None:
    report = faulty()
    item = report.findings[0]
    both = (item, replace(item, severity=Severity.LOW))[::order]
    found = between(replace(report, findings=()), replace(report, findings=both))
    assert [finding.severity for finding in found.findings.new] == ["critical"]


def with_affected(report: Report, *names: str) -> Report:
    """The report with so many nodes in its first finding."""
    first = report.findings[0]
    nics = tuple(ResourceId.of(f"/subscriptions/s/resourceGroups/rg/providers/x/nics/{name}") for name in names)
    return replace(report, findings=(replace(first, finding=replace(first.finding, affected=nics)),))


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [("a", "ab", True), ("ab", "a", False), ("ab", "AB", False), ("a", "b", True), ("", "a", True), ("ab", "", False)],
)
def test_a_finding_is_worse_where_something_suffers_that_did_not(before: str, after: str, *, worse: bool) -> None:
    found = between(with_affected(faulty(), *before), with_affected(faulty(), *after))
    assert [item.worse for item in found.findings.changed] == ([worse] if before.lower() != after.lower() else [])
    assert found.fails is worse
    accepted = with_affected(faulty(), *after)
    accepted = replace(accepted, findings=(replace(accepted.findings[0], suppressed=ACCEPTED),))
    assert not between(with_affected(faulty(), *before), accepted).fails


def test_what_was_latent_and_is_broken_is_worse() -> None:
    broken = faulty()
    item = broken.findings[0]
    latent = replace(broken, findings=(replace(item, finding=replace(item.finding, latent=True)),))
    now = replace(broken, findings=(replace(item, finding=replace(item.finding, latent=False)),))
    assert between(latent, now).fails
    assert not between(now, latent).fails
