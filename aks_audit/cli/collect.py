"""`aks-audit collect`: write an inventory for later, or for someone else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..collectors.input import Input
from ..errors import UsageError
from ..inventory.read import UNFINISHED
from ..inventory.write import InventoryWriter
from .inventories import KeyFile, anonymizer_of, write_inventory
from .options import Quiet, Verbose, takes_input
from .output import progress, say, say_cost

if TYPE_CHECKING:
    from ..sharing import Anonymizer


@takes_input
def collect(
    wanted: Input,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="An inventory (.jsonl or .jsonl.gz); - is stdout.")
    ] = "-",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from what an unfinished run, or one with gaps, left at FILE.")
    ] = False,
    anonymize: Annotated[
        bool, typer.Option("--anonymize", help="Write stand-ins for names, ids and addresses; findings stay the same.")
    ] = False,
    key_file: KeyFile = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Write an inventory: what ARM said of networks, and what it refused."""
    _insist_on_resumable(wanted, output, resume)
    if anonymize and resume:
        raise UsageError("--anonymize and --resume do not go together", "collect, then 'aks-audit scrub FILE'")
    if key_file is not None and not anonymize:
        raise UsageError("--key-file is for --anonymize", "add --anonymize, or leave it out")
    anonymizer = anonymizer_of(key_file) if anonymize else None
    writer = InventoryWriter(output, resume=resume)
    if not quiet:
        _say_beginning(writer, resume, is_live=wanted.is_live)
    try:
        return _collect(wanted, writer, anonymizer, verbose=verbose, quiet=quiet)
    finally:
        if writer.kept:
            say(f"what was read is kept in {writer.kept}; the same command with --resume goes on from there")


def _collect(
    wanted: Input, writer: InventoryWriter, anonymizer: Anonymizer | None, *, verbose: bool, quiet: bool
) -> int:
    with progress(quiet, verbose=verbose) as bar:
        source, tally = write_inventory(wanted, writer, bar, anonymizer)
    if not quiet:
        for note in source.notes:
            say(note)
        for resource_type, count in sorted(tally.resources.items()):
            say(f"{count:6} {resource_type}")
        place = "" if writer.path == "-" else f" in {writer.path}"
        say(f"{tally.resources.total()} resources, {len(tally.gaps)} gaps{place}")
        for gap in sorted(tally.gaps)[:10]:
            say(f"not collected: {gap.resource_type} of {gap.scope}: {gap.code} {gap.message}".rstrip())
        if tally.gaps and wanted.is_live and not anonymizer and writer.path != "-":
            say("the same command with --resume asks again for what was not collected")
        say_cost(source.stats)
    return 0


def _insist_on_resumable(wanted: Input, output: str, resume: bool) -> None:
    if resume and output == "-":
        raise UsageError("--resume needs a file to go on from", "name it with -o FILE")
    if resume and not wanted.is_live:
        raise UsageError("--resume is for live runs without --record", "leave it out")


def _say_beginning(writer: InventoryWriter, resume: bool, *, is_live: bool) -> None:
    partial = writer.path + UNFINISHED
    if writer.earlier:
        say(f"going on from {writer.earlier.path}, which has {len(writer.earlier.complete)} whole listings")
    elif resume:
        say(f"there is nothing to go on from at {writer.path}; collecting from the start")
    elif is_live and Path(partial).exists():
        say(f"{partial} of an unfinished run will be replaced; --resume would have gone on from it")
