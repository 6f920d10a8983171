"""Writing an inventory file as a stream.

The header stands first and says which listings are complete, which is known only at the end: the body goes to a file
beside the target, and the finished file takes the target's name in one step. That file has no name, or it is a journal
(see `resume`) that stays where the run does not end.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from ..errors import InventoryError
from .properties import written
from .read import UNFINISHED
from .records import Complete, Gap, Header, Resource
from .resume import DONE, Done, earlier_run
from .stream import Sink

_COMMAND = re.compile(rb"##(?=(?:vso)?\[)", re.IGNORECASE)
"""Azure Pipelines takes commands from anywhere in a line that is printed."""


class _Log:
    """Standard output, which may be a build's log: what a build would obey in a line is written as an escape."""

    def write(self, line: bytes) -> None:
        sys.stdout.buffer.write(_COMMAND.sub(rb"#\\u0023", line))


class InventoryWriter:
    """A sink that writes `.jsonl` (or `.jsonl.gz`), and of each resource only the properties on the list.

    "-" is standard output.

    Use as a context manager. Left without `finish` it leaves nothing behind but what another run can go on from.

    Args:
        resume: whether, as a journal, it begins with what an earlier run has read.
    """

    def __init__(self, path: str, *, resume: bool = False) -> None:
        self.path = path
        self.kept = ""
        """The unfinished file that was left for another run to go on from; "" where there is none."""
        self.earlier = earlier_run(path) if resume else None
        self._journal: Path | None = None
        self._is_finished = False
        self._resources = 0
        self._gaps = 0
        if path != "-" and Path(path).is_dir():
            raise InventoryError(f"cannot write {path}: it is a folder", "name a file")
        self._folder = None if path == "-" else Path(path).absolute().parent
        with self._explained("name a folder that exists"):
            self._body: IO[bytes] = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 (closed on exit)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._journal == self._partial and not self._is_finished:
            self.kept = str(self._partial)
        elif self._journal:
            with contextlib.suppress(OSError):
                if os.path.samestat(os.fstat(self._body.fileno()), self._journal.stat()):  # not another run's
                    self._journal.unlink()
        self._body.close()

    @property
    def collected_at(self) -> str | None:
        return self.earlier.collected_at if self.earlier else None

    def begin(self, subscriptions: Sequence[str], sink: Sink) -> Sequence[Complete]:
        """Become a journal, except on standard output; another run's is replaced when there is something to note."""
        if self._folder is None:
            return ()
        if self.earlier:
            self.earlier.insist_on(subscriptions)
        self._body.close()
        with self._explained("name another file"):
            handle, name = tempfile.mkstemp(dir=self._folder, prefix=f".{Path(self.path).name}.")  # mode 0600
            self._body, self._journal = os.fdopen(handle, "w+b", 1 << 20), Path(name)
            self._body.write(_line({"inventory": Header(subscriptions=tuple(subscriptions))}))
            if self.earlier:
                self.earlier.replay(sink)
                self._write_notes(self.earlier.done)
        return self.earlier.complete if self.earlier else ()

    def note(self, resource_type: str, scope: str, collected_at: str | None, *, is_listing: bool = True) -> None:
        if self._journal:
            self._write_notes([Done(resource_type, scope, is_listing, collected_at)])

    def add(self, record: Resource | Gap) -> None:
        if isinstance(record, Gap):
            self._gaps += 1
            self._body.write(_line({"gap": record}))
            return
        self._resources += 1
        self._body.write(written(record.type, record.raw, record.id.text))
        self._body.write(b"\n")

    def finish(self, header: Header) -> tuple[int, int]:
        """Put header, body and end together at the target.

        Returns: how many resources and how many Gaps were written.
        """
        self._body.seek(0)
        if self.path == "-":
            try:
                self._put_together(_Log(), header)
                sys.stdout.buffer.flush()
            except OSError as error:
                raise InventoryError(f"cannot write standard output: {error.strerror}", "name a file") from error
        else:
            self._replace_target(header)
        self._is_finished = True
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
        if self._journal:
            self._body.readline()
        for line in self._body:
            if not (self._journal and line.startswith(DONE)):
                file.write(line)
        file.write(_line({"end": {"resources": self._resources, "gaps": self._gaps}}))

    @property
    def _partial(self) -> Path:
        return Path(self.path + UNFINISHED)

    def _write_notes(self, notes: Iterable[Done]) -> None:
        """What is noted is on disk, so that a run that is killed has it; and all that came before it."""
        for done in notes:
            self._body.write(_line({"done": done}))
        self._body.flush()
        if self._journal and self._journal != self._partial:
            self._journal = self._journal.replace(self._partial)

    @contextlib.contextmanager
    def _explained(self, hint: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InventoryError(f"cannot write {self.path}: {error.strerror}", hint) from error


def _line(value: object) -> bytes:
    return msgspec.json.encode(value) + b"\n"
