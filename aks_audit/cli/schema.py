"""`aks-audit schema`: the JSON Schema of what is written and read as JSON."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import UsageError
from .completion import SCHEMAS
from .output import chosen


def schema(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="report (if not given), diff, or config: aks-audit.toml.",
            autocompletion=SCHEMAS,
            show_default=False,
        ),
    ] = "",
    config: Annotated[bool, typer.Option("--config", help="The same as config.")] = False,
) -> int:
    """Print the JSON Schema of a report, a comparison or the configuration."""
    from ..diff.render import schema as of_difference
    from ..reporters.json_report import schema as of_report

    if what and config:
        raise UsageError(f"{what} and --config do not go together", "leave one out")
    of = {"report": of_report, "diff": of_difference, "config": of_configuration}
    name = "config" if config else chosen("schema", what or "report", list(of))
    typer.echo(of[name]().rstrip("\n"))
    return 0


def of_configuration() -> str:
    from ..config import schema as of_file
    from ..reporters.json_report import dump

    return dump(of_file())
