"""Reading an inventory file, in every shape that people have.

Source of the shapes: the contract for inventory files (docs/inventory.md).
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol, cast

import msgspec

from ..errors import InventoryError
from .records import SCHEMA_VERSION, Gap, Header, Resource
from .split import NOT_JSON, JsonBytes, split
from .stream import Sink, Unique
from .surrogates import without_halves
from .unzip import OutOfProportionError, unzipped

UNFINISHED: Final = ".partial"
"""How the file of a run that has not ended is called, after the name it will have; see `resume`."""
_GZIP_MAGIC: Final = b"\x1f\x8b"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff", b"{\0", b"[\0", b"\0{", b"\0[")
_DAMAGED: Final = (EOFError, zlib.error, gzip.BadGzipFile)


class Lines(Protocol):
    """What is needed of an open file."""

    def read(self) -> bytes: ...
    def __iter__(self) -> Iterator[bytes]: ...


class _End(msgspec.Struct):
    resources: int
    gaps: int


class _First(msgspec.Struct):
    """The first line: a header, or else a resource, which may well have keys of any name."""

    inventory: msgspec.Raw = msgspec.Raw()


class _Line(msgspec.Struct):
    """A line of our own; a line with none of these is a resource."""

    inventory: msgspec.Raw = msgspec.Raw()
    gap: Gap | None = None
    end: _End | None = None


class _Document(msgspec.Struct):
    """A list of resources in one of the wrappers that Azure's tools use."""

    id: str | None = None
    value: list[msgspec.Raw] | None = None
    resources: list[msgspec.Raw] | None = None
    data: list[msgspec.Raw] | None = None
    next_link: Any = msgspec.field(default=None, name="nextLink")
    skip_token: Any = None
    skip_token_of_rest: Any = msgspec.field(default=None, name="$skipToken")

    @property
    def goes_on(self) -> bool:
        """It is one page of several, so nothing in it is whole."""
        return bool(self.next_link or self.skip_token or self.skip_token_of_rest)


_decode_first = msgspec.json.Decoder(_First).decode
_decode_line = msgspec.json.Decoder(_Line).decode
_RESOURCE: Final = _Line()


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
    except OutOfProportionError as error:
        raise InventoryError(f"cannot read {name}: {error}", "unpack it yourself if you trust it") from error
    except (OSError, EOFError, zlib.error) as error:
        hint = "collect again" if isinstance(error, _DAMAGED) else "name an inventory that exists"
        raise InventoryError(f"cannot read {name}: {_reason(error)}", hint) from error


@contextmanager
def _open(path: str) -> Iterator[Lines]:
    if path == "-":
        yield from _plain(sys.stdin.buffer)
        return
    with Path(path).open("rb") as file:
        yield from _plain(file)


def _plain(file: BinaryIO) -> Iterator[Lines]:
    reader = io.BufferedReader(cast(io.RawIOBase, file), 1 << 20)
    try:
        yield unzipped(cast(BinaryIO, reader)) if reader.peek(2)[:2] == _GZIP_MAGIC else reader
    finally:
        reader.detach()


def _read(stream: Lines, name: str, sink: Unique) -> Header | None:
    lines = _numbered(stream)
    number, first = next(lines, (0, b""))
    if not first:
        raise InventoryError(f"cannot read {name}: it is empty", "collect again")
    if first.startswith(_UTF_16):  # what PowerShell's `>` writes
        raise InventoryError(f"cannot read {name}: it is UTF-16 text", "save it as UTF-8")
    line = _try_line(first)
    if line is None:
        return _read_document(first + stream.read(), name, sink)
    if bytes(line.inventory):
        header = _header(line.inventory, name)
        if not _read_lines(lines, name, sink):
            raise _without_end(name)
        return header
    second = next(lines, None)
    if second is None:
        return _read_document(first, name, sink)
    has_end = _read_lines(chain([(number, first), second], lines), name, sink, flattened=True)
    _insist_on_resources(name, sink)
    if not has_end:
        sink.add(
            Gap("unknown", name, None, "NoEnd", "lines without an end line: nobody can see whether any are missing")
        )
    return None


def _without_end(name: str) -> InventoryError:
    if name.endswith(UNFINISHED):
        hint = f"'aks-audit collect --resume -o {name.removesuffix(UNFINISHED)}' goes on from it"
        return InventoryError(f"cannot read {name}: the run that wrote it has not ended", hint)
    return InventoryError(f"cannot read {name}: it was cut off, the end line is missing", "collect again")


