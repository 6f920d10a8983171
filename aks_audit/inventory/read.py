"""Reading an inventory file, in every shape that people have.

Source of the shapes: the contract for inventory files (docs/inventory.md).
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import msgspec

from ..errors import InventoryError
from .records import SCHEMA_VERSION, Gap, Header
from .split import JsonBytes, split
from .stream import Sink, Unique

_GZIP_MAGIC = b"\x1f\x8b"


class Lines(Protocol):
    """What is needed of an open file."""

    def readline(self) -> bytes: ...
    def read(self) -> bytes: ...
    def __iter__(self) -> Iterator[bytes]: ...


class _End(msgspec.Struct):
    resources: int
    gaps: int


class _Line(msgspec.Struct):
    """A line of our own; a line with none of these is a resource."""

    inventory: msgspec.Raw = msgspec.Raw()
    gap: Gap | None = None
    end: _End | None = None


class _Document(msgspec.Struct):
    """A list of resources in one of the wrappers that Azure's tools use."""

    id: str | None = None
    type: str | None = None
    value: list[msgspec.Raw] | None = None
    resources: list[msgspec.Raw] | None = None
    data: list[msgspec.Raw] | None = None


_decode_line = msgspec.json.Decoder(_Line).decode


def read_inventory(path: str, sink: Sink) -> Header | None:
    """Read an inventory and hand each record to `sink`, without holding the file where its shape allows.

    Args:
        path: `.jsonl` or `.json`, gzipped or not; "-" is standard input.
        sink: takes resources and Gaps in the file's order, each resource once.

    Returns:
        The header, or None for the shapes that have none: there a type counts as completely listed for a
        subscription when a resource of it from there is in the file.

    Raises:
        InventoryError: the file cannot be read, is no inventory, is of a newer schema, or was cut off.
    """
    name = "standard input" if path == "-" else path
    try:
        with _open(path) as stream:
            return _read(stream, name, Unique(sink))
    except (OSError, EOFError, zlib.error) as error:
        raise InventoryError(f"cannot read {name}: {_reason(error)}", "name an inventory that exists") from error


@contextmanager
def _open(path: str) -> Iterator[Lines]:
    if path == "-":
        yield from _unzipped(sys.stdin.buffer)
        return
    with Path(path).open("rb") as file:
        yield from _unzipped(file)


def _unzipped(file: BinaryIO) -> Iterator[Lines]:
    reader = io.BufferedReader(cast(io.RawIOBase, file), 1 << 20)
    try:
        if reader.peek(2)[:2] == _GZIP_MAGIC:
            with gzip.GzipFile(fileobj=reader) as unzipped:
                yield cast(Lines, unzipped)
        else:
            yield cast(Lines, reader)
    finally:
        reader.detach()


def _read(stream: Lines, name: str, sink: Unique) -> Header | None:
    first = b""
    while not first.strip():
        first = stream.readline()
        if not first:
            raise InventoryError(f"cannot read {name}: it is empty", "collect again")
    first = first.removeprefix(b"\xef\xbb\xbf")
    line = _try_line(first)
    if line is not None and bytes(line.inventory):
        return _read_lines(stream, name, sink, line.inventory)
    rest = stream.read()
    _read_document(first + rest, name, sink)
    return None


def _try_line(line: bytes) -> _Line | None:
    try:
        return _decode_line(line)
    except msgspec.DecodeError:
        return None


def _read_lines(stream: Lines, name: str, sink: Unique, header: msgspec.Raw) -> Header:
    result = _header(header, name)
    resources = gaps = 0
    for number, line in enumerate(stream, start=2):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        ours = _ours(line, where)
        if ours is not None and ours.end is not None:
            if (ours.end.resources, ours.end.gaps) != (resources, gaps):
                raise InventoryError(
                    f"cannot read {name}: its last line counts {ours.end.resources} resources and {ours.end.gaps} gaps,"
                    f" the file holds {resources} and {gaps}",
                    "collect again",
                )
            return result
        if ours is not None and ours.gap is not None:
            gaps += 1
            sink.add(ours.gap)
        else:
            resources += 1
            _add(line, where, sink)
    raise InventoryError(f"cannot read {name}: it was cut off, the end line is missing", "collect again")


def _ours(line: bytes, where: str) -> _Line | None:
    """The line if it is one of ours, None if it is a resource.

    A resource may well have a key named like one of ours, so only a line without an id counts.
    """
    if not line.startswith((b'{"gap"', b'{"end"')):
        return None
    try:
        return _decode_line(line)
    except msgspec.DecodeError as error:
        raise InventoryError(f"cannot read {where}: {error}", "collect again") from error


def _header(raw: msgspec.Raw, name: str) -> Header:
    try:
        version = msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).get("schemaVersion")
        number = msgspec.json.decode(version, type=int) if version is not None else 0
        if number > SCHEMA_VERSION:
            raise InventoryError(
                f"cannot read {name}: schema {number}, this aks-audit knows up to {SCHEMA_VERSION}",
                "collect again or upgrade aks-audit",
            )
        if number < 1:
            raise InventoryError(f"cannot read {name}: no schemaVersion in its header", "collect again")
        return msgspec.json.decode(raw, type=Header)
    except msgspec.DecodeError as error:
        raise InventoryError(f"cannot read {name}: its header is not as expected: {error}", "collect again") from error


def _read_document(text: bytes, name: str, sink: Unique) -> None:
    stripped = text.lstrip()
    try:
        if stripped.startswith(b"["):
            elements = msgspec.json.decode(stripped, type=list[msgspec.Raw])
        else:
            elements = _elements(stripped, name)
    except msgspec.DecodeError as error:
        raise InventoryError(
            f"cannot read {name}: not an inventory, a JSON list of resources or a single one ({error})",
            "make one with 'aks-audit collect -o FILE.jsonl' or 'az resource show'",
        ) from error
    for number, element in enumerate(elements, start=1):
        _add(element, f"{name}, element {number}", sink)
    if not sink.resources:
        raise InventoryError(f"cannot read {name}: no ARM resource in it", "name a file with ARM resources in it")


def _elements(text: bytes, name: str) -> list[msgspec.Raw]:
    try:
        document = msgspec.json.decode(text, type=_Document)
    except msgspec.ValidationError:
        return [msgspec.Raw(text)]
    except msgspec.DecodeError:
        return [
            msgspec.Raw(line) for line in text.splitlines() if line.strip() and msgspec.json.decode(line) is not None
        ]
    if document.id and document.type:
        return [msgspec.Raw(text)]
    for elements in (document.value, document.data, document.resources):
        if elements is not None:
            return elements
    if document.id:
        return [msgspec.Raw(text)]
    raise InventoryError(
        f"cannot read {name}: a JSON object with neither an id nor a value, data or resources list",
        "name a file with ARM resources in it",
    )


def _add(element: JsonBytes, where: str, sink: Unique) -> None:
    try:
        for record in split(element, where):
            sink.add(record)
    except msgspec.DecodeError as error:
        raise InventoryError(f"cannot read {where}: not JSON: {error}", "collect again") from error


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    if isinstance(error, EOFError | zlib.error):
        return "it is gzipped and was cut off or damaged"
    return getattr(error, "strerror", None) or str(error)
