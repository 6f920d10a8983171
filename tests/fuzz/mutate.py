"""Changes to the structure of JSON: what a search that only turns bytes would need a very long time to find."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any, Final

ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    255,
    2**31,
    2**63,
    -(2**64),
    10**40,
    1.5,
    1e308,
    -0.0,
    "",
    " ",
    "/",
    "\x00",
    "\ud800",
    "\u202e",
    "None",
    "*",
    "10.0.0.0/8",
    "10.1.0.0/33",
    "0.0.0.0/0",
    "::/0",
    "fd00::/64",
    "10.1.0.4",
    "fe80::1%eth0",
    "Internet",
    "AzureCloud.westeurope",
    "33%",
    "1000000000%",
    "-5%",
    "99999999999999999999",
    "1e9",
    "2026-11-20T06:00:00Z",
    "9999-12-31",
    "1.33.4",
    "1",
    "v",
    "65536",
    "0-65535",
    "443,80",
    "x" * 300,
    [],
    {},
    [None],
    [[]],
    [{}],
    {"id": None},
    {"id": ""},
    {"properties": None},
    {"properties": []},
)
"""Values that stand in nobody's test data."""


def mutated(document: Any, chance: Random, words: list[str]) -> Any:
    """A document with one to three changes somewhere in it."""
    holder = [deepcopy(document)]
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        places = list(_places(holder))
        container, key = chance.choice(places)
        _change(container, key, places, chance, words)
    return holder[0]


def _places(value: Any) -> Any:
    """Every value with what holds it."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def _change(container: Any, key: Any, places: list[Any], chance: Random, words: list[str]) -> None:
    match chance.randrange(8):
        case 0 | 1:
            container[key] = deepcopy(chance.choice(ODD))
        case 2:
            other, place = chance.choice(places)
            container[key] = deepcopy(_at(other, place))
        case 3 if isinstance(container, dict):
            container.pop(key, None)
        case 3 if len(container) > 1:
            container.pop(key)
        case 4 if isinstance(container, list):
            container.append(deepcopy(_at(container, key)))
        case 5 if isinstance(container, dict):
            container[chance.choice(words)] = deepcopy(_at(container, key))
        case 6:
            container[key] = chance.choice(words)
        case _:
            container[key] = _nudged(_at(container, key), chance)


def _at(container: Any, key: Any) -> Any:
    try:
        return container[key]
    except (KeyError, IndexError):
        return None


def _nudged(value: Any, chance: Random) -> Any:
    """Something near a value."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return chance.choice((value + 1, value - 1, -value, value * 1000, str(value), [value]))
    if isinstance(value, str) and value:
        place = chance.randrange(len(value))
        return chance.choice(
            (
                value.upper(),
                value[:place],
                value + value,
                value[:place] + chance.choice("/.:*%\x00 -0é") + value[place + 1 :],
                value.replace("/", "//"),
                [value],
                {"id": value},
            )
        )
    return [value]


def mutated_json(data: bytes, chance: Random, words: list[str]) -> bytes | None:
    """Bytes of JSON, or of JSON Lines, changed in structure; None where they are neither."""
    lines = data.split(b"\n")
    place = chance.randrange(len(lines)) if len(lines) > 1 else 0
    if len(lines) > 1 and chance.random() < 0.1:
        lines[place : place + 1] = chance.choice(([], [lines[place]] * 2, [lines[-1], lines[place]], [b""]))
        return b"\n".join(lines)
    try:
        document = json.loads(lines[place])
        lines[place] = json.dumps(mutated(document, chance, words)).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError, UnicodeError):
        return None
    return b"\n".join(lines)
