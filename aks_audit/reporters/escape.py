"""Text that comes from Azure, made harmless for each format.

Azure lets people name things, and an inventory may come from anyone: a name may hold markup, control characters
that steer a terminal, or characters that turn the direction of the text around it. It may be thousands of
characters long, and is then shortened in the middle, since ends tell names apart.
"""

from __future__ import annotations

import html as _html
import re
from typing import Final

NAME: Final = 80
"""Characters that a name is given; Azure's own names end there."""
TEXT: Final = 1200
"""Characters that a sentence is given."""
ID: Final = 400
"""Characters that a resource id, or any other word, is given."""

_WORD = re.compile(rf"\S{{{ID + 1},}}")
_COMMAND = re.compile(
    r"#(?=#(?:vso)?\[)|(?<!\S):(?=:[a-z][a-z-]*(?:\s|::))"
    r"|:(?=:(?:add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|notice|remove-matcher|save-state|set-env"
    r"|set-output|stop-commands|warning)(?![a-z-]))",
    re.IGNORECASE,
)
"""Where a build log would begin to obey: Azure Pipelines and GitHub read commands out of what a program prints.

GitHub reads them at a line's beginning, and a narrow table may break a word anywhere: hence the names, none of which
can be the end of an IPv6 address.
"""
_SAFE_WORD = re.compile(r"[^\W_]+(?:[.,'’/%+×-][^\W_]+)*%?")
"""A word in which no Markdown dialect sees anything: letters and digits, joined by what stands inside words."""
_AROUND = re.compile(r"(?P<before>[(\"]*)(?P<word>.*?)(?P<after>[)\".,:;?!]*)", re.DOTALL)
_HASH = re.compile(r"[0-9a-f]{7,}", re.IGNORECASE)
_ALONE = {"=", "+", "-", "x", "/", "×", "&", "<", ">", "%"}
_BLOCK_START = re.compile(r"(?P<number>\d+)(?P<mark>[.)])(?=\s|$)|(?P<bullet>[-+=])")
_MERMAID_SAFE = re.compile(r"[A-Za-z0-9 .,:/()+=?_-]")


def shorten(text: str, most: int = NAME) -> str:
    """At most that many characters, the middle left out.

    >>> shorten("abcdefghij", 5)
    'ab…ij'
    """
    if len(text) <= most:
        return text
    tail = (most - 1) // 2
    return f"{text[: most - 1 - tail]}…{text[len(text) - tail :]}"


def visible(text: str, most: int = TEXT) -> str:
    """One line in which every character can be seen: white space becomes a blank, what is invisible its number.

    >>> visible("red\x1b[31m\\nnext \u202e")
    'red\\\\x1b[31m next \\\\u202e'
    """
    if len(text) > ID:
        text = shorten(_WORD.sub(lambda found: shorten(found[0], ID), text), most)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " if c.isspace() else _number(c) for c in text)
    return shorten(without_commands(" ".join(text.split())), most)


def without_commands(text: str) -> str:
    """Text in which no build log finds a command.

    >>> without_commands("##vso[task.complete] ::error ::x, but ::1 and fe80::1 stay")
    '# #vso[task.complete] : :error ::x, but ::1 and fe80::1 stay'
    >>> without_commands("x::error::y")
    'x: :error::y'
    """
    return _COMMAND.sub(lambda found: f"{found[0]} ", text)


def _number(character: str) -> str:
    return character.encode("unicode-escape").decode()


def terminal(text: str, most: int = TEXT) -> str:
    """For a terminal; goes into a rich `Text`, never into markup."""
    return visible(text, most)


def html(text: str, most: int = TEXT) -> str:
    """For the inside of an HTML element or a quoted attribute."""
    return _html.escape(visible(text, most))


def code(text: str, most: int = NAME) -> str:
    """A Markdown code span: nothing in it is markup, a link, a mention or a reference.

    >>> code("np1"), code("a`b")
    ('`np1`', '``a`b``')
    """
    shown = visible(text, most)
    if not shown:
        return "(no name)"
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence, pad = "`" * (longest + 1), " " if "`" in (shown[0], shown[-1]) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def prose(text: str, most: int = TEXT) -> str:
    """A sentence in Markdown: plain words stay plain, and whatever could mean something is set in code.

    >>> prose("rt has no route for 1 of 3 nodes: np-1 (10.1.0.5)")
    'rt has no route for 1 of 3 nodes: `np-1` (`10.1.0.5`)'
    >>> prose("[x](http://evil) @team <b>")
    '`[x](http://evil`) `@team` `<b>`'
    """
    words = [_word(word) for word in visible(text, most).split(" ")]
    if words and _BLOCK_START.fullmatch(words[0]):
        words[0] = words[0][:-1] + "\\" + words[0][-1]
    return " ".join(words)


def _word(word: str) -> str:
    if word in _ALONE:
        return {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(word, word)
    parts = _AROUND.fullmatch(word)
    if parts is None:
        return code(word, ID)
    inner = parts["word"]
    if inner and (not _SAFE_WORD.fullmatch(inner) or _is_technical(inner)):
        inner = code(inner, ID)
    return f"{parts['before']}{inner}{parts['after']}"


def _is_technical(word: str) -> bool:
    """Whether people would set it in code: addresses, ranges, node names, versions, hashes."""
    if any(c.isdigit() for c in word) and (not {"-", "/"}.isdisjoint(word) or _HASH.fullmatch(word)):
        return True
    return word.count(".") > 1 or word.count("/") > 1


def cell(markdown: str) -> str:
    """Markdown as the inside of a table cell. A bar after a backslash cannot be escaped and is broken instead."""
    broken = re.sub(r"\\\|", "\\\\¦", markdown)
    return broken.replace("|", "\\|").replace("\n", " ")


def mermaid(text: str, most: int = NAME) -> str:
    """The inside of a quoted Mermaid label; what is not plain becomes a character code.

    >>> mermaid('a"b`#')
    'a#34;b#96;#35;'
    """
    shown = visible(text, most)
    return "".join(c if _MERMAID_SAFE.fullmatch(c) else f"#{ord(c)};" for c in shown)
