"""Findings that somebody answers for, until a day: they stay in the report and do not fail the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from .inventory.resource_id import ResourceId
from .report import Notice, Report, ReportedFinding, Suppression

WARNING_TIME: Final = timedelta(days=14)
"""So long before it ends a suppression is spoken of; this tool's choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppress:
    """One entry of the configuration."""

    rule: str
    resource: str
    """The finding's resource: its id or its name, with * for any text; without case."""
    reason: str
    owner: str
    expires: date
    """The last day on which it holds."""

    def fits(self, finding: ReportedFinding) -> bool:
        """Whether it is about this finding. The resource decides, not what else suffers from the same cause."""
        return finding.rule.id == self.rule and matches(self.resource, finding.finding.resource_id)

    def __str__(self) -> str:
        return f"the suppression of {self.rule} on {self.resource} ({self.owner})"


def matches(pattern: str, resource_id: ResourceId) -> bool:
    """Whether a pattern fits an id, a name, or a child's name with its parent's.

    >>> vnet = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v"
    >>> nodes = ResourceId.of(f"{vnet}/subnets/n")
    >>> [matches(pattern, nodes) for pattern in ("N", "v/n", "*/resourcegroups/RG/*", "v", "?")]
    [True, True, True, False, False]
    """
    parts = pattern.lower().rstrip("/").split("*")
    names = (resource_id.key, resource_id.name.lower(), "/".join(resource_id.names[-2:]).lower())
    return any(_fits(parts, name) for name in names)


def _fits(parts: list[str], text: str) -> bool:
    """Whether a text consists of these parts, with any text between them. Looks at each character once or twice."""
    first, *middle = parts
    if not middle:
        return text == first
    last = middle.pop()
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    start, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True


def suppress(report: Report, entries: Iterable[Suppress], today: date, *, whole: bool = True) -> Report:
    """The report with its suppressed findings marked, and with a notice of every entry that wants attention.

    Args:
        today: the day of the run, which decides what has expired.
        whole: every cluster of the input was judged; otherwise an entry without a finding says nothing.
    """
    entries = tuple(entries)
    holding = [entry for entry in entries if entry.expires >= today]
    findings = tuple(
        replace(finding, suppressed=_of(entry)) if entry else finding
        for finding in report.findings
        for entry in [next((entry for entry in holding if entry.fits(finding)), None)]
    )
    notices = tuple(notice for entry in entries for notice in _notices(entry, report, findings, today, whole=whole))
    return replace(report, findings=findings, notices=(*report.notices, *notices))


def _of(entry: Suppress) -> Suppression:
    return Suppression(reason=entry.reason, owner=entry.owner, expires=entry.expires.isoformat())


def _notices(
    entry: Suppress, report: Report, findings: tuple[ReportedFinding, ...], today: date, *, whole: bool
) -> Iterator[Notice]:
    own = [finding for finding in findings if entry.fits(finding)]
    again = [finding for finding in own if finding.suppressed is None]
    if not own:
        if whole and entry.rule in report.rules:
            unsure = any(unknown.rule.id == entry.rule for unknown in report.unknown)
            what = "no finding, and the rule could not tell everywhere" if unsure else "no finding; take it out"
            yield Notice("suppression-unused", f"{entry} fits {what}")
    elif entry.expires < today:
        if again:
            counts = "its finding counts" if len(again) == 1 else f"its {len(again)} findings count"
            yield Notice("suppression-expired", f"{entry} expired on {entry.expires}: {counts} again")
    elif entry.expires - today <= WARNING_TIME:
        yield Notice("suppression-expiring", f"{entry} expires on {entry.expires}: fix it, or renew the promise")
