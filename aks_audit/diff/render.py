"""The comparison as text, Markdown or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from ..reporters.escape import prose, visible
from ..reporters.fold import fold
from ..reporters.json_report import dump, schema_of
from ..reporters.markdown_table import fitting, table
from .shapes import SCHEMA_VERSION, Difference, FindingChange, ThingChange
from .words import (
    HEAD,
    QUIET_FIELDS,
    address_rows,
    change_words,
    place_words,
    side_words,
    thing_words,
    verdict,
)

WIDTH: Final = 100
_SHOWN: Final = 100
"""Of each section in text; the JSON has all."""
_ROOM: Final = 9_000
"""Characters of each section in Markdown; all seven fit in a comment of 65,536."""
_SECTIONS: Final = ("new", "worse", "otherwise", "gone", "not_looked_at")
_TITLES: Final = {
    "new": "New",
    "worse": "Worse",
    "otherwise": "Changed",
    "gone": "Gone",
    "not_looked_at": "Not looked at again",
}
_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~", "notRead": "?"}


def render_json(difference: Difference) -> str:
    """Everything; see `shapes`."""
    return dump(difference)


def schema() -> str:
    """The JSON Schema of what `render_json` gives."""
    return schema_of(Difference, f"aks-audit diff, schemaVersion {SCHEMA_VERSION}")


def render_text(difference: Difference, width: int = WIDTH) -> str:
    """For a terminal of so many columns."""
    return fold("".join(f"{line}\n" for line in _text(difference)), width, hanging=0)


def _text(difference: Difference) -> Iterator[str]:
    yield verdict(difference)
    yield from (side_words("OLD", difference.old), side_words("NEW", difference.new))
    for note in difference.notes:
        yield f"note: {visible(note)}"
    for name in _SECTIONS:
        items: tuple[FindingChange, ...] = getattr(difference.findings, name)
        lines = [line for item in items[:_SHOWN] for line in _finding_text(item)]
        yield from _section(_TITLES[name].upper(), len(items), lines)
    things = [line for item in difference.topology[:_SHOWN] for line in _thing_text(item)]
    yield from _section("TOPOLOGY", len(difference.topology), things)
    rows = list(address_rows(difference))
    yield from _section("ADDRESSES", len(rows), [line for row in rows[:_SHOWN] for line in _address_text(*row)])


def _section(title: str, count: int, lines: list[str]) -> Iterator[str]:
    if count:
        yield ""
        yield f"{title}  {count:,}"
        yield from lines
        if count > _SHOWN:
            yield f"  and {count - _SHOWN:,} more; -f json has all"


def _finding_text(item: FindingChange) -> Iterator[str]:
    marks = "".join(f" ({mark})" for mark in _marks(item))
    yield f"  - {item.severity} {item.rule} at {place_words(item.resource_id)}{marks}"
    yield f"    {visible(item.message, 700)}"
    for change in item.changes:
        if change.field not in QUIET_FIELDS:
            yield f"    ~ {change_words(change)}"


def _marks(item: FindingChange) -> Iterator[str]:
    if item.suppressed:
        yield "suppressed"
    if item.note:
        yield item.note
    if item.changes and all(change.field in QUIET_FIELDS for change in item.changes):
        yield "other evidence"


def _thing_text(item: ThingChange) -> Iterator[str]:
    not_read = ": NEW could not read it" if item.change == "notRead" else ""
    yield f"  {_SIGNS[item.change]} {thing_words(item)}{not_read}"
    for change in item.changes:
        yield f"      {change_words(change)}"


def _address_text(name: str, figures: list[str]) -> Iterator[str]:
    told = ", ".join(f"{head.lower()} {figure}" for head, figure in zip(HEAD, figures, strict=True))
    yield f"  {name}: {told}"


def render_markdown(difference: Difference) -> str:
    """For a pull-request comment or a job summary."""
    worsened = any(not item.suppressed for item in (*difference.findings.new, *difference.findings.worse))
    mark = "🔴" if difference.fails else "⚠️" if worsened or difference.new.unknown else "✅"
    lines = [f"{mark} **{prose(verdict(difference))}**", ""]
    lines += [f"- {prose(note)}" for note in difference.notes]
    lines += [""] if difference.notes else []
    for name in _SECTIONS:
        items: tuple[FindingChange, ...] = getattr(difference.findings, name)
        rows = [[item.severity, _what(item), prose(place_words(item.resource_id))] for item in items]
        lines += _markdown_section(_TITLES[name], ["", "What", "Where"], rows)
    rows = [[_SIGNS[item.change], prose(thing_words(item)), _changes(item)] for item in difference.topology]
    lines += _markdown_section("Topology", ["", "What", "Change"], rows)
    rows = [[prose(name), *map(_arrows, figures)] for name, figures in address_rows(difference)]
    lines += _markdown_section("Addresses", ["Subnet", *HEAD], rows)
    sides = " · ".join(prose(side_words(*side)) for side in (("OLD", difference.old), ("NEW", difference.new)))
    return "\n".join([*lines, f"<sub>{sides}</sub>", ""])


def _what(item: FindingChange) -> str:
    changes = [change_words(change) for change in item.changes if change.field not in QUIET_FIELDS]
    parts = [prose(item.message, 500), *map(_arrows, changes)]
    return "<br>".join([*parts, *(f"*{prose(mark)}*" for mark in _marks(item))])


def _changes(item: ThingChange) -> str:
    if item.change == "notRead":
        return "NEW could not read it"
    return "<br>".join(_arrows(change_words(change)) for change in item.changes) or item.change


def _arrows(words: str) -> str:
    """A change in Markdown: `3 -> 5` is no code."""
    return " → ".join(prose(part, 300) for part in words.split(" -> "))


def _markdown_section(title: str, head: list[str], rows: list[list[str]]) -> list[str]:
    if not rows:
        return []
    lines = table(head, "l" * len(head), rows)
    kept, left = fitting(lines[2:], _ROOM)
    said = ["", f"**{left:,} more left out for length**; the JSON has all."] if left else []
    return [f"### {title} ({len(rows):,})", "", *lines[:2], *kept, *said, ""]


RENDER: Final[Mapping[str, Callable[[Difference], str]]] = {
    "text": render_text,
    "markdown": render_markdown,
    "json": render_json,
}
SUFFIXES: Final[Mapping[str, str]] = {".txt": "text", ".md": "markdown", ".json": "json"}
