"""Lines that are too long for a terminal, folded so that indentation and the guides of a tree stay."""

from __future__ import annotations

import re
from itertools import zip_longest
from textwrap import wrap
from typing import Final

_START = re.compile(r"(?P<guides>(?:│  | )*)(?P<elbow>[├└]─ )?(?P<mark>[-+~?] )?")
_BELOW: Final = {"├─ ": "│  ", "└─ ": "   ", None: ""}
"""What stands below an elbow on the next line."""
_NARROWEST: Final = 20
"""Columns for words, however deep a line stands."""


def fold(text: str, width: int, hanging: int = 2) -> str:
    """A text whose lines have at most that many columns, except for words that are longer than that.

    Args:
        hanging: columns by which the rest of a line stands further in; behind a mark such as `-` it follows the mark.

    >>> print(fold("a tree\\n├─ with one very long branch\\n│  └─ and its still longer leaf\\n└─ end", 24), end="")
    a tree
    ├─ with one very long
    │  │ branch
    │  └─ and its still longer
    │       leaf
    └─ end
    """
    lines = text.splitlines()
    folded = []
    for line, after in zip_longest(lines, lines[1:], fillvalue=""):
        folded += _folded(line, after, width, hanging) if len(line) > width else [line]
    return "".join(f"{line}\n" for line in folded)


def _folded(line: str, after: str, width: int, hanging: int) -> list[str]:
    found = _START.match(line)
    start = found[0] if found else ""
    below = f"{found['guides']}{_BELOW[found['elbow']]}" if found else ""
    if found and found["mark"]:
        rest = below + " " * len(found["mark"])
    else:
        has_branches = after.startswith((f"{below}├─", f"{below}└─"))
        rest = below + ("│" if has_branches else " ").ljust(hanging)[:hanging]
    return wrap(
        line[len(start) :],
        max(width, len(rest) + _NARROWEST),
        initial_indent=start,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
