"""Halves of characters: an escape such as `\\ud800` alone is no character, and no decoder of JSON takes it."""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
"""An escape; the group is half a character without its other half."""
_UNKNOWN: Final = rb"\ufffd"


def without_halves(text: bytes) -> bytes:
    r"""JSON with U+FFFD in place of each half.

    >>> without_halves(rb'"a\ud800b \ud83d\ude00 \\ud800"')
    b'"a\\ufffdb \\ud83d\\ude00 \\\\ud800"'
    """
    return _ESCAPE.sub(lambda found: _UNKNOWN if found[1] else found[0], text)
