"""`aks-audit collect`: write an inventory for later, or for someone else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Annotated

import typer

from ..collectors.input import Input
from ..collectors.load import load
from ..collectors.scrub import without_secrets
from ..inventory.records import Complete, Gap, Header, Resource
from ..inventory.stream import Sink
from ..inventory.write import InventoryWriter
from .options import Quiet, Verbose, takes_input
from .output import progress, say


@dataclass(slots=True)
class _Tally:
    """A sink before the sink that counts what passes, and lets no secret through."""

    sink: Sink
    clean: bool
    """What comes has no secrets in it any more."""
    listed: set[Complete] = field(default_factory=set)
    """What counts as completely listed where the input does not say: each type that is there, by subscription."""
    resources: Counter[str] = field(default_factory=Counter)
    gaps: list[Gap] = field(default_factory=list)

    def add(self, record: Resource | Gap) -> None:
        if isinstance(record, Gap):
            self.gaps.append(record)
        else:
            self.resources[record.type] += 1
            self.listed.add(Complete(record.type, record.id.subscription_id))
            if not self.clean:
                record = replace(record, raw=without_secrets(bytes(record.raw)))
        self.sink.add(record)


@takes_input
def collect(
    wanted: Input,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="An inventory (.jsonl or .jsonl.gz); - is stdout.")
    ] = "-",
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Write an inventory: everything ARM said, and what it refused."""
    with InventoryWriter(output) as writer:
        tally = _Tally(writer, clean=not wanted.inventory)
        with progress(quiet, verbose=verbose) as bar:
            source = load(wanted, tally, bar)
        writer.finish(source.header or Header(complete=tuple(sorted(tally.listed))))
    if not quiet:
        for note in source.notes:
            say(note)
        for resource_type, count in sorted(tally.resources.items()):
            say(f"{count:6} {resource_type}")
        say(f"{tally.resources.total()} resources, {len(tally.gaps)} gaps{'' if output == '-' else f' in {output}'}")
        for gap in sorted(tally.gaps)[:10]:
            say(f"not collected: {gap.resource_type} of {gap.scope}: {gap.code} {gap.message}".rstrip())
    return 0
