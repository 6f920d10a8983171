"""Markdown of what does not fail the run: the suppressed, what the baseline had, and what of it wants attention."""

from __future__ import annotations

from ..report import Report
from .escape import code, prose
from .markdown_table import ELSEWHERE, fitting, table
from .words import count_of, kind_of, name_of


def suppressed(report: Report, room: int) -> str:
    rows = [
        [
            f"{item.severity}",
            prose(item.finding.message, 300),
            prose(item.suppressed.reason, 200),
            prose(item.suppressed.owner or "", 80),
            prose(item.suppressed.expires or "never", 40),
        ]
        for item in report.suppressed
        if item.suppressed
    ]
    head = ["", "What", "Why it is accepted", "By", "Until"]
    return _folded("Suppressed", head, rows, room)


def gone(report: Report, room: int) -> str:
    """What the baseline has, and is no more."""
    rows = [
        [
            f"{item.severity}",
            prose(item.message, 300),
            f"{kind_of(item.resource_id)} {code(name_of(item.resource_id))}".strip(),
        ]
        for item in report.gone
    ]
    return _folded("Gone since the baseline", ["", "What", "Where"], rows, room)


def notices(report: Report, room: int) -> str:
    if not report.notices:
        return ""
    kept, left = fitting((f"- {prose(notice.message, 500)}" for notice in report.notices), room)
    said = [f"- **{left:,} more left out for length**; {ELSEWHERE}."] if left else []
    return "\n".join(["### Suppressions and baseline", "", *kept, *said, ""])


def _folded(title: str, head: list[str], rows: list[list[str]], room: int) -> str:
    if not rows:
        return ""
    lines = table(head, "l" * len(head), rows)
    kept, left = fitting(lines[2:], room)
    said = ["", f"**{left:,} of them left out for length**; {ELSEWHERE}."] if left else []
    summary = f"<b>{title}</b>: {count_of(len(rows), 'finding')}"
    return "\n".join([f"<details><summary>{summary}</summary>", "", *lines[:2], *kept, *said, "", "</details>", ""])
