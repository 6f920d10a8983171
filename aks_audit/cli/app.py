"""The commands, put together."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.main import get_command

from .. import __version__
from .audit import audit
from .collect import collect
from .diff import diff
from .explain import explain, rules
from .plan import application as plan
from .schema import schema
from .topology import topology

_HELP = """\
Audits the network of AKS clusters as Azure has it.

Start with 'aks-audit audit --demo', then 'aks-audit audit -s SUBSCRIPTION'.

Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 the run could not be done; 3 something could not be told.
"""


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"aks-audit {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options of the program itself."""


def command() -> Any:
    """The whole command line, as click runs it."""
    app = typer.Typer(
        help=_HELP, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=True
    )
    app.callback(help=_HELP)(_options)
    for function in (audit, topology, collect, diff, rules, explain, schema):
        app.command()(function)
    app.add_typer(plan(), name="plan")
    return get_command(app)
