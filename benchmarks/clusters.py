"""How an audit grows with the number of clusters that have nothing to do with each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from . import measure
from .estates import written
from .line import Line, at_most, shown

TITLE: Final = "inventories of 100 and 1,000 clusters, 3 pools x 10 nodes, models mixed"
TIMES: Final = 3


def run() -> Iterator[Line]:
    with measure.folder() as folder:
        of = {count: _audit(written("clusters", Path(folder) / f"{count}.jsonl", count)) for count in (1, 100, 1000)}
    for count in (100, 1000):
        yield shown(f"{count:,} clusters: processor time", of[count].processor_seconds, "s")
        yield shown(f"{count:,} clusters: peak memory", of[count].peak_megabytes, "MB")
    yield at_most("1,000 clusters: wall time", of[1000].wall_seconds, 30, "s")
    seconds = [of[count].processor_seconds - of[1].processor_seconds for count in (100, 1000)]
    yield at_most("exponent of time, less what one cluster takes", measure.exponent(seconds, 10), 1.1, "")
    megabytes = [of[count].peak_megabytes - of[1].peak_megabytes for count in (100, 1000)]
    yield at_most("exponent of memory, less what one cluster takes", measure.exponent(megabytes, 10), 1.1, "")


def _audit(path: Path) -> measure.Measured:
    return measure.best([*measure.AKS_AUDIT, "audit", "--inventory", str(path), "-f", "json"], TIMES)
