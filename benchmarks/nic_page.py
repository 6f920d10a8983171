"""The largest answer there is: one page of a scale set's NICs with as many addresses as a NIC holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from . import measure
from .estates import written
from .line import Line, at_least, at_most, shown

TITLE: Final = "a page of 1,000 NICs x 250 ipConfigurations: decode, reconstruct, all rules"
NODES: Final = 1000
PART: Final = 100
"""Of the NICs, for the typed models: the whole page takes them long."""
ROUNDS: Final = 3


def run() -> Iterator[Line]:
    with measure.folder() as folder:
        whole = written("nic-page", Path(folder) / "whole", NODES)
        part = written("nic-page", Path(folder) / "part", PART)
        yield shown("bytes of the page", (whole / "page.json").stat().st_size / 1e6, "MB")
        ours, bare = _best(whole, "audit_page", "json_loads")
        yield shown("aks-audit: processor time", ours, "s")
        yield shown("bare json.loads: processor time", bare, "s")
        yield at_most("aks-audit / json.loads of the same bytes", ours / bare, 2, "x")
        ours, typed = _best(part, "audit_page", "typed_models")
        yield shown(f"typed SDK models, {PART} of the NICs: processor time", typed, "s")
        yield at_least("typed SDK models / aks-audit", typed / ours, 10, "x")
        peak = measure.run(_step(whole, "audit_page")).peak_megabytes
        yield at_most("peak memory, the page's own bytes included", peak, 700, "MB")


def _best(folder: Path, *steps: str) -> list[float]:
    """The least processor time of each step, taken in turns."""
    taken: dict[str, list[float]] = {step: [] for step in steps}
    for _ in range(ROUNDS):
        for step in steps:
            taken[step].append(float(measure.run(_step(folder, step)).output))
    return [min(taken[step]) for step in steps]


def _step(folder: Path, step: str) -> list[str]:
    return [measure.PYTHON, "-m", "benchmarks.nic_page_steps", step, str(folder)]
