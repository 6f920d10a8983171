"""A fleet: two thousand subscriptions, ten thousand clusters that share subnets and hubs, 300,000 nodes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from . import measure
from .estates import written
from .line import Line, at_most, shown

TITLE: Final = "2,000 subscriptions, 10,000 clusters, 300,000 nodes; 5 GB of disk"
SMALL, LARGE = 1_000, 10_000


def run() -> Iterator[Line]:
    with measure.folder() as folder:
        of = {}
        for count in (5, SMALL, LARGE):
            path = written("fleet", Path(folder) / "fleet.jsonl", count)
            yield shown(f"{count:,} clusters: bytes of the inventory", path.stat().st_size / 1e6, "MB")
            output = str(Path(folder) / "report.json")
            of[count] = measure.run([*measure.AKS_AUDIT, "audit", "--inventory", str(path), "-o", output])
            yield shown(f"{count:,} clusters: wall time", of[count].wall_seconds, "s")
            yield shown(f"{count:,} clusters: processor time", of[count].processor_seconds, "s")
            yield shown(f"{count:,} clusters: peak memory", of[count].peak_megabytes, "MB")
    yield at_most("10,000 clusters: peak memory", of[LARGE].peak_megabytes / 1000, 6, "GB")
    seconds = [of[count].processor_seconds - of[5].processor_seconds for count in (SMALL, LARGE)]
    yield at_most("exponent of time, less what five clusters take", measure.exponent(seconds, LARGE / SMALL), 1.1, "")
    megabytes = [of[count].peak_megabytes - of[5].peak_megabytes for count in (SMALL, LARGE)]
    yield at_most("exponent of memory, less the same", measure.exponent(megabytes, LARGE / SMALL), 1.1, "")
