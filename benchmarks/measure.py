"""Programs run and measured: wall, processor time and peak memory of a child process."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PYTHON: Final = sys.executable
AKS_AUDIT: Final = (PYTHON, "-m", "aks_audit")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a process took, its own children included."""

    wall_seconds: float
    processor_seconds: float
    peak_megabytes: float
    """Of resident memory, in millions of bytes."""
    status: int
    output: str


def run(command: Sequence[str], env: Mapping[str, str] | None = None, *, expect: Sequence[int] = (0, 1, 3)) -> Measured:
    """Run a program in a process of its own and measure it; its standard error goes where ours goes.

    Raises:
        RuntimeError: it ended with another status than expected.
    """
    with tempfile.TemporaryFile() as out:
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, env={**os.environ, **(env or {})}, cwd=ROOT)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    if child.returncode not in expect:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}")
    per_unit = 1 if sys.platform == "darwin" else 1024
    return Measured(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * per_unit / 1e6, child.returncode, text)


def best(command: Sequence[str], times: int, env: Mapping[str, str] | None = None) -> Measured:
    """The run with the least processor time of several."""
    return min((run(command, env) for _ in range(times)), key=lambda measured: measured.processor_seconds)


def exponent(taken: Sequence[float], factor: float) -> float:
    """How something grows, from first to last, while its cause grows by a factor: 1 is linear, 2 quadratic."""
    return log(taken[-1] / taken[0]) / log(factor)


def folder() -> AbstractContextManager[str]:
    """A temporary folder for what a benchmark writes."""
    return tempfile.TemporaryDirectory(prefix="aks-audit-bench-")


def compile_bytecode() -> None:
    """So that no first run pays for it."""
    for package in ("aks_audit", "tests", "benchmarks"):
        compileall.compile_dir(ROOT / package, quiet=2)
