"""The exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..report import Report

CLEAN = 0
FOUND = 1
CANNOT_TELL = 3


def exit_code(report: Report, *, allow_incomplete: bool) -> int:
    """0, 1 or 3, as the contract says.

    Args:
        allow_incomplete: take what could not be told for fine.
    """
    if report.failing:
        return FOUND
    if report.unknown and not allow_incomplete:
        return CANNOT_TELL
    return CLEAN
