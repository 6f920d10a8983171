from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from syrupy.assertion import SnapshotAssertion

from aks_audit.report import Report
from aks_audit.reporters.junit import render
from aks_audit.rules import catalogue

from .accepted import accepted_report
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

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parent / "schemas" / "junit-10.xsd"))


def suites_of(report: Report) -> dict[str, ET.Element]:
    """The suites by name, of a report that is valid and counts right."""
    text = render(report)
    SCHEMA.validate(text)
    root = ET.fromstring(text)  # noqa: S314 (our own)
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[count]) == len(suite.findall(f"testcase/{tag}"))
        names = Counter((case.attrib["classname"], case.attrib["name"]) for case in cases)
        assert set(names.values()) <= {1}
    for count in ("tests", "failures", "errors"):
        assert int(root.attrib[count]) == sum(int(suite.attrib[count]) for suite in root)
    return {suite.attrib["name"]: suite for suite in root}


def outcomes(report: Report) -> dict[str, str]:
    """Passed, failure, error or skipped, by the rule of each case."""
    cases = [case for name, suite in suites_of(report).items() if name != "report" for case in suite]
    kinds = ("failure", "error", "skipped")
    return {
        case.attrib["classname"].removeprefix("aks-audit."): next(
            (kind for kind in kinds if case.find(kind) is not None), "passed"
        )
        for case in cases
    }


def test_shows_the_faults(xml_file: SnapshotAssertion) -> None:
    assert render(report_of(faulty_estate())) == xml_file


@pytest.mark.parametrize("make", [faulty_report, unknown_report, unlisted_report, empty_report, accepted_report])
def test_is_valid_by_the_common_schema(make: Any) -> None:
    suites_of(make())


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_valid(name: str) -> None:
    suites = suites_of(hostile_report(HOSTILE[name]))
    assert "kubenet" in suites
    for suite in suites.values():
        for case in suite:
            assert len(case.attrib["name"]) <= 400
            assert case.attrib["name"].isprintable()


def test_a_finding_that_fails_the_run_fails_its_case_with_its_proof() -> None:
    report = report_of(faulty_estate())
    item = report.findings[0]
    (case,) = suites_of(report)["kubenet"]
    assert case.attrib["name"].startswith("kubenet-route-missing at route table ")
    failure = case.find("failure")
    assert failure is not None
    assert failure.attrib == {"message": f"critical: {item.finding.message}", "type": "critical"}
    lines = (failure.text or "").splitlines()
    assert f"sum: {item.finding.arithmetic}" in lines
    assert f"resource: {item.finding.resource_id}" in lines
    assert f"fingerprint: {item.fingerprint}" in lines
    assert f"see: {item.rule.source} and aks-audit explain kubenet-route-missing" in lines


@pytest.mark.parametrize(("fail_on", "outcome"), [("critical", "failure"), ("low", "failure"), ("never", "passed")])
def test_the_cases_fail_as_the_run_does(fail_on: str, outcome: str) -> None:
    report = replace(report_of(faulty_estate()), fail_on=fail_on)
    assert set(outcomes(report).values()) == {outcome}
    case = suites_of(report)["kubenet"][0]
    if outcome == "passed":
        said = case.findtext("system-out") or ""
        assert said.startswith(f"critical: {report.findings[0].finding.message} (below --fail-on)")


def test_what_could_not_be_told_is_an_error_and_other_rules_pass() -> None:
    report = unknown_report()
    assert outcomes(report) == {"kubenet-route-missing": "error", "subnet-too-small-for-upgrade": "passed"}
    (case,) = suites_of(report)["kubenet"]
    assert case.attrib["name"].startswith("kubenet-route-missing could not tell: routeTables 403 ")
    error = case.find("error")
    assert error is not None
    assert error.attrib["type"] == "could-not-tell"
    assert "what helps: Reader on that scope is enough" in (error.text or "")


def test_nothing_passes_where_no_cluster_was_read() -> None:
    report = replace(empty_report(), ran=catalogue())
    assert set(outcomes(report).values()) == {"skipped"}
    error = suites_of(report)["report"].find("testcase/error")
    assert error is not None
    assert error.attrib["message"] == "no cluster was read, so nothing was judged"
    assert set(outcomes(unlisted_report()).values()) == {"error"}


def test_what_is_accepted_does_not_fail_and_does_not_pass_in_silence() -> None:
    report = replace(accepted_report(), fail_on="low")
    assert outcomes(report) == {
        "kubenet-route-missing": "skipped",
        "subnet-too-small-for-upgrade": "passed",
        "kubenet-route-stale": "passed",
    }
    suites = suites_of(report)
    skipped = suites["kubenet"].find("testcase/skipped")
    assert skipped is not None
    assert skipped.attrib["message"] == "suppressed until 2026-12-01: known since <May> (net team)"
    assert "(in the baseline)" in (suites["capacity"].findtext("testcase/system-out") or "")
    (gone,) = suites["gone"]
    assert gone.attrib["name"] == "kubenet-route-stale at route table rt-old: gone since the baseline"
    said = (suites["report"].findtext("testcase/system-out") or "").splitlines()
    assert [notice.message for notice in report.notices] == said[2:]


def test_the_verdict_and_the_gaps_stand_first() -> None:
    said = (suites_of(faulty_report())["report"].findtext("testcase/system-out") or "").splitlines()
    assert said[0].startswith("2 critical in ")
    assert said[2].startswith("not collected: Microsoft.Network/networkSecurityGroups in ")


def test_cases_with_one_name_are_told_apart() -> None:
    report = report_of(many_faults(3))
    twice = replace(report, findings=report.findings + report.findings)
    names = [case.attrib["name"] for case in suites_of(twice)["kubenet"]]
    assert len(names) == 6
    assert sum(name.endswith(" (2)") for name in names) == 3
