"""`aks-audit rules` and `aks-audit explain RULE`: what is checked, offline."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from .output import chosen


def rules(
    output_format: Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help="text or json.")] = "text",
) -> int:
    """List the rules."""
    from ..rules import catalogue

    chosen("format", output_format, ["text", "json"])
    if output_format == "json":
        rows = [
            {
                "id": rule.id,
                "title": rule.title,
                "severity": rule.severity,
                "family": rule.family,
                "profile": rule.profile,
                "helpUri": rule.source,
            }
            for rule in catalogue()
        ]
        typer.echo(msgspec.json.format(msgspec.json.encode({"rules": rows}), indent=2).decode())
        return 0
    width = max(len(rule.id) for rule in catalogue())
    for rule in catalogue():
        typer.echo(f"{rule.severity:8}  {rule.id:{width}}  {rule.title}")
    return 0


def explain(rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id.")]) -> int:
    """Show one rule's page."""
    from ..rules import catalogue

    by_id = {item.id: item for item in catalogue()}
    page = by_id[chosen("rule", rule, list(by_id))]
    typer.echo(f"# {page.id} ({page.severity})\n\n{page.title}\n\n{page.page}\n\n## Source\n{page.source}")
    return 0
