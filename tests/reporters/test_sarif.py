from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

from aks_audit.findings import Severity
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.report import Report
from aks_audit.reporters import sarif
from aks_audit.reporters.sarif_places import uri_of
from aks_audit.rules import catalogue

from .accepted import accepted_report
from .reports import (
    HOSTILE,
    empty_report,
    faulty_estate,
    faulty_report,
    hostile_report,
    report_of,
    unknown_report,
    unlisted_report,
)

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def run_of(report: Report) -> Any:
    found = json.loads(sarif.render(report))
    VALIDATOR.validate(found)
    (run,) = found["runs"]
    return run


def test_shows_the_faults(sarif_file: SnapshotAssertion) -> None:
    assert sarif.render(report_of(faulty_estate())) == sarif_file


def test_the_schema_refuses_what_it_does_not_know() -> None:
    with pytest.raises(jsonschema.ValidationError, match="surplus"):
        VALIDATOR.validate(json.loads(sarif.render(empty_report())) | {"surplus": 1})


@pytest.mark.parametrize("make", [faulty_report, unknown_report, unlisted_report, empty_report, accepted_report])
def test_is_valid_by_the_official_schema(make: Any) -> None:
    run_of(make())


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_valid_and_harmless(name: str) -> None:
    report = hostile_report(HOSTILE[name])
    run = run_of(report)
    for result in run["results"]:
        assert "](" not in result["message"]["text"]
        for location in (*result["locations"], *result.get("relatedLocations", [])):
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert uri.startswith("azure/")
            assert ".." not in uri
            assert "//" not in uri
            assert uri.isascii()
            assert len(uri) < 2_000


def test_every_rule_can_be_described() -> None:
    report = replace(faulty_report(), ran=catalogue())
    rules = {rule["id"]: rule for rule in run_of(report)["tool"]["driver"]["rules"]}
    assert set(rules) == {rule.id for rule in catalogue()}
    for rule in catalogue():
        described = rules[rule.id]
        assert described["helpUri"] == rule.source
        assert described["help"]["markdown"].startswith("## What it finds")
        assert rule.source in described["help"]["markdown"]
        assert rule.remediation in described["help"]["text"]
        assert len(described["properties"]["tags"]) <= 10
        assert 0 < len(described["fullDescription"]["text"]) <= 1_000
        assert "`" not in described["fullDescription"]["text"]


def test_a_rule_that_found_nothing_is_described_all_the_same() -> None:
    run = run_of(empty_report())
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        "kubenet-route-missing",
        "subnet-too-small-for-upgrade",
    ]
    assert run["results"] == []


@pytest.mark.parametrize(
    ("severity", "level", "score"),
    [
        ("critical", "error", "9.5"),
        ("high", "error", "8.0"),
        ("medium", "warning", "5.5"),
        ("low", "note", "2.0"),
        ("info", "note", None),
    ],
)
def test_a_severity_is_a_level_and_a_score(severity: str, level: str, score: str | None) -> None:
    report = faulty_report()
    first = replace(report.findings[0], severity=Severity(severity))
    run = run_of(replace(report, findings=(first,)))
    assert [result["level"] for result in run["results"]] == [level]
    rule = run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"]]
    assert rule["id"] == first.rule.id == run["results"][0]["ruleId"]
    assert rule["properties"].get("security-severity") == score
    assert ("security" in rule["properties"]["tags"]) is (score is not None)


def test_the_score_of_a_rule_is_that_of_its_worst_finding() -> None:
    report = faulty_report()
    low, high = (replace(report.findings[0], severity=severity) for severity in (Severity.LOW, Severity.HIGH))
    for findings in ((low, high), (high, low)):
        rules = run_of(replace(report, findings=findings))["tool"]["driver"]["rules"]
        scores = {rule["id"]: rule["properties"]["security-severity"] for rule in rules}
        assert scores[low.rule.id] == "8.0"


def test_a_result_says_where_what_and_why() -> None:
    report = report_of(faulty_estate())
    item = report.findings[0]
    result = run_of(report)["results"][0]
    assert result["message"]["text"].startswith(f"{item.finding.message}. Sum: {item.finding.arithmetic}.")
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": f"azure{item.finding.resource_id.key}"},
        "region": {"startLine": 1, "startColumn": 1},
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"] == item.finding.resource_id.text
    assert location["logicalLocations"][0]["kind"] == "route table"
    assert result["partialFingerprints"] == {
        "primaryLocationLineHash": f"{item.fingerprint}:1",
        "aksAudit/v1": item.fingerprint,
    }
    assert len(result["relatedLocations"]) == len(item.finding.evidence)
    first = item.finding.evidence[0]
    assert result["relatedLocations"][0]["message"]["text"].startswith(f"{first.path} = ")
    assert "baselineState" not in result
    assert "suppressions" not in result


