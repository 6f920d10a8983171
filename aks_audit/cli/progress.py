"""The progress bar."""

from __future__ import annotations

import threading
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text


class Rate(ProgressColumn):
    """Requests a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "", style="dim")


class Bar:
    """A bar on standard error: how much of what is known to be asked for has come, and what is being read."""

    def __init__(self) -> None:
        columns = (
            SpinnerColumn(),
            TextColumn("reading Azure"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            Rate(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", style="dim", markup=False),
        )
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task("", total=0)
        self._lock = threading.Lock()
        self._total = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def expect(self, requests: int) -> None:
        with self._lock:
            self._total += requests
            self._progress.update(self._task, total=self._total)

    def reading(self, what: str) -> None:
        self._progress.update(self._task, description="".join(c if c.isprintable() else "?" for c in what)[:50])

    def done(self) -> None:
        self._progress.advance(self._task)
