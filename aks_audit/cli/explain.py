"""`aks-audit rules` and `aks-audit explain RULE`: what is checked, offline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from .completion import FAMILIES, LIST_FORMATS, PROFILES, RULES
from .output import chosen

if TYPE_CHECKING:
    from ..findings import Rule

_WIDEST_PROSE = 100
_NARROW = 100
"""Under it a rule's title stands below its id."""
_STYLES = {"critical": "bold red", "high": "magenta", "medium": "yellow", "low": "cyan", "info": "blue"}


def rules(
    output_format: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="text or json.", autocompletion=LIST_FORMATS)
    ] = "text",
    family: Annotated[
        str, typer.Option("--family", metavar="FAMILY", help="Only those of this family.", autocompletion=FAMILIES)
    ] = "",
    profile: Annotated[
        str,
        typer.Option(
            "--profile",
            metavar="PROFILE",
            help="Only those of this profile: default or policy.",
            autocompletion=PROFILES,
        ),
    ] = "",
) -> int:
    """List the rules."""
    from ..config import PROFILES
    from ..rules import catalogue

    chosen("format", output_format, ["text", "json"])
    if family:
        chosen("family", family, sorted({rule.family for rule in catalogue()}))
    if profile:
        chosen("profile", profile, list(PROFILES))
    listed = [
        rule
        for rule in catalogue()
        if (not family or rule.family == family) and (not profile or rule.profile == profile)
    ]
    if output_format == "json":
        rows = [_row(rule) for rule in listed]
        typer.echo(msgspec.json.format(msgspec.json.encode({"rules": rows}), indent=2).decode())
        return 0
    _show(listed)
    return 0


def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id.", autocompletion=RULES)],
) -> int:
    """Show one rule's page."""
    from rich.console import Console
    from rich.markdown import Markdown

    from ..reporters.rule_page import examples, page
    from ..rules import catalogue

    by_id = {item.id: item for item in catalogue()}
    found = by_id[chosen("rule", rule, list(by_id))]
    text = page(found, examples().get(found.id))
    console = Console()
    if console.is_terminal:
        shown = Markdown(text, code_theme="ansi_dark", hyperlinks=False)
        console.print(shown, width=min(console.width, _WIDEST_PROSE))
    else:
        typer.echo(text.rstrip("\n"))
    return 0


def _row(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "family": rule.family,
        "profile": rule.profile,
        "helpUri": rule.source,
    }


def _show(listed: Sequence[Rule]) -> None:
    """A table in a terminal; in a pipe a line a rule."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        width = max((len(rule.id) for rule in listed), default=0)
        for rule in listed:
            typer.echo(f"{rule.severity:8}  {rule.id:{width}}  {rule.title}")
        return
    narrow = console.width < _NARROW
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("severity", "rule", *(() if narrow else ("family", "what it finds"))):
        table.add_column(name, overflow="fold", no_wrap=name == "rule" and not narrow)
    for rule in listed:
        severity, title = Text(rule.severity, style=_STYLES[rule.severity]), rule.title.replace("`", "")
        name = Text(rule.id, style="bold")
        if rule.profile != "default":
            name.append(f" ({rule.profile})", style="dim")
        if narrow:
            table.add_row(severity, name + Text(f"\n{title}", style="not bold"))
        else:
            table.add_row(severity, name, Text(rule.family, style="dim"), Text(title))
    console.print(table)
    console.print(Text("aks-audit explain RULE shows a rule's page", style="dim"))
