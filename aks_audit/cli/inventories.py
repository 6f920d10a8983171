"""Writing an inventory from an input, with stand-ins where they are wanted: what `collect` and `scrub` share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from ..collectors.input import Input
from ..collectors.load import load
from ..errors import UsageError
from ..inventory.records import Complete, Gap, Header, Resource, Source
from ..inventory.stream import Sink
from ..inventory.types import listed_by_being_there
from ..inventory.write import InventoryWriter

if TYPE_CHECKING:
    from ..collectors.gather import Progress
    from ..sharing import Anonymizer

KeyFile = Annotated[
    str | None,
    typer.Option("--key-file", metavar="FILE", help="The secret behind stand-ins; made if absent. Else a new one."),
]


@dataclass(slots=True)
class Tally:
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


def write_inventory(
    wanted: Input, writer: InventoryWriter, bar: Progress | None, anonymizer: Anonymizer | None
) -> tuple[Source, Tally]:
    """Write what an input holds, with stand-ins if there is something that makes them.

    Returns: the source, and what there was.
    """
    with writer:
        tally = Tally(anonymizer.before(writer) if anonymizer else writer)
        # a journal has to know again what it has
        source = load(wanted, tally, bar, writer if wanted.is_live and not anonymizer else None)
        header = source.header or Header(complete=tuple(sorted(tally.listed)))
        writer.finish(anonymizer.header(header) if anonymizer else header)
    return source, tally


def anonymizer_of(key_file: str | None) -> Anonymizer:
    """What makes stand-ins, by the key in a file or by one that nobody keeps."""
    from ..sharing import Anonymizer, key_from, key_of_this_run

    if key_file == "":
        raise UsageError("--key-file has no value", "name a file: it is made where there is none")
    return Anonymizer(key_from(key_file) if key_file else key_of_this_run())
