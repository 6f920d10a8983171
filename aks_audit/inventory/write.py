"""Writing an inventory file as a stream.

The header stands first and says which listings are complete, which is known only at the end: the body goes to a
temporary file beside the target, and the finished file takes the target's name in one step.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from ..errors import InventoryError
from .records import Gap, Header, Resource

_NEWLINES = (b"\n", b"\r")


class InventoryWriter:
    """A sink that writes `.jsonl` (or `.jsonl.gz`); "-" is standard output.

    Use as a context manager; nothing is left behind when it is left without `finish`.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._resources = 0
        self._gaps = 0
        if path != "-" and Path(path).is_dir():
            raise InventoryError(f"cannot write {path}: it is a folder", "name a file")
        folder = None if path == "-" else Path(path).absolute().parent
        try:
            self._body: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed on exit)
        except OSError as error:
            raise InventoryError(f"cannot write {path}: {error.strerror}", "name a folder that exists") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._body.close()

    def add(self, record: Resource | Gap) -> None:
        if isinstance(record, Gap):
            self._gaps += 1
            self._body.write(_line({"gap": record}))
            return
        self._resources += 1
        raw = bytes(record.raw)
        if any(newline in raw for newline in _NEWLINES):
            raw = msgspec.json.format(raw, indent=-1)
        self._body.write(raw)
        self._body.write(b"\n")

    def finish(self, header: Header) -> tuple[int, int]:
        """Put header, body and end together at the target.

        Returns: how many resources and how many Gaps were written.
        """
        self._body.write(_line({"end": {"resources": self._resources, "gaps": self._gaps}}))
        self._body.seek(0)
        if self.path == "-":
            try:
                self._put_together(sys.stdout.buffer, header)
                sys.stdout.buffer.flush()
            except OSError as error:
                raise InventoryError(f"cannot write standard output: {error.strerror}", "name a file") from error
        else:
            self._replace_target(header)
        return self._resources, self._gaps

    def _replace_target(self, header: Header) -> None:
        target = Path(self.path).absolute()
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                if target.suffix == ".gz":
                    with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as zipped:
                        self._put_together(zipped, header)
                else:
                    self._put_together(file, header)
            Path(name).replace(target)
        except OSError as error:
            raise InventoryError(f"cannot write {self.path}: {error.strerror}", "name another file") from error
        finally:
            with contextlib.suppress(OSError):
                Path(name).unlink()

    def _put_together(self, file: Any, header: Header) -> None:
        file.write(_line({"inventory": header}))
        shutil.copyfileobj(self._body, file, 1 << 20)


def _line(value: object) -> bytes:
    return msgspec.json.encode(value) + b"\n"
