"""Where the configuration of a run comes from: --config, or the folder it runs in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .output import chosen, say

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


def overruled(
    config: str | None,
    *,
    profile: str,
    select: Sequence[str] | None,
    ignore: Sequence[str] | None,
    fail_on: str,
    quiet: bool,
) -> Configuration:
    """The configuration of a run with what the command line says instead.

    Raises:
        UsageError, ConfigurationError: as `configured`, or a rule, profile or severity that does not exist.
    """
    from ..config import FAIL_ON, PROFILES
    from ..rules import catalogue

    for what, value, known in (("severity", fail_on, FAIL_ON), ("profile", profile, PROFILES)):
        if value:
            chosen(what, value, list(known))
    for name in (*(select or ()), *(ignore or ())):
        chosen("rule", name, [rule.id for rule in catalogue()])
    return configured(config, quiet=quiet).overruled(
        profile=profile, select=tuple(select or ()), ignore=tuple(ignore or ()), fail_on=fail_on
    )
