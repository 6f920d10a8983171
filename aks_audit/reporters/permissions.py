"""The rights that a run needs: as a table, and as a custom role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import TextWrapper
from typing import Final

import msgspec

from .markdown_table import table

ROLE_NAME: Final = "aks-audit reader"
_NAMED: Final = 4
_LEAST_BESIDE: Final = 36
"""Characters that what is said of an action needs beside it; with fewer it stands below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """One action and what it is for."""

    action: str
    rules: tuple[str, ...] = ()
    """Those that answer unknown without it."""
    purpose: str = ""
    """What else it is for."""
    optional: bool = False
    """Only some ways of calling aks-audit need it."""

    def words(self, total: int, named: int = _NAMED) -> str:
        """Who needs it.

        Args:
            total: how many rules there are.
            named: so many are named.
        """
        if not self.rules:
            return self.purpose
        if len(self.rules) == total:
            return f"all {total} rules"
        more = f" and {len(self.rules) - named} more" if len(self.rules) > named else ""
        return f"{len(self.rules)}: {', '.join(self.rules[:named])}{more}"


class Role(msgspec.Struct, rename="pascal", kw_only=True):
    """A role definition as `az role definition create` and `New-AzRoleDefinition` take it.

    Source: https://learn.microsoft.com/azure/role-based-access-control/role-definitions
    """

    name: str = ROLE_NAME
    is_custom: bool = True
    description: str = "Reads what aks-audit needs to audit the networks of AKS clusters, and nothing else."
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    assignable_scopes: tuple[str, ...]


def render_json(rights: Iterable[Right], scopes: Sequence[str]) -> str:
    """The role definition."""
    actions = sorted({right.action for right in rights}, key=str.lower)
    role = Role(actions=tuple(actions), assignable_scopes=tuple(scopes))
    return msgspec.json.format(msgspec.json.encode(role), indent=2).decode() + "\n"


def render_markdown(rights: Sequence[Right], total: int) -> str:
    """A table with every rule, for a page."""
    rows = [[f"`{right.action}`", _linked(right, total)] for right in rights]
    return "\n".join(table(["Action", "Without it these cannot tell"], "ll", rows)) + "\n"


def render_text(rights: Sequence[Right], total: int, width: int) -> str:
    """A table for a terminal or a pipe.

    Args:
        width: in characters.
    """
    left = max(len(right.action) for right in rights) + 4
    beside = width - left >= _LEAST_BESIDE
    lines: list[str] = []
    for heading, optional in (("Every run", False), ("Some runs", True)):
        lines += ["", heading]
        for right in (right for right in rights if right.optional is optional):
            start = f"  {right.action:{left - 2}}" if beside else f"  {right.action}\n      "
            indent = " " * (left if beside else 6)
            shape = TextWrapper(width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
            lines.append(start + shape.fill(right.words(total)).lstrip())
    return "\n".join(lines).lstrip("\n") + "\n"


def _linked(right: Right, total: int) -> str:
    if not right.rules or len(right.rules) == total:
        return right.words(total)
    return f"{len(right.rules)}: " + ", ".join(f"[{rule}](rules/{rule}.md)" for rule in right.rules)
