"""Unpacking gzip that strangers packed: content out of all proportion is refused before it fills the memory."""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

FREE_BYTES: Final = 256 << 20
"""So much may come out of however little."""
MOST_TIMES: Final = 300
"""Beyond that, so many times what went in. ARM's JSON packs to a fiftieth; deflate can do 1,032 to one."""
_PIECE: Final = 1 << 20
_STARTS: Final = b"\x1f\x8b"
_EITHER: Final = zlib.MAX_WBITS | 32
"""Wants a header of gzip or zlib, whichever it is."""


class OutOfProportionError(ValueError):
    """So much comes out of so little that it is no honest content."""


@dataclass(slots=True)
class Proportion:
    """What went in and what came out so far."""

    packed: int = 0
    unpacked: int = 0

    def add(self, *, packed: int = 0, unpacked: int = 0) -> None:
        """
        Raises:
            OutOfProportionError: that is too much.
        """
        self.packed += packed
        self.unpacked += unpacked
        if self.unpacked > max(FREE_BYTES, MOST_TIMES * self.packed):
            raise OutOfProportionError(
                f"it is gzipped, and {self.unpacked >> 20} MB came out of {self.packed >> 10} KB so far"
            )


def unzip(body: bytes, proportion: Proportion) -> bytes:
    """The content of a packed body.

    Raises:
        OutOfProportionError: with what `proportion` has seen before, it is too much.
        zlib.error: it is damaged, or not packed at all.
    """
    proportion.add(packed=len(body))
    pieces: list[bytes] = []
    left = body
    while left.startswith(_STARTS) or not pieces:  # members may stand one behind the other
        unpacker = zlib.decompressobj(_EITHER)
        while left and not unpacker.eof:
            pieces.append(unpacker.decompress(left, _PIECE))
            proportion.add(unpacked=len(pieces[-1]))
            left = unpacker.unconsumed_tail
        if not unpacker.eof:
            raise zlib.error("it was cut off")
        left = unpacker.unused_data
    return b"".join(pieces)


def unzipped(file: BinaryIO) -> io.BufferedReader:
    """A packed file, unpacked as it is read.

    Reading it raises what `gzip` raises, and OutOfProportionError.
    """
    proportion = Proportion()
    packed = io.BufferedReader(cast(io.RawIOBase, _Counted(file, proportion, is_packed=True)), _PIECE)
    content = gzip.GzipFile(fileobj=packed)
    return io.BufferedReader(_Counted(cast(BinaryIO, content), proportion, is_packed=False), _PIECE)


class _Counted(io.RawIOBase):
    """Counts what is read from a file."""

    def __init__(self, file: BinaryIO, proportion: Proportion, *, is_packed: bool) -> None:
        self._file = file
        self._proportion = proportion
        self._is_packed = is_packed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(min(len(buffer), _PIECE))
        buffer[: len(data)] = data
        self._proportion.add(**{"packed" if self._is_packed else "unpacked": len(data)})
        return len(data)
