"""One line of what a benchmark prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A figure, and the budget it is held against, where there is one."""

    what: str
    measured: str
    budget: str = ""
    holds: bool | None = None


def at_most(what: str, value: float, limit: float, unit: str) -> Line:
    """A figure with a ceiling."""
    return Line(what, f"{value:,.2f} {unit}".rstrip(), f"<= {limit:,g} {unit}".rstrip(), value <= limit)


def at_least(what: str, value: float, limit: float, unit: str) -> Line:
    """A figure with a floor."""
    return Line(what, f"{value:,.1f} {unit}", f">= {limit:,g} {unit}", value >= limit)


def shown(what: str, value: float, unit: str) -> Line:
    """A figure without a budget."""
    return Line(what, f"{value:,.2f} {unit}")