def test_the_spelling_of_an_id_changes_no_path() -> None:
    text = "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/routeTables/RT"
    assert uri_of(ResourceId(text)) == uri_of(ResourceId(text.upper())) == f"azure{text.lower()}"


def test_long_and_deep_ids_have_short_paths_that_differ() -> None:
    long = [uri_of(ResourceId(f"/a/{'x' * 9_000}{end}")) for end in "yz"]
    deep = [uri_of(ResourceId("/a" * 4_000 + end)) for end in ("/y", "/z")]
    assert len({*long, *deep}) == 4
    assert all(len(uri) < 300 for uri in (*long, *deep))


def test_what_is_accepted_is_marked_and_what_is_gone_is_no_result() -> None:
    report = accepted_report()
    run = run_of(report)
    by_rule = {result["ruleId"]: result for result in run["results"]}
    assert set(by_rule) == {"kubenet-route-missing", "subnet-too-small-for-upgrade"}
    assert by_rule["kubenet-route-missing"]["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "known since <May> (net team, until 2026-12-01)",
        }
    ]
    assert by_rule["kubenet-route-missing"]["baselineState"] == "new"
    assert by_rule["subnet-too-small-for-upgrade"]["baselineState"] == "unchanged"
    assert "suppressions" not in by_rule["subnet-too-small-for-upgrade"]
    (invocation,) = run["invocations"]
    gone = invocation["toolExecutionNotifications"][0]
    assert gone["message"]["text"].startswith("gone since the baseline: kubenet-route-stale: rt-old has a route")
    assert gone["properties"] == {"baselineState": "absent", "severity": "medium", "fingerprint": "0" * 32}
    told = [notice["message"]["text"] for notice in invocation["toolConfigurationNotifications"]]
    assert told == [notice.message for notice in report.notices]


def test_what_could_not_be_told_is_an_open_result_a_gap_and_a_notification_a_check() -> None:
    report = unknown_report()
    run = run_of(report)
    (result,) = run["results"]
    assert (result["ruleId"], result["kind"], result["level"]) == ("could-not-tell", "open", "none")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "could-not-tell"
    assert result["message"]["text"].startswith(
        "1 check could not tell, for want of Microsoft.Network/routeTables in /subscriptions/"
    )
    assert "Rules: kubenet-route-missing. What helps: Reader on that scope is enough." in result["message"]["text"]
    assert result["properties"]["gap"]["status"] == 403
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["level"] == "warning"
    assert notification["associatedRule"]["id"] == "kubenet-route-missing"
    assert run["properties"]["complete"] is False
    assert run["properties"]["checksThatCouldNotTell"] == 1


def test_a_gap_that_spoilt_nothing_is_a_note() -> None:
    run = run_of(faulty_report())
    assert all(result["kind"] == "fail" for result in run["results"])
    notifications = run["invocations"][0]["toolExecutionNotifications"]
    assert [told["level"] for told in notifications] == ["note", "note"]
    for told in notifications:
        assert told["message"]["text"].startswith("not collected: Microsoft.Network/networkSecurityGroups in ")


def test_what_a_run_may_not_hold_is_left_out_from_the_least_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    report = unknown_report()
    found = faulty_report().findings
    monkeypatch.setattr(sarif, "MOST_RESULTS", 2)
    run = run_of(replace(report, findings=found))
    assert [result["ruleId"] for result in run["results"]] == [item.rule.id for item in found]
    first = run["invocations"][0]["toolExecutionNotifications"][0]
    assert first["level"] == "error"
    assert first["message"]["text"] == "1 result left out: a run may hold 2; the JSON report has all"
    monkeypatch.setattr(sarif, "MOST_RESULTS", 3)
    monkeypatch.setattr(sarif, "SHOWN_RESULTS", 2)
    run = run_of(replace(report, findings=found))
    assert len(run["results"]) == 3
    first = run["invocations"][0]["toolExecutionNotifications"][0]
    assert first["message"]["text"] == "GitHub shows 2 of 3 results, the most severe"


def test_many_notifications_are_cut_and_counted() -> None:
    report = unknown_report()
    many = tuple(replace(report.unknown[0], resource_id=ResourceId(f"/x/{number}")) for number in range(1_003))
    told = run_of(replace(report, unknown=many))["invocations"][0]["toolExecutionNotifications"]
    assert len(told) == 1_001
    assert told[0]["message"]["text"] == "3 notifications left out; the JSON report has all"


def test_much_evidence_is_cut_and_counted() -> None:
    report = report_of(faulty_estate())
    item = report.findings[0]
    finding = replace(
        item.finding,
        evidence=tuple(random.Random(0).choices(item.finding.evidence, k=103)),
        affected=(item.finding.resource_id,) * 102,
    )
    (result,) = run_of(replace(report, findings=(replace(item, finding=finding),)))["results"]
    assert len(result["relatedLocations"]) == len(result["properties"]["affected"]) == 100
    assert (result["properties"]["evidenceLeftOut"], result["properties"]["affectedLeftOut"]) == (3, 2)
