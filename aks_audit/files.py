"""Files that are there whole, or as they were."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def whole_file(path: str) -> Iterator[IO[bytes]]:
    """A file to write: it takes its place in one step when the block ends well, and leaves no trace when it does not.

    What is no plain file, such as a pipe or /dev/stdout, is written as it comes; so is a file that may be written in
    a folder that may not.

    Raises:
        OSError: it cannot be written.
    """
    target = Path(path).resolve()
    beside = None if target.exists() and not target.is_file() else _beside(target)
    if beside is None:
        with target.open("wb") as file:
            yield file
        return
    handle, name = beside
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(name).chmod(_mode_for(target))
        Path(name).replace(target)
    finally:
        with contextlib.suppress(OSError):
            Path(name).unlink()


def _beside(target: Path) -> tuple[int, str] | None:
    try:
        return tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError:
        if target.exists():
            return None
        raise


def _mode_for(target: Path) -> int:
    """The mode that the file has, or that a new one would get."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
