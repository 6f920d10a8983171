"""`aks-audit schema`: the JSON Schema of the JSON report."""

from __future__ import annotations

import typer


def schema() -> int:
    """Print the JSON Schema of the JSON report."""
    from ..reporters.json_report import schema as json_schema

    typer.echo(json_schema().rstrip("\n"))
    return 0
