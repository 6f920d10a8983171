"""Which properties of a resource are written: those on the list in `properties.txt`, and nothing else.

What nobody reads (keys, passwords, cloud-init, the values of tags, who made something) never gets into a file, however
it is called and spelled, because it is not on the list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from .secrets import json_without_secrets
from .types import canonical_type

Tree = dict[str, "Tree"]
"""The properties inside an object, by name; one with nothing inside is a plain value or a list of them."""


class Kind(dict[str, Tree]):
    """A tree that knows what its plain value, or the names in it, are: `id`, `name`, `address` ..."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind


EVERY_RESOURCE: Final = "(every resource)"
_LINE: Final = re.compile(r"(?P<indent> *)(?P<name>\([^)]*\)|[^\s:]+)(?:: (?P<kind>[a-z]+))?(?: (?P<part>\([^)]*\)))?")
_INDENT: Final = 2
_FAULTS: Final = (msgspec.MsgspecError, UnicodeError, RecursionError, OverflowError)


def written(resource_type: str, raw: bytes | memoryview | msgspec.Raw, resource_id: str = "") -> bytes:
    """The JSON of a resource with nothing but what is on the list, on one line.

    A value of the wrong shape is emptied (an object where a text should be becomes `{}`), so that whoever reads it
    still sees that it does not parse. The same goes for the properties of a resource that is no JSON.

    Args:
        resource_type: in any spelling.
        resource_id: for a resource that does not say it itself.

    >>> written("A/unknown", b'{"id": "/x", "name": "x", "secret": 1}')
    b'{"id":"/x","name":"x"}'
    """
    tree, decode = _known(canonical_type(resource_type))
    try:
        try:
            resource = decode(raw)
        except msgspec.ValidationError:  # of another shape than it should be
            resource = chosen(msgspec.json.decode(raw), tree)
        if resource_id and not isinstance(_id_of(resource), str):
            resource = {**msgspec.to_builtins(resource), "id": resource_id}
        return json_without_secrets(msgspec.json.encode(resource))
    except _FAULTS:
        return msgspec.json.encode({"id": resource_id, "type": resource_type, "properties": ""})


def chosen(value: Any, tree: Tree) -> Any:
    """What of a decoded value is on the list."""
    if not tree:
        return [_plain(item) for item in value] if isinstance(value, list) else _plain(value)
    if isinstance(value, list):
        return [chosen(item, tree) for item in value]
    if isinstance(value, dict):
        return {key: chosen(item, inner) for key, item in value.items() if (inner := below(tree, key)) is not None}
    return None if value is None else ""


def tree_of(resource_type: str) -> Tree:
    """What is written of a type; of one that is not on the list, what every resource has."""
    return _known(canonical_type(resource_type))[0]


def kind_of(tree: Tree) -> str:
    """What a property is, as the list says; "" for Azure's own words and for numbers."""
    return tree.kind if isinstance(tree, Kind) else ""


def _plain(value: Any) -> Any:
    return type(value)() if isinstance(value, dict | list) else value


def below(tree: Tree, key: str) -> Tree | None:
    return next((tree[name] for name in (key, f"~{key.lower()}", "*") if name in tree), None)


def _id_of(resource: Any) -> Any:
    return resource.get("id") if isinstance(resource, dict) else resource.id


# -------------------------------------------------------------------- the quick way: straight from bytes to bytes


class _Empty(msgspec.Struct, gc=False):
    """An object of which nothing is written."""


_Plain = str | int | float | bool | _Empty | None
_Leaf = _Plain | list[_Plain] | msgspec.UnsetType


@cache
def _known(resource_type: str) -> tuple[Tree, Callable[[bytes | memoryview], Any]]:
    """The tree of a type, and what decodes no more of its JSON than that."""
    trees = _trees()
    tree = trees.get(resource_type, trees[EVERY_RESOURCE])
    if _has_free_names(tree):
        return tree, lambda raw: chosen(msgspec.json.decode(raw), tree)
    return tree, msgspec.json.Decoder(_shape(tree)).decode


def _has_free_names(tree: Tree) -> bool:
    return any(name[0] in "*~" or _has_free_names(below) for name, below in tree.items())


def _shape(tree: Tree) -> Any:
    """A struct with the fields of a tree: what else there is, msgspec skips without looking at it."""
    fields = [(name, _field(below), msgspec.field(default=msgspec.UNSET)) for name, below in tree.items()]
    return msgspec.defstruct("Written", fields, gc=False)


def _field(tree: Tree) -> Any:
    if not tree:
        return _Leaf
    shape = _shape(tree) | None
    return shape | list[shape] | msgspec.UnsetType  # type: ignore[valid-type]


# -------------------------------------------------------------------- the list


@cache
def _trees() -> dict[str, Tree]:
    """Every type on the list, with what is written of it."""
    blocks = dict(_blocks(files(__package__).joinpath("properties.txt").read_text("utf-8")))
    return {name: _expanded(name, blocks) for name in blocks}


Block = list[tuple[int, str, str, str]]
"""The lines of a type or part: how deep, the name, its kind, the part that it holds as well."""


def _blocks(text: str) -> Iterator[tuple[str, Block]]:
    block: Block = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"properties.txt: {line!r} is no property")
        depth = len(match["indent"]) // _INDENT
        if depth == 0:
            block = []
            yield canonical_type(match["name"]), block
        block.append((depth, match["name"], match["kind"] or "", match["part"] or ""))


def _expanded(name: str, blocks: dict[str, Block]) -> Tree:
    """A block as a tree, with the parts that it names in their places."""
    top: Tree = {}
    path = [top]
    for depth, prop, kind, part in blocks[name]:
        tree = path[depth - 1].setdefault(prop, Kind(kind)) if depth else top
        path[depth:] = [tree]
        if part:
            _merge(tree, _expanded(part, blocks))
    return top


def _merge(tree: Tree, more: Tree) -> None:
    for name, inner in more.items():
        _merge(tree.setdefault(name, Kind(kind_of(inner))), inner)
