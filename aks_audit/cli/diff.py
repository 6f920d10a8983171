"""`aks-audit diff`: what is new, gone or changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..collectors.input import Input
from ..collectors.load import load_network
from ..errors import ReportError, UsageError
from .completion import DIFF_FORMATS
from .configured import Config, overruled
from .gate import CANNOT_TELL, CLEAN, FOUND
from .options import AllowIncomplete, FailOn, Ignore, Output, Profile, Quiet, Select, day, today
from .output import chosen, progress, say, targets_of, terminal_width, write_outputs

if TYPE_CHECKING:
    from datetime import date

    from ..config import Configuration
    from ..diff import Difference, Document


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="An inventory, or a JSON report.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same, later.")],
    output_format: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="text (if not given), markdown or json.",
            autocompletion=DIFF_FORMATS,
        ),
    ] = "",
    output: Output = None,
    fail_on: FailOn = "",
    allow_incomplete: AllowIncomplete = False,
    profile: Profile = "",
    select: Select = None,
    ignore: Ignore = None,
    config: Config = None,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="The day that both are judged on; else that of NEW.")
    ] = "",
    quiet: Quiet = False,
) -> int:
    """Say what is new, gone or changed between two inventories or two JSON reports.

    Exits 1 where something at or above --fail-on is new.

    Rules, profile and day are for inventories: reports were judged when they were written.
    """
    from ..diff import compare
    from ..diff.render import RENDER, SUFFIXES, WIDTH, render_text

    if output_format:
        chosen("format", output_format, list(RENDER))
    targets = targets_of(output or [], output_format, "text", SUFFIXES)
    settled = overruled(config, profile=profile, select=select, ignore=ignore, fail_on=fail_on, quiet=quiet)
    reports = _reports(old, new)
    if reports:
        for option, given in (("--select", select), ("--ignore", ignore), ("--profile", profile), ("--as-of", as_of)):
            if given:
                raise UsageError(f"{option} is for inventories; these are reports", "leave it out")
        before, after = reports
    else:
        before, after = _audited(old, new, settled, day(as_of), quiet=quiet)
    difference = compare(before, after, settled.fail_on)
    if not quiet:
        for note in difference.notes:
            say(note)
    formats: dict[str, Callable[[Difference], str]] = {
        **RENDER,
        "text": partial(render_text, width=terminal_width(WIDTH)),
    }
    write_outputs(difference, targets, formats, quiet=quiet)
    if difference.fails:
        return FOUND
    return CANNOT_TELL if difference.new.unknown and not allow_incomplete else CLEAN


def _reports(old: str, new: str) -> tuple[Document, Document] | None:
    """Both files as reports; None where both are inventories."""
    from ..diff import is_report, read

    if old == new == "-":
        raise UsageError("OLD and NEW are both standard input", "name a file for one")
    raws = [b"" if path == "-" else _bytes(path) for path in (old, new)]
    kinds = [is_report(raw) for raw in raws]
    if not any(kinds):
        return None
    if not all(kinds):
        report, other = (old, new) if kinds[0] else (new, old)
        raise UsageError(f"{report} is a report and {other} is none", "name two inventories, or two JSON reports")
    return read(raws[0], old), read(raws[1], new)


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ReportError(f"cannot read {path}: {error.strerror}", "name an inventory or a JSON report") from error


def _audited(old: str, new: str, settled: Configuration, on: date | None, *, quiet: bool) -> tuple[Document, Document]:
    """Both inventories judged by the same rules on the same day, that of NEW."""
    from ..audit import audit
    from ..diff import read
    from ..reporters.json_report import render
    from ..rules import catalogue
    from ..suppressions import suppress

    documents = []
    with progress(quiet) as bar:
        for path in (new, old):
            network = load_network(Input(inventory=path), on, bar, settled.settings)
            on = on or network.as_of
            report = audit(network, settled.choice.of(catalogue()), settled.severities)
            report = suppress(report, settled.suppressions, today(), whole=False)
            documents.append(read(render(replace(report, notices=())).encode(), path))
    after, before = documents
    return before, after
