"""From JSON bytes to undecoded resources: what is this object's id and type, and what is nested in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from .flattened import in_arm_shape, is_usage_row
from .records import Gap, Resource
from .resource_id import ResourceId
from .secrets import json_without_secrets
from .types import SCALE_SET_NICS, USAGES, canonical_type, is_known

JsonBytes = bytes | memoryview | msgspec.Raw

NOT_JSON: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that it cannot take: malformed, not UTF-8, nested too deep."""


class _Head(msgspec.Struct):
    id: str | None = None
    type: str | None = None
    name: str | None = None
    resources: list[msgspec.Raw] | None = None
    properties: msgspec.Raw = msgspec.Raw()

    @property
    def has_properties(self) -> bool:
        """Whether there is anything but null under `properties`."""
        return len(memoryview(self.properties)) > len(b"null") or bytes(self.properties) not in (b"", b"null")


_decode_head = msgspec.json.Decoder(_Head).decode


def split(
    element: JsonBytes, where: str, listed_type: str = "", *, nested: bool = True, flattened: bool = False
) -> Iterator[Resource | Gap]:
    """The resource in one JSON object, and those nested under its `resources` key.

    Args:
        element: one element of a listing, or one line of an inventory.
        where: file and line or listing, named in the Gap of an element that is no resource.
        listed_type: the type of the listing, for a Gap only.
        nested: whether to give what stands under `resources` as resources of their own too. They stay inside their
            parent in any case.
        flattened: whether it may have been printed by the Azure CLI, which flattens resources; they are put into
            ARM's shape.

    Yields:
        A Gap with code `InvalidValue` in place of what has no usable id, and beside what has an id of another type
        than it says.
    """
    yield from _split(element, where, listed_type, None, nested=nested, flattened=flattened)


def _split(
    element: JsonBytes, where: str, listed_type: str, parent: ResourceId | None, *, nested: bool, flattened: bool
) -> Iterator[Resource | Gap]:
    if listed_type != SCALE_SET_NICS:  # those are many, and large; they are looked at where they are written
        element = json_without_secrets(bytes(element))
    head = _head(element)
    resource_id = _id_of(head, parent)
    if resource_id is None:
        yield Gap(
            listed_type or "unknown",
            where,
            None,
            "InvalidValue",
            f"an element without an id{f', named {head.name}' if head.name else ''}",
        )
        return
    resource_type, disagree = _type_of(resource_id, head.type or "")
    if disagree:
        message = f"its id and its type disagree; it is read as its type says: {resource_id.text}"
        yield Gap(resource_type, resource_id.text, None, "InvalidValue", message)
    if flattened and not head.has_properties:
        if is_usage_row(element, resource_type):
            message = f"a row of usages, which are read only with their virtual network: {resource_id.text}"
            yield Gap(USAGES, where, None, "InvalidValue", message)
            return
        element = in_arm_shape(element, resource_type) or element
    yield Resource(resource_id, resource_type, memoryview(element))
    for child in (head.resources or ()) if nested else ():
        yield from _split(child, where, listed_type, resource_id, nested=nested, flattened=flattened)


def type_in(element: JsonBytes) -> str:
    """The type of the resource in a JSON object, as `split` would tell it; "" where it is none."""
    try:
        head = _head(element)
    except NOT_JSON:
        return ""
    resource_id = _id_of(head, None)
    return _type_of(resource_id, head.type or "")[0] if resource_id else ""


def _type_of(resource_id: ResourceId, said: str) -> tuple[str, bool]:
    """The type of a resource, and whether it is the type that it says against its own id."""
    own = resource_id.type
    if own and said and is_known(said) and not is_known(own):
        return canonical_type(said), True
    return canonical_type(own or said), False


def _head(element: JsonBytes) -> _Head:
    try:
        return _decode_head(element)
    except msgspec.ValidationError:
        return _lenient_head(element)


def _lenient_head(element: JsonBytes) -> _Head:
    """The head of an object in which id, type, name or resources is not what it should be."""
    loose: Any = msgspec.json.decode(element)
    if not isinstance(loose, dict):
        return _Head()
    texts = {key: loose[key] for key in ("id", "type", "name") if isinstance(loose.get(key), str)}
    nested = loose.get("resources")
    children = [msgspec.Raw(msgspec.json.encode(child)) for child in nested] if isinstance(nested, list) else None
    properties = msgspec.Raw(b"null" if loose.get("properties") is None else b"{...}")
    return _Head(**texts, resources=children, properties=properties)


def _id_of(head: _Head, parent: ResourceId | None) -> ResourceId | None:
    if head.id and "/" in head.id:
        return ResourceId.of(head.id)
    if parent and head.type and head.name:
        return parent.child(head.type.rpartition("/")[2], head.name.rpartition("/")[2])
    return None
