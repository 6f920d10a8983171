"""For a terminal: what does not fail the run, since somebody answers for it or the baseline had it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from ..report import Report, ReportedFinding
from .escape import NAME, terminal
from .words import count_of, kind_of, name_of

_SHOWN: Final = 20
"""Of each; the JSON has all."""


def accepted(report: Report) -> Iterator[RenderableType]:
    """The suppressed findings, those that have gone since the baseline, and what of both wants attention."""
    if report.suppressed:
        yield _section("SUPPRESSED", count_of(len(report.suppressed), "finding"), map(_suppressed, report.suppressed))
    if report.gone:
        lines = (
            Text(terminal(f"- {item.severity} {item.rule}: {item.message}", 800), style="dim") for item in report.gone
        )
        yield _section("GONE", f"{count_of(len(report.gone), 'finding')} of the baseline", lines)
    if report.notices:
        lines = (Text(terminal(f"- {notice.message}", 500)) for notice in report.notices)
        yield _section("ATTENTION", "suppressions and baseline", lines)


def _section(name: str, about: str, lines: Iterable[RenderableType]) -> Group:
    lines = list(lines)
    left = len(lines) - _SHOWN
    shown = lines[:_SHOWN]
    if left > 0:
        shown.append(Text(f"and {left:,} more; -f json has all", style="bold"))
    return Group(Text.assemble((name, "bold"), f"  {about}"), Padding(Group(*shown), (0, 0, 0, 2)))


def _suppressed(item: ReportedFinding) -> Group:
    finding, promise = item.finding, item.suppressed
    where = f"{kind_of(finding.resource_id)} {terminal(name_of(finding.resource_id), 2 * NAME)}".strip()
    why = (
        f"  {terminal(promise.reason, 300)} ({terminal(promise.owner or 'nobody', NAME)}, "
        f"until {terminal(promise.expires or 'taken back', NAME)})"
        if promise
        else ""
    )
    return Group(Text(f"- {item.severity} {item.rule.id} at {where}"), Text(why, style="dim"))
