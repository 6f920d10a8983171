"""In the terminal: the rights that lacked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..inventory.resource_id import ResourceId
from ..report import Report
from .escape import terminal
from .missing_rights import missing_rights
from .words import count_of, kind_of, name_of

_SHOWN: Final = 20
_RULES_NAMED: Final = 3


def lacking_rights(report: Report) -> Iterator[RenderableType]:
    """A table of the rights that lacked, and what helps."""
    lacking = missing_rights(report)
    if not lacking:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim")
    table.add_column("right, and where it lacked", overflow="fold")
    table.add_column("rules that could not tell", overflow="fold")
    for right in lacking[:_SHOWN]:
        place = ResourceId.of(right.scope)
        times = f", {right.gaps:,} times" if right.gaps > 1 else ""
        where = f"\n  {kind_of(place)} {terminal(name_of(place), 80)}{times}"
        table.add_row(Text.assemble((terminal(right.action, 120), "bold"), where), Text(_rules(right.rules)))
    left = len(lacking) - _SHOWN
    parts: list[RenderableType] = [table]
    if left > 0:
        parts.append(Text(f"and {count_of(left, 'more right')}; -f json has all", style="dim"))
    parts.append(Text("Reader there is enough, or a role as 'aks-audit permissions -f json' prints it", style="dim"))
    heading = Text.assemble(("RIGHTS THAT LACKED", "bold yellow"), f"  {len(lacking):,}")
    yield Group(heading, Padding(Group(*parts), (0, 0, 0, 2)))


def _rules(rules: tuple[str, ...]) -> str:
    more = f" and {len(rules) - _RULES_NAMED} more" if len(rules) > _RULES_NAMED else ""
    return f"{len(rules)}: {', '.join(rules[:_RULES_NAMED])}{more}" if rules else "none"
