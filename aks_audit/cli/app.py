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
from .merge import merge
from .panels import Group, arrange
from .permissions import permissions
from .plan import application as plan
from .schema import schema
from .scrub import scrub
from .topology import topology

_HELP = """\
Audits the network of AKS clusters as Azure has it.

Start with 'aks-audit audit --demo', then 'az login' and 'aks-audit audit -s SUBSCRIPTION'. It only ever reads.

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
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours, like NO_COLOR=1.")] = False,
) -> None:
    """Options of the program itself."""


def command() -> Any:
    """The whole command line, as click runs it."""
    app = typer.Typer(
        cls=Group, help=_HELP, rich_markup_mode="rich", pretty_exceptions_enable=False, add_completion=True
    )
    app.callback(help=_HELP)(_options)
    for function in (audit, topology, collect, scrub, merge, diff, rules, explain, schema, permissions):
        app.command()(function)
    app.add_typer(plan(), name="plan")
    return arrange(get_command(app))
