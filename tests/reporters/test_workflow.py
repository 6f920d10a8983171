from __future__ import annotations

from dataclasses import replace

import pytest

from aks_audit.findings import Severity
from aks_audit.report import Report
from aks_audit.reporters.workflow import WRITE, Issue, azure_pipelines, github, issues, upload_summary

from .accepted import accepted_report
from .reports import HOSTILE, faulty_estate, hostile_report, report_of, unknown_report


def with_severities(*severities: str, fail_on: str = "high") -> Report:
    report = report_of(faulty_estate())
    item = report.findings[0]
    findings = tuple(replace(item, severity=Severity(severity)) for severity in severities)
    return replace(report, findings=findings, fail_on=fail_on)


def kinds(report: Report) -> list[str]:
    return [issue.kind for issue in issues(report)[0]]


def test_what_fails_the_run_is_an_error_and_what_else_is_medium_or_more_a_warning() -> None:
    assert kinds(with_severities("critical", "high", "medium", "low", "info")) == ["error", "error", "warning"]
    assert kinds(with_severities("critical", "high", "medium", "low", fail_on="low")) == ["error"] * 4
    assert kinds(with_severities("critical", "medium", fail_on="never")) == ["warning", "warning"]


def test_an_issue_says_rule_severity_message_and_sum() -> None:
    report = report_of(faulty_estate())
    item = report.findings[0]
    assert issues(report)[0][0] == Issue(
        "error",
        "kubenet-route-missing",
        item.rule.title,
        f"critical: {item.finding.message}. Sum: {item.finding.arithmetic}",
    )


def test_what_could_not_be_told_is_a_warning_and_comes_before_other_warnings() -> None:
    report = unknown_report()
    first, second = issues(replace(report, findings=with_severities("medium").findings))[0]
    assert (first.kind, first.code) == ("warning", "could-not-tell")
    assert first.text.startswith("1 check could not tell, for want of Microsoft.Network/routeTables in ")
    assert first.text.endswith(". What helps: Reader on that scope is enough")
    assert second.code == "kubenet-route-missing"


def test_what_is_suppressed_is_left_out_and_what_is_known_is_a_warning() -> None:
    (issue,) = issues(accepted_report())[0]
    assert (issue.kind, issue.code) == ("warning", "subnet-too-small-for-upgrade")
    assert issue.text.startswith("critical (in the baseline): ")


def test_ten_of_each_are_shown_and_the_rest_is_counted() -> None:
    shown, left = issues(with_severities(*["high"] * 13, *["medium"] * 12))
    assert [issue.kind for issue in shown] == ["error"] * 10 + ["warning"] * 10
    assert left == 5
    assert issues(with_severities(*["high"] * 10))[1] == 0


def test_github_takes_what_is_escaped() -> None:
    issue = Issue("error", "a-rule", "50 %, of: it", "100 %\r\nnext: a, b")
    assert github(issue) == "::error title=a-rule%3A 50 %25%2C of%3A it::100 %25%0D%0Anext: a, b"


def test_azure_pipelines_takes_what_is_escaped() -> None:
    issue = Issue("warning", "a;]rule", "title", "100 %\r\nnext; a]")
    assert azure_pipelines(issue) == (
        "##vso[task.logissue type=warning;code=a%3B%5Drule]a;]rule: 100 %AZP25%0D%0Anext; a]"
    )
    assert upload_summary("/tmp/50%.md") == "##vso[task.uploadsummary]/tmp/50%AZP25.md"  # noqa: S108 (no file)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("where", WRITE)
def test_a_hostile_name_is_one_line_with_one_command(where: str, name: str) -> None:
    for issue in issues(hostile_report(HOSTILE[name]))[0]:
        line = WRITE[where](issue)
        assert line.isprintable()
        assert len(line) < 1_500
        assert line.lower().count("##vso[") == (where == "azure-pipelines")
