"""Which rights a run lacked, and which rules suffered: what 403 meant, put together by right and place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..inventory.read_actions import read_action
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..report import Report

_FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRight:
    """A right that the run's credential lacks somewhere."""

    action: str
    scope: str
    """Where it lacks: the smallest place that holds all that was refused in one subscription."""
    gaps: int
    """So many things were refused for lack of it."""
    rules: tuple[str, ...]
    """Those that could not tell for lack of it, sorted."""


def missing_rights(report: Report) -> tuple[MissingRight, ...]:
    """The rights that lacked, the one that most rules suffer from first."""
    suffering: dict[Gap, set[str]] = {gap: set() for gap in report.gaps if gap.status == _FORBIDDEN}
    for item in report.unknown:
        if item.gap in suffering:
            suffering[item.gap].add(item.rule.id)
    groups: dict[tuple[str, str], list[Gap]] = {}
    for gap in suffering:
        place = ResourceId.of(gap.scope).subscription or gap.scope.lower()
        groups.setdefault((read_action(gap.resource_type), place), []).append(gap)
    found = (
        MissingRight(
            action=action,
            scope=_around([gap.scope for gap in gaps]),
            gaps=len(gaps),
            rules=tuple(sorted(set().union(*(suffering[gap] for gap in gaps)))),
        )
        for (action, _), gaps in groups.items()
    )
    return tuple(sorted(found, key=lambda right: (-len(right.rules), right.action.lower(), right.scope.lower())))


def _around(scopes: list[str]) -> str:
    """The place that holds all: one of them, their resource group, or their subscription."""
    alike = {scope.lower() for scope in scopes}
    if len(alike) == 1:
        return scopes[0]
    places = [ResourceId.of(scope) for scope in scopes]
    if len({(place.subscription, place.resource_group.lower()) for place in places}) == 1 and places[0].resource_group:
        return f"{places[0].subscription_id}/resourceGroups/{places[0].resource_group}"
    return places[0].subscription_id or scopes[0]
