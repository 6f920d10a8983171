"""`aks-audit collect`: write an inventory for later, or for someone else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from ..collectors.input import Input
from ..collectors.load import load
from ..errors import UsageError
from ..inventory.read import UNFINISHED
from ..inventory.records import Complete, Gap, Header, Resource
from ..inventory.stream import Sink
from ..inventory.types import listed_by_being_there
from ..inventory.write import InventoryWriter
from .options import Quiet, Verbose, takes_input
from .output import progress, say


@dataclass(slots=True)
class _Tally:
    """A sink before the sink that counts what passes."""

    sink: Sink
    listed: set[Complete] = field(default_factory=set)
    """What counts as completely listed where the input does not say: each type that is there, by subscription."""
    resources: Counter[str] = field(default_factory=Counter)
    gaps: list[Gap] = field(default_factory=list)

    def add(self, record: Resource | Gap) -> None:
        if isinstance(record, Gap):
            self.gaps.append(record)
        else:
            self.resources[record.type] += 1
            if listed_by_being_there(record.type):
                self.listed.add(Complete(record.type, record.id.subscription_id))
        self.sink.add(record)


@takes_input
def collect(
    wanted: Input,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="An inventory (.jsonl or .jsonl.gz); - is stdout.")
    ] = "-",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from what an unfinished run, or one with gaps, left at FILE.")
    ] = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Write an inventory: what ARM said of networks, and what it refused."""
    _insist_on_resumable(wanted, output, resume)
    writer = InventoryWriter(output, resume=resume)
    if not quiet:
        _say_beginning(writer, resume, is_live=wanted.is_live)
    try:
        return _collect(wanted, writer, verbose=verbose, quiet=quiet)
    finally:
        if writer.kept:
            say(f"what was read is kept in {writer.kept}; the same command with --resume goes on from there")


def _collect(wanted: Input, writer: InventoryWriter, *, verbose: bool, quiet: bool) -> int:
    with writer:
        tally = _Tally(writer)
        with progress(quiet, verbose=verbose) as bar:
            source = load(wanted, tally, bar, writer if wanted.is_live else None)
        writer.finish(source.header or Header(complete=tuple(sorted(tally.listed))))
    if not quiet:
        for note in source.notes:
            say(note)
        for resource_type, count in sorted(tally.resources.items()):
            say(f"{count:6} {resource_type}")
        place = "" if writer.path == "-" else f" in {writer.path}"
        say(f"{tally.resources.total()} resources, {len(tally.gaps)} gaps{place}")
        for gap in sorted(tally.gaps)[:10]:
            say(f"not collected: {gap.resource_type} of {gap.scope}: {gap.code} {gap.message}".rstrip())
        if tally.gaps and wanted.is_live and writer.path != "-":
            say("the same command with --resume asks again for what was not collected")
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
