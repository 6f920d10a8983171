"""In Markdown: the rights that lacked."""

from __future__ import annotations

from typing import Final

from ..inventory.resource_id import ResourceId
from ..report import Report
from .escape import code
from .markdown_table import ELSEWHERE, table
from .missing_rights import missing_rights
from .words import count_of, kind_of, name_of

_SHOWN: Final = 20
_RULES_SHOWN: Final = 8


def section(report: Report) -> list[str]:
    """The lines of a table and what helps; none where no right lacked."""
    lacking = missing_rights(report)
    if not lacking:
        return []
    rows = [
        [code(right.action, 160), _place(right.scope), f"{right.gaps:,}", _rules(right.rules)]
        for right in lacking[:_SHOWN]
    ]
    left = len(lacking) - _SHOWN
    more = [f"{count_of(left, 'more right')}; {ELSEWHERE}.", ""] if left > 0 else []
    help_text = "`Reader` there is enough, or a role as `aks-audit permissions -f json` prints it."
    head = ["Right that lacked", "Where", "Refused", "Rules that could not tell"]
    return [*table(head, "llrl", rows), "", *more, help_text, ""]


def _place(scope: str) -> str:
    resource_id = ResourceId.of(scope)
    return f"{kind_of(resource_id)} {code(name_of(resource_id))}".strip()


def _rules(rules: tuple[str, ...]) -> str:
    if not rules:
        return "none"
    more = f" and {len(rules) - _RULES_SHOWN} more" if len(rules) > _RULES_SHOWN else ""
    return f"{len(rules)}: {', '.join(f'`{rule}`' for rule in rules[:_RULES_SHOWN])}{more}"
