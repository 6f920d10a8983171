"""How long a command line takes to say anything, beside pip-audit's."""

from __future__ import annotations

import os
import subprocess
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from . import measure
from .line import Line, at_most, shown

TITLE: Final = "start-up, beside `pip-audit --version` in the same run"
TIMES: Final = 7


def run() -> Iterator[Line]:
    with measure.folder() as folder:
        peer = str(_pip_audit(Path(folder)))
        version, demo, theirs = _in_turns(
            [*measure.AKS_AUDIT, "--version"],
            [*measure.AKS_AUDIT, "audit", "--demo", "--quiet", "-f", "json", "-o", os.devnull],
            [peer, "--version"],
        )
    yield shown("pip-audit --version: processor time", theirs, "s")
    yield shown("aks-audit --version: processor time", version, "s")
    yield at_most("aks-audit --version / pip-audit --version", version / theirs, 0.3, "x")
    yield shown("aks-audit audit --demo: processor time", demo, "s")
    yield at_most("aks-audit audit --demo / pip-audit --version", demo / theirs, 1.5, "x")


def _in_turns(*commands: Sequence[str]) -> list[float]:
    """The least processor time of each command, run one after the other, again and again."""
    taken: list[list[float]] = [[] for _ in commands]
    for _ in range(TIMES):
        for command, times in zip(commands, taken, strict=True):
            times.append(measure.run(command).processor_seconds)
    return [min(times) for times in taken]


def _pip_audit(folder: Path) -> Path:
    """pip-audit in an environment of its own, from the package index that pip is set to."""
    venv.create(folder / "peer", with_pip=True)
    python = folder / "peer" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-qq", "--compile", "pip-audit"], check=True)
    return python.with_name("pip-audit")
