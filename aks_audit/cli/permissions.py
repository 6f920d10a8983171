"""`aks-audit permissions`: the read actions needed, and a custom role that has them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from ..errors import UsageError
from .completion import PERMISSION_FORMATS
from .options import Quiet
from .output import chosen, say, targets_of, write_outputs

FORMATS: Final = ("text", "markdown", "json")
_SUFFIXES: Final = {".txt": "text", ".md": "markdown", ".json": "json"}
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PLACEHOLDER: Final = "/subscriptions/00000000-0000-0000-0000-000000000000"


def permissions(
    output_format: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="text (if not given), markdown, or json: a role definition for 'az role definition create'.",
            autocompletion=PERMISSION_FORMATS,
        ),
    ] = "",
    output: Annotated[
        list[str] | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to a file; the suffix says the format; repeatable."),
    ] = None,
    subscription: Annotated[
        list[str] | None,
        typer.Option("--subscription", "-s", metavar="ID", help="Where the role may be assigned; repeatable."),
    ] = None,
    management_group: Annotated[
        str, typer.Option("--management-group", metavar="ID", help="Where the role may be assigned: all below it.")
    ] = "",
    quiet: Quiet = False,
) -> int:
    """Show which rights a run needs and which rules need them, or print a custom role that has them."""
    from ..collectors.rights import rights
    from ..reporters.permissions import render_json, render_markdown, render_text
    from ..rules import catalogue

    if output_format:
        chosen("format", output_format, list(FORMATS))
    targets = targets_of(output or [], output_format, "text", _SUFFIXES)
    scopes = _scopes(tuple(subscription or ()), management_group)
    found, total = rights(management_group=bool(management_group)), len(catalogue())
    render = {
        "text": lambda _: render_text(found, total, _width()),
        "markdown": lambda _: render_markdown(found, total),
        "json": lambda _: render_json(found, scopes or (_PLACEHOLDER,)),
    }
    write_outputs(None, targets, render, quiet=quiet)
    if not quiet and not scopes and any(name == "json" for _, name in targets):
        say(f"replace {_PLACEHOLDER} by your subscription, or name it with -s ID")
    return 0


def _scopes(subscriptions: tuple[str, ...], management_group: str) -> tuple[str, ...]:
    for name in subscriptions:
        if not _GUID.fullmatch(name.rpartition("/")[2]):
            raise UsageError(f"subscription {name!r} is no id", "'az account show --query id' shows it")
    ids = tuple(f"/subscriptions/{name.rpartition('/')[2].lower()}" for name in subscriptions)
    groups = (f"/providers/Microsoft.Management/managementGroups/{Path(management_group).name}",)
    return (*dict.fromkeys(ids), *(groups if management_group else ()))


def _width() -> int:
    from rich.console import Console

    console = Console()
    return console.width if console.is_terminal else 100
