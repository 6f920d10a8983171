"""Where a report goes: standard output, files, and messages for people on standard error."""

from __future__ import annotations

import logging
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from ..collectors.log_file import LOGGER
from ..errors import UsageError, suggestion
from ..files import whole_file
from ..inventory.run_stats import Phase, RunStats
from ..reporters.escape import without_commands

if TYPE_CHECKING:
    from ..collectors.gather import Progress

R = TypeVar("R")
_PHASES: Final[Mapping[Phase, str]] = {
    "signIn": "sign-in",
    "collect": "collect",
    "analyse": "analyse",
    "report": "report",
}

Target = tuple[str, str]
"""A file, or "-" for standard output, and the format for it."""


def say(message: str) -> None:
    """A message for the person who runs it, on one line; what Azure put into it moves no cursor."""
    print(f"aks-audit: {one_line(message)}", file=sys.stderr)  # noqa: T201


def one_line(text: str) -> str:
    """Text fit for one line of a terminal."""
    return without_commands("".join(c if c.isprintable() else "?" for c in " ".join(text.split())))


def chosen(name: str, wanted: str, known: list[str]) -> str:
    """A value out of a few.

    Raises:
        UsageError: it is none of them; the message suggests the nearest.
    """
    if wanted in known:
        return wanted
    raise UsageError(f"{name} {wanted!r} does not exist", suggestion(wanted, known))


def targets_of(outputs: list[str], format_name: str, default: str, suffixes: Mapping[str, str]) -> list[Target]:
    """Every output with its format, that of its suffix; without outputs, standard output.

    A file with a suffix that says nothing takes `format_name`. Where outputs are named, standard output gets the
    report only if `format_name` was given and no file takes it.

    Raises:
        UsageError: a file's format cannot be told, or there is no place for it.
    """
    targets: list[Target] = []
    taken = False
    for output in outputs:
        path = Path(output)
        by_suffix = next((name for suffix, name in suffixes.items() if path.name.lower().endswith(suffix)), None)
        chosen_format = by_suffix or format_name or (default if output == "-" else "")
        if not chosen_format:
            known = ", ".join(suffixes)
            raise UsageError(f"the format of {output} cannot be told", f"use a suffix of {known}, or give --format")
        if output != "-" and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise UsageError(f"cannot write {output}", "name a file in a folder that exists")
        taken = taken or chosen_format == format_name
        targets.append((output, chosen_format))
    if not outputs or (format_name and not taken):
        targets.append(("-", format_name or default))
    return targets


def write_outputs(report: R, targets: list[Target], render: Mapping[str, Callable[[R], str]], *, quiet: bool) -> None:
    """Write a report to every target.

    Raises:
        UsageError: a file cannot be written.
    """
    for output, format_name in targets:
        text = render[format_name](report)
        if output == "-":
            _print(text)
            continue
        try:
            with whole_file(output) as file:
                file.write(text.encode("utf-8"))
        except OSError as error:
            raise UsageError(f"cannot write {output}: {error.strerror}", "name another file") from error
        if not quiet:
            say(f"wrote {output}")


def terminal_width(most: int) -> int:
    """Columns of the terminal that standard output is, at most so many; `most` where it is none."""
    return min(shutil.get_terminal_size().columns, most) if sys.stdout.isatty() else most


def _print(text: str) -> None:
    with suppress(BrokenPipeError):  # a reader that has seen enough changes no exit code
        try:
            sys.stdout.buffer.write(text.encode("utf-8", "replace"))
            sys.stdout.buffer.flush()
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise UsageError(
                f"cannot write to standard output: {error.strerror}", "make room, or use -o FILE"
            ) from error


@contextmanager
def progress(quiet: bool = False, *, verbose: bool = False) -> Iterator[Progress | None]:
    """A progress bar on standard error, or lines if `verbose`; without that, none where it is no terminal.

    Raises:
        UsageError: both were asked for.
    """
    if quiet and verbose:
        raise UsageError("--quiet and --verbose do not go together", "leave one out")
    if verbose:
        with _said():
            yield Lines()
        return
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from .progress import Bar

    with Bar() as bar:
        yield bar


@contextmanager
def _said() -> Iterator[None]:
    """Say each request to Azure meanwhile, with what came of it."""
    handler = _Said()
    logger = logging.getLogger(LOGGER)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Said(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if hasattr(record, "exchange"):
            say(record.getMessage())


def say_cost(stats: RunStats | None) -> None:
    """What a live run cost, on one line."""
    if stats is None:
        return
    seconds = ", ".join(f"{_PHASES[phase]} {seconds:.1f}" for phase, seconds in stats.seconds.items())
    again = f" ({stats.retries} of them again)" if stats.retries else ""
    say(f"{stats.requests} requests{again}, {stats.bytes:,} bytes, {sum(stats.seconds.values()):.1f} s: {seconds}")


class Lines:
    """A line on standard error for each thing that is read: what a log keeps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._total = self._begun = 0

    def expect(self, requests: int) -> None:
        with self._lock:
            self._total += requests

    def reading(self, what: str) -> None:
        with self._lock:
            self._begun += 1
            say(f"reading {self._begun} of {self._total}: {what}")

    def done(self) -> None: ...
