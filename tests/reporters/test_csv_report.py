from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO

import pytest
from syrupy.assertion import SnapshotAssertion

from aks_audit.report import Report
from aks_audit.reporters.csv_report import COLUMNS, render, safe

from .accepted import accepted_report
from .reports import HOSTILE, faulty_estate, faulty_report, hostile_report, report_of, unknown_report

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1", "＋1", "－1", "＠x", "\x00=1"]


def rows_of(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(render(report))))


def test_shows_the_faults(csv_file: SnapshotAssertion) -> None:
    assert render(report_of(faulty_estate())) == csv_file


def test_a_row_has_what_a_finding_has() -> None:
    report = report_of(faulty_estate())
    rows = rows_of(report)
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(report.findings)
    item, row = report.findings[0], rows[0]
    assert row["state"] == "new"
    assert (row["rule"], row["severity"], row["message"]) == (item.rule.id, item.severity, item.finding.message)
    assert (row["resourceId"], row["fingerprint"]) == (item.finding.resource_id.text, item.fingerprint)
    assert row["latent"] == "false"
    assert row["arithmetic"] == item.finding.arithmetic
    assert row["evidence"].startswith(f"{item.finding.evidence[0].resource_id} {item.finding.evidence[0].path} = ")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    cell = safe(text)
    assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    report = report_of(faulty_estate())
    finding = replace(report.findings[0].finding, message=text, arithmetic=text)
    (row,) = rows_of(replace(report, findings=(replace(report.findings[0], finding=finding),)))
    assert row["message"] == row["arithmetic"] == cell


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_in_their_cells(name: str) -> None:
    report = hostile_report(HOSTILE[name])
    text = render(report)
    assert text.count("\n") == 1 + len(report.findings) + len(report.unknown) + len(report.gaps)
    for row in csv.DictReader(StringIO(text)):
        assert None not in row
        assert all(value.isprintable() and len(value) < 32_767 for value in row.values())


def test_a_long_cell_fits_a_spreadsheet() -> None:
    report = report_of(faulty_estate())
    item = report.findings[0]
    finding = replace(item.finding, affected=(item.finding.resource_id,) * 5_000)
    (row,) = rows_of(replace(report, findings=(replace(item, finding=finding),)))
    assert len(row["affected"]) == 32_000
    assert "…" in row["affected"]


def test_what_is_accepted_or_gone_has_rows_of_its_own() -> None:
    report = accepted_report()
    rows = {row["rule"]: row for row in rows_of(report)}
    suppressed = rows["kubenet-route-missing"]
    assert suppressed["state"] == "suppressed"
    assert (suppressed["reason"], suppressed["owner"], suppressed["expires"]) == (
        "known since <May>",
        "net team",
        "2026-12-01",
    )
    assert rows["subnet-too-small-for-upgrade"]["state"] == "known"
    assert rows["kubenet-route-stale"]["state"] == "gone"
    assert rows["kubenet-route-stale"]["fingerprint"] == "0" * 32
    assert [row["message"] for row in rows_of(report) if row["state"] == "notice"] == [
        notice.message for notice in report.notices
    ]


def test_what_could_not_be_told_and_what_was_refused_have_rows_too() -> None:
    (row,) = rows_of(unknown_report())
    assert (row["state"], row["rule"], row["severity"]) == ("unknown", "kubenet-route-missing", "")
    assert row["message"].startswith("could not tell: Microsoft.Network/routeTables in /subscriptions/")
    last = rows_of(faulty_report())[-1]
    assert last["state"] == "gap"
    assert last["message"].startswith("not collected: Microsoft.Network/networkSecurityGroups in /subscriptions/")
