"""`aks-audit schema`: the JSON Schema of the JSON report, or of the configuration."""

from __future__ import annotations

from typing import Annotated

import typer


def schema(
    config: Annotated[bool, typer.Option("--config", help="That of aks-audit.toml.")] = False,
) -> int:
    """Print the JSON Schema of the JSON report, or of the configuration."""
    from ..config import schema as of_configuration
    from ..reporters.json_report import dump
    from ..reporters.json_report import schema as of_report

    typer.echo((dump(of_configuration()) if config else of_report()).rstrip("\n"))
    return 0
