"""Where the configuration of a run comes from: --config, or the folder it runs in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .output import say

if TYPE_CHECKING:  # most commands do without it
    from ..config import Configuration

Config = Annotated[
    str | None,
    typer.Option("--config", metavar="FILE", help="Configuration; else aks-audit.toml or pyproject.toml here."),
]


def configured(config: str | None, *, quiet: bool) -> Configuration:
    """The configuration of a run; which file it is gets said, since a file that lies there may hide findings.

    Raises:
        UsageError, ConfigurationError: the file does not exist, or something in it is wrong.
    """
    from ..config import Configuration, find, read
    from ..rules import catalogue

    if config == "":
        raise UsageError("--config has no value", "name a file")
    path = Path(config) if config is not None else find(Path())
    if path is None:
        return Configuration()
    found = read(path, [rule.id for rule in catalogue()])
    if config is None and not quiet:
        say(f"configuration: {path}")
    return found
