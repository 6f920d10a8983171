"""CSV, one row a finding, and one for each thing that is no finding and must not be overlooked.

A spreadsheet takes a cell that starts like a formula for one; such a cell gets an apostrophe in front.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Final

from ..findings import Evidence
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..report import Known, Report, ReportedFinding, ReportedUnknown
from .escape import ID, visible
from .words import by_gap, gap_sentence, value_words

COLUMNS: Final = (
    *("state", "severity", "latent", "rule", "title", "message", "resourceId", "clusterId", "affected"),
    *("arithmetic", "evidence", "remediation", "helpUri", "fingerprint", "reason", "owner", "expires"),
)
_CELL: Final = 32_000
"""Excel keeps 32,767 characters of a cell."""
_FORMULA: Final = tuple("=+-@\t\r＝＋－＠")
"""What a formula starts with; the last four are the same in full width, as some spreadsheets read them."""


def render(report: Report) -> str:
    """The report as CSV: `state` says whether a row is new, known, suppressed, unknown, gone, or a notice."""
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for row in _rows(report):
        writer.writerow({column: safe(value) for column, value in row.items()})
    return text.getvalue()


def safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> safe("=1+1"), safe("aks-1")
    ("'=1+1", 'aks-1')
    """
    shown = visible(text, _CELL)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def _rows(report: Report) -> Iterator[dict[str, str]]:
    yield from (_finding(item) for item in report.findings)
    yield from (_unknown(item) for item in report.unknown)
    yield from (_gap(gap) for gap, spoilt in by_gap(report) if not spoilt)
    yield from (_gone(item) for item in report.gone)
    yield from ({"state": "notice", "rule": notice.kind, "message": notice.message} for notice in report.notices)


def _finding(item: ReportedFinding) -> dict[str, str]:
    finding, promise = item.finding, item.suppressed
    row = {
        "state": "suppressed" if promise else "known" if item.baselined else "new",
        "severity": item.severity,
        "latent": str(finding.latent).lower(),
        "rule": item.rule.id,
        "title": item.rule.title,
        "message": finding.message,
        "resourceId": finding.resource_id.text,
        "clusterId": finding.cluster_id.text if finding.cluster_id else "",
        "affected": _ids(finding.affected),
        "arithmetic": finding.arithmetic or "",
        "evidence": "; ".join(map(_evidence, finding.evidence)),
        "remediation": item.rule.remediation,
        "helpUri": item.rule.source,
        "fingerprint": item.fingerprint,
    }
    if promise:
        row |= {"reason": promise.reason, "owner": promise.owner or "", "expires": promise.expires or ""}
    return row


def _evidence(seen: Evidence) -> str:
    return f"{visible(seen.resource_id.text, ID)} {visible(seen.path, ID)} = {visible(value_words(seen.value))}"


def _ids(ids: Iterable[ResourceId]) -> str:
    return " ".join(visible(resource_id.text, ID) for resource_id in ids)


def _unknown(item: ReportedUnknown) -> dict[str, str]:
    return {
        "state": "unknown",
        "rule": item.rule.id,
        "title": item.rule.title,
        "message": f"could not tell: {gap_sentence(item.gap)}",
        "resourceId": item.resource_id.text,
        "helpUri": item.rule.source,
    }


def _gap(gap: Gap) -> dict[str, str]:
    return {"state": "gap", "message": f"not collected: {gap_sentence(gap)}", "resourceId": gap.scope}


def _gone(item: Known) -> dict[str, str]:
    return {
        "state": "gone",
        "severity": item.severity,
        "rule": item.rule,
        "message": item.message,
        "resourceId": item.resource_id.text,
        "fingerprint": item.fingerprint,
    }
