"""A strict reading of the Mermaid that is written here: every line is one of a few forms."""

from __future__ import annotations

import re

_LABEL = r'"(?:[A-Za-z0-9 .,:/()+=?_-]|#\d+;|<br/>)*"'
_BOX = re.compile(rf"([a-z]\d*)\[{_LABEL}\](:::(broken|unread))?")
_FRAME = re.compile(rf"subgraph ([a-z]\d+)\[{_LABEL}\]")
_EDGE = re.compile(r"([a-z]\d+) (?:-->|-\.->|-->\|pods\||==>\|egress\|) ([a-z]\d+)")
_NOTE = re.compile(rf"(more|none)\[{_LABEL}\]:::unread")
_CLASS = re.compile(r"classDef (broken|unread) [a-z0-9#,:. -]+")


def check(text: str) -> None:
    """Fails on a line that is not understood, a frame that is not closed, an arrow to nowhere."""
    first, *lines = text.splitlines()
    assert first == "flowchart LR"
    assert len(text) < 50_000
    known: set[str] = set()
    arrows: list[tuple[str, str]] = []
    depth = 0
    for line in map(str.strip, lines):
        if line == "end":
            depth -= 1
        elif frame := _FRAME.fullmatch(line):
            assert frame[1] not in known
            known.add(frame[1])
            depth += 1
        elif box := _BOX.fullmatch(line):
            assert box[1] not in known
            known.add(box[1])
        elif edge := _EDGE.fullmatch(line):
            arrows.append((edge[1], edge[2]))
        else:
            assert _CLASS.fullmatch(line) or _NOTE.fullmatch(line), line
        assert depth >= 0
    assert depth == 0
    assert len(arrows) < 500
    assert {end for arrow in arrows for end in arrow} <= known
