"""The exit code."""

from __future__ import annotations

from ..findings import Severity
from ..report import Report

CLEAN = 0
FOUND = 1
CANNOT_TELL = 3


def exit_code(report: Report, fail_on: str, *, allow_incomplete: bool) -> int:
    """0, 1 or 3, as the contract says.

    Args:
        fail_on: a severity, or `never`.
        allow_incomplete: take what could not be told for fine.
    """
    if fail_on != "never" and any(finding.severity >= Severity(fail_on) for finding in report.new):
        return FOUND
    if report.unknown and not allow_incomplete:
        return CANNOT_TELL
    return CLEAN
