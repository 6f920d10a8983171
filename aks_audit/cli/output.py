"""Where a report goes: standard output, files, and messages for people on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from ..collectors.gather import Progress
    from ..report import Report

    Renderers = Mapping[str, Callable[[Report], str]]


def say(message: str) -> None:
    """A message for the person who runs it."""
    print(f"aks-audit: {message}", file=sys.stderr)  # noqa: T201


def chosen(name: str, wanted: str, known: list[str]) -> str:
    """A value out of a few.

    Raises:
        UsageError: it is none of them; the message suggests the nearest.
    """
    if wanted in known:
        return wanted
    from difflib import get_close_matches

    near = get_close_matches(wanted, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}"
    raise UsageError(f"{name} {wanted!r} does not exist", hint)


def write_outputs(
    report: Report, outputs: list[str], format_name: str, default: str, suffixes: Mapping[str, str], render: Renderers
) -> None:
    """Write a report to every output, each in the format of its suffix; without outputs, to standard output.

    A file with a suffix that says nothing takes `format_name`. Where outputs are named, standard output gets the
    report only if `format_name` was given and no file takes it.

    Raises:
        UsageError: a file's format cannot be told, or it cannot be written.
    """
    taken = False
    for output in outputs:
        by_suffix = suffixes.get(Path(output).suffix.lower())
        chosen_format = by_suffix or format_name
        if not chosen_format:
            known = ", ".join(suffixes)
            raise UsageError(f"the format of {output} cannot be told", f"use a suffix of {known}, or give --format")
        taken = taken or not by_suffix
        _write(output, render[chosen_format](report))
        say(f"wrote {output}")
    if not outputs or (format_name and not taken):
        _print(render[format_name or default](report))


def _print(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def _write(output: str, text: str) -> None:
    if output == "-":
        _print(text)
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}", "name a folder that exists") from error


@contextmanager
def progress(quiet: bool = False) -> Iterator[Progress | None]:
    """A progress bar on standard error; none where that is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from .progress import Bar

    with Bar() as bar:
        yield bar
