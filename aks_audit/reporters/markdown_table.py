"""Tables in Markdown, and how much of one there is room for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .escape import cell

ELSEWHERE: Final = "`aks-audit audit -f json` has everything"


def table(head: list[str], align: str, rows: Iterable[list[str]]) -> list[str]:
    """The lines of a table; `align` has a letter a column, l, r or c."""
    marks = {"l": ":--", "r": "--:", "c": ":-:"}
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(marks[letter] for letter in align) + "|"]
    return lines + ["| " + " | ".join(cell(text) for text in row) + " |" for row in rows]


def fitting(pieces: Iterable[str], room: int) -> tuple[list[str], int]:
    """As many pieces as the room holds, at least one, and how many are left."""
    kept: list[str] = []
    pieces = list(pieces)
    for number, piece in enumerate(pieces):
        room -= len(piece) + 1
        if room < 0 and kept:
            return kept, len(pieces) - number
        kept.append(piece)
    return kept, 0
