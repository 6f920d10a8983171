"""What the comparison's formats for people say in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..inventory.resource_id import ResourceId
from ..reporters.escape import ID, visible
from ..reporters.words import HORIZON_NAMES, count_of, kind_of, name_of
from .shapes import Addresses, Difference, FieldChange, Side, ThingChange, Use

QUIET_FIELDS = frozenset({"affected", "evidence", "arithmetic"})
"""Changes that people get to see in the JSON only."""


def verdict(difference: Difference) -> str:
    """`2 new findings, 1 worse, 1 gone, 3 changed (1 at or above high); 5 unchanged`"""
    found = difference.findings
    fails = sum(1 for item in (*found.new, *found.changed) if item.fails)
    parts = [
        count_of(len(found.new), "new finding"),
        *([f"{len(found.worse):,} worse"] if found.worse else []),
        f"{len(found.gone):,} gone",
        f"{len(found.otherwise):,} changed",
    ]
    failing = f" ({fails:,} at or above {difference.fail_on})" if fails else ""
    unsure = f"; {len(found.not_looked_at):,} not looked at again" if found.not_looked_at else ""
    told = f"; {count_of(difference.new.unknown, 'check')} could not tell in NEW" if difference.new.unknown else ""
    return f"{', '.join(parts)}{failing}; {found.unchanged:,} unchanged{unsure}{told}"


def side_words(name: str, side: Side) -> str:
    when = f", collected {visible(side.collected_at, 60)}" if side.collected_at else ""
    counts = f"{count_of(side.clusters, 'cluster')}, {count_of(side.findings, 'finding')}"
    return f"{name}: {visible(side.kind, 40)}{when}, {counts}"


def place_words(resource_id: str) -> str:
    """`subnet vnet/nodes`"""
    parsed = ResourceId.of(resource_id)
    return f"{kind_of(parsed)} {visible(name_of(parsed), 200)}".strip()


def thing_words(item: ThingChange) -> str:
    parsed = ResourceId.of(item.id)
    kind = {"nodePool": "pool"}.get(item.kind, item.kind)
    return f"{kind} {visible(name_of(parsed), 200)}"


def change_words(change: FieldChange) -> str:
    """`count 3 -> 5`; of a sentence, which stands in full already, what it was."""
    if change.field == "message":
        return f"was: {visible(str(change.before), 700)}"
    return f"{visible(change.field, 80)} {_value(change.before)} -> {_value(change.after)}"


def _value(value: Any) -> str:
    match value:
        case None:
            return "not known or none"
        case bool():
            return str(value).lower()
        case tuple() | list():
            return (
                ", ".join(visible(str(item), 80) for item in value[:8]) + (" ..." if len(value) > 8 else "") or "none"
            )
        case str() if value.startswith("/"):
            return visible(name_of(ResourceId.of(value)), 200)
        case _:
            return visible(str(value), ID)


def address_rows(difference: Difference) -> Iterator[tuple[str, list[str]]]:
    """The subnets whose addresses differ, with `before -> after` for each figure of `HEAD`."""
    for item in difference.addresses:
        if item.before != item.after:
            yield place_words(item.subnet_id), [_both(item, name) for name in FIGURES]


FIGURES = ("used", "free", "now", "upgrade", "autoscale_max", "worst")
HEAD = ("Used", "Free", *(HORIZON_NAMES[name].capitalize() for name in FIGURES[2:]))


def _both(item: Addresses, name: str) -> str:
    before, after = _number(item.before, name), _number(item.after, name)
    return before if before == after else f"{before} -> {after}"


def _number(use: Use | None, name: str) -> str:
    value = getattr(use, name) if use else None
    return "-" if use is None else "?" if value is None else f"{value:,}"
