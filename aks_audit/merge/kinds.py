"""Which kind of file this is, without reading more of it than must be."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from ..errors import UsageError

Kind = Literal["inventory", "report"]


class _Head(msgspec.Struct, rename="camel"):
    schema_version: int | msgspec.UnsetType = msgspec.UNSET
    findings: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def kind_of(path: str) -> Kind:
    """Whether a file is a JSON report; anything else is taken for an inventory, and judged when it is read.

    Raises:
        UsageError: the file cannot be read, is empty or cut off, or is standard input.
    """
    if path == "-":
        raise UsageError("merge reads files, not standard input", "name the files")
    try:
        with Path(path).open("rb") as file:
            first = file.readline()
            if _head(first) is None and first.lstrip()[:1] == b"{":  # an object over several lines
                first += file.read()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "name inventories, or JSON reports") from error
    if not first.strip():
        raise UsageError(f"{path} is empty", "make it anew")
    head = _head(first)
    if head is None and first.lstrip()[:1] == b"{":
        raise UsageError(f"{path} is cut off, or no JSON", "make it anew")
    is_report = head is not None and msgspec.UNSET not in (head.schema_version, head.findings)
    return "report" if is_report else "inventory"


def _head(text: bytes) -> _Head | None:
    try:
        return msgspec.json.decode(text, type=_Head)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
