"""`aks-audit merge`: several files into one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from .completion import SEVERITIES
from .configured import Config, configured
from .gate import CANNOT_TELL, CLEAN, FOUND
from .options import Quiet
from .output import chosen, say, targets_of, write_outputs


def merge(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Inventories, or JSON reports such as those of all shards.")
    ],
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="FILE", help="An inventory (.jsonl, .jsonl.gz) or a report (.json)."),
    ] = "-",
    fail_on: Annotated[
        str,
        typer.Option(metavar="SEVERITY", autocompletion=SEVERITIES, help="Reports: exit 1 from this one up."),
    ] = "",
    allow_incomplete: Annotated[
        bool, typer.Option("--allow-incomplete", help="Reports: exit 0 instead of 3, and do without missing shards.")
    ] = False,
    config: Config = None,
    quiet: Quiet = False,
) -> int:
    """Join inventories of parts of an estate, or JSON reports, into one."""
    from ..config import FAIL_ON
    from ..merge import Merged, kind_of, merge_reports

    if fail_on:
        chosen("severity", fail_on, list(FAIL_ON))
    if output != "-" and any(Path(path).resolve() == Path(output).resolve() for path in files):
        raise UsageError(f"{output} is one of the files to merge", "write to another")
    kinds = {path: kind_of(path) for path in files}
    if len(set(kinds.values())) > 1:
        report = next(path for path, kind in kinds.items() if kind == "report")
        other = next(path for path, kind in kinds.items() if kind == "inventory")
        raise UsageError(f"{report} is a report and {other} is none", "name inventories, or JSON reports")
    if "inventory" in kinds.values():
        if fail_on or allow_incomplete:
            option = "--fail-on" if fail_on else "--allow-incomplete"
            raise UsageError(f"{option} is for reports; these are inventories", "leave it out")
        return _inventories(files, output, quiet=quiet)
    threshold = fail_on or configured(config, quiet=quiet).fail_on
    targets = targets_of([output] if output != "-" else [], "json", "json", {})
    merged = merge_reports(files, allow_missing=allow_incomplete)
    write_outputs(merged, targets, {"json": Merged.render}, quiet=quiet)
    if merged.fails(threshold):
        return FOUND
    return CANNOT_TELL if merged.has_unknown and not allow_incomplete else CLEAN


def _inventories(files: list[str], output: str, *, quiet: bool) -> int:
    from ..inventory.write import InventoryWriter
    from ..merge import merge_inventories

    with InventoryWriter(output) as writer:
        resources, gaps = writer.finish(merge_inventories(files, writer))
    if not quiet:
        say(f"{resources} resources, {gaps} gaps{'' if output == '-' else f' in {output}'}")
    return CLEAN
