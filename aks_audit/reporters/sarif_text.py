"""Plain text of a SARIF message: nothing in it is a link or a place to fill in."""

from __future__ import annotations

import re
from typing import Final

from .escape import visible

_LINK: Final = re.compile(r"\](?=\()")
_ARGUMENT: Final = re.compile(r"\{(\d+)\}")


def text_of(text: str, most: int = 4_000) -> str:
    """
    >>> text_of("see [x](http://evil) and {0}")
    'see [x] (http://evil) and {{0}}'
    """
    return _ARGUMENT.sub(r"{{\1}}", _LINK.sub("] ", visible(text, most)))