def _numbered(stream: Lines) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers; a byte order mark at the start is left out."""
    for number, line in enumerate(stream, start=1):
        text = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
        if text.strip():
            yield number, text


def _try_line(line: bytes) -> _First | None:
    for text in (line, without_halves(line)):
        with suppress(*NOT_JSON):
            return _decode_first(text)
    return None


def _read_lines(lines: Iterator[tuple[int, bytes]], name: str, sink: Unique, *, flattened: bool = False) -> bool:
    """Read JSON Lines after the header, where there is one; returns whether there was an end line."""
    resources = gaps = 0
    for number, line in lines:
        where = f"{name}, line {number}"
        ours = _ours(line, where)
        if ours.end is not None:
            if (ours.end.resources, ours.end.gaps) != (resources, gaps):
                raise InventoryError(
                    f"cannot read {name}: its last line counts {ours.end.resources} resources and {ours.end.gaps} gaps,"
                    f" the file holds {resources} and {gaps}",
                    "collect again",
                )
            after = next(lines, None)
            if after is not None:
                raise InventoryError(
                    f"cannot read {name}, line {after[0]}: there is more after the end line",
                    "give each inventory a file of its own",
                )
            return True
        if ours.gap is not None:
            gaps += 1
            sink.add(ours.gap)
        else:
            resources += 1
            _add(line, where, sink, flattened)
    return False


def _ours(line: bytes, where: str) -> _Line:
    """What a line of our own says; nothing where the line is a resource."""
    if not line.startswith((b'{"gap"', b'{"end"', b'{"inventory"')):
        return _RESOURCE
    try:
        ours = _decode_line(line)
    except NOT_JSON as error:
        raise InventoryError(f"cannot read {where}: {error}", "collect again") from error
    if bytes(ours.inventory):
        raise InventoryError(f"cannot read {where}: a second header", "give each inventory a file of its own")
    return ours


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
    except NOT_JSON as error:
        raise InventoryError(f"cannot read {name}: its header is not as expected: {error}", "collect again") from error


def _read_document(text: bytes, name: str, sink: Unique) -> Header | None:
    """Read one JSON document; returns a header without anything complete where it is one page of several."""
    try:
        if text.lstrip().startswith(b"["):
            elements, goes_on = msgspec.json.decode(text, type=list[msgspec.Raw]), False
        else:
            elements, goes_on = _elements(text, name)
    except NOT_JSON as error:
        if (whole := without_halves(text)) != text:
            sink.add(Gap("unknown", name, None, "InvalidValue", "half a character stands in it and is read as U+FFFD"))
            return _read_document(whole, name, sink)
        raise InventoryError(
            f"cannot read {name}: not an inventory, a JSON list of resources or a single one ({error})",
            "make one with 'aks-audit collect -o FILE.jsonl' or 'az resource show'",
        ) from error
    for number, element in enumerate(elements, start=1):
        _add(element, f"{name}, element {number}", sink, flattened=True)
    _insist_on_resources(name, sink)
    if goes_on:
        sink.add(Gap("unknown", name, None, "Truncated", "the list goes on at its nextLink or skip token"))
    return Header() if goes_on else None


def _elements(text: bytes, name: str) -> tuple[list[msgspec.Raw], bool]:
    try:
        document = msgspec.json.decode(text, type=_Document)
    except msgspec.ValidationError:
        return [msgspec.Raw(text)], False
    if document.id:
        return [msgspec.Raw(text)], False
    for elements in (document.value, document.data, document.resources):
        if elements is not None:
            return elements, document.goes_on
    raise InventoryError(
        f"cannot read {name}: a JSON object with neither an id nor a value, data or resources list",
        "name a file with ARM resources in it",
    )


def _insist_on_resources(name: str, sink: Unique) -> None:
    if not sink.resources:
        raise InventoryError(f"cannot read {name}: no ARM resource in it", "name a file with ARM resources in it")


def _add(element: JsonBytes, where: str, sink: Unique, flattened: bool) -> None:
    try:
        records = list(split(element, where, flattened=flattened))
    except NOT_JSON as error:
        records = _whole_again(bytes(memoryview(element)), where, flattened)
        if not records:
            raise InventoryError(f"cannot read {where}: not JSON: {error}", "collect again") from error
    for record in records:
        sink.add(record)


def _whole_again(element: bytes, where: str, flattened: bool) -> list[Resource | Gap]:
    """What a text with halves of characters says without them, and a Gap for each resource; nothing if it has none."""
    whole = without_halves(element)
    if whole == element:
        return []
    try:
        records = list(split(whole, where, flattened=flattened))
    except NOT_JSON:
        return []
    message = f"half a character stands in {where} and is read as U+FFFD"
    marks = [
        Gap(item.type, item.id.text, None, "InvalidValue", message) for item in records if isinstance(item, Resource)
    ]
    return [*records, *marks]


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    if isinstance(error, _DAMAGED):
        return "it is gzipped and was cut off or damaged"
    return getattr(error, "strerror", None) or str(error)
