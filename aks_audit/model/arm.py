"""From ARM's JSON to typed values, losing nothing without naming it."""

from __future__ import annotations

import ipaddress
import types
import typing
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_pton
from typing import Annotated, Any, Final, TypeVar

import msgspec

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from ..inventory.split import NOT_JSON

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

T = TypeVar("T")

Int = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
"""ARM's int32: what is larger is no number of nodes, ports or addresses, and no sum is made with it."""

MOST_GAPS: Final = 100
"""So many values of one resource that do not parse are named; a list made to hold a million of them is not copied."""


class ArmStruct(msgspec.Struct, rename="camel", kw_only=True):
    """Base of the shapes that ARM sends. Every field may be absent or null, since ARM leaves out what it likes."""


class Reading:
    """One resource while it is read: gives typed values, and keeps what did not parse.

    A value that does not parse becomes a Gap `InvalidValue` on the resource; the rest of it still counts.
    """

    def __init__(self, resource: Resource) -> None:
        self.id = resource.id
        self.type = resource.type
        self.gaps: list[Gap] = []

    @property
    def gap(self) -> Gap | None:
        """The first value that did not parse: whoever needs the whole resource cannot tell."""
        return self.gaps[0] if self.gaps else None

    def decode(self, raw: bytes | memoryview, shape: type[T]) -> T:
        """Decode a whole resource; what does not fit the shape is left out and named."""
        try:
            return msgspec.json.decode(raw, type=shape, strict=False)
        except NOT_JSON:
            pass
        try:
            loose = msgspec.json.decode(raw)
        except NOT_JSON as error:
            self.gaps.append(Gap(self.type, self.id.text, None, "InvalidValue", f"it cannot be decoded: {error}"))
            return shape()
        return typing.cast(T, self._salvage(loose, shape, ""))

    def present(self, properties: T | None, path: str, absent: T) -> T:
        """The properties of something; without them nothing is known of it, which is a Gap."""
        if properties is None:
            self.invalid(path, None)
            return absent
        return properties

    def invalid(self, path: str, value: object) -> None:
        """Name a value that did not parse; of an object or a list not what it holds, which may be private."""
        if len(self.gaps) < MOST_GAPS:
            text = "{...}" if isinstance(value, dict) else "[...]" if isinstance(value, list) else _start_of(value)
            shown = text if len(text) <= 60 else text[:57] + "..."
            self._note(f"{path} does not parse: {shown!r}")
        elif len(self.gaps) == MOST_GAPS:
            self._note("more values than these do not parse")

    def _note(self, message: str) -> None:
        self.gaps.append(Gap(self.type, self.id.text, None, "InvalidValue", message))

    def prefix(self, text: str | None, path: str) -> IpNetwork | None:
        if not text:
            return None
        network = parse_prefix(text)
        if network is None:
            self.invalid(path, text)
        return network

    def prefixes(self, single: str | None, several: list[str] | None, path: str) -> tuple[IpNetwork, ...]:
        """The singular and the plural form of a prefix field in one, each prefix once, in ARM's order."""
        texts = list(several or ())
        if single and single not in texts:
            texts.insert(0, single)
        found = (self.prefix(text, path) for text in texts)
        return tuple(dict.fromkeys(network for network in found if network is not None))

    def address(self, text: str | None, path: str) -> IpAddress | None:
        if not text:
            return None
        try:
            return ipaddress.ip_address(text.strip())
        except ValueError:
            self.invalid(path, text)
            return None

    def is_address(self, text: str, path: str) -> bool:
        """Whether a text is an address; quicker than `address` where hundreds of thousands are looked at."""
        try:
            inet_pton(AF_INET6 if ":" in text else AF_INET, text)
        except (OSError, ValueError):
            self.invalid(path, text)
            return False
        return True

    def _salvage(self, value: Any, shape: Any, path: str) -> Any:
        """The part of `value` that fits `shape`: structs field by field, lists element by element."""
        shape = _without_none(shape)
        if value is None:
            return None
        if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
            if not isinstance(value, dict):
                self.invalid(path or "the resource", value)
                return shape()
            parts = {
                field.name: self._salvage(
                    value[field.encode_name], field.type, f"{path}.{field.encode_name}".strip(".")
                )
                for field in msgspec.structs.fields(shape)
                if field.encode_name in value
            }
            return shape(**{name: part for name, part in parts.items() if part is not None})
        if typing.get_origin(shape) is list and isinstance(value, list):
            element = typing.get_args(shape)[0]
            parts_list = [self._salvage(part, element, f"{path}[{n}]") for n, part in enumerate(value)]
            for number, part in enumerate(value):
                if part is None:
                    self.invalid(f"{path}[{number}]", None)
            return [part for part in parts_list if part is not None]
        try:
            return msgspec.convert(value, type=shape, strict=False)
        except msgspec.ValidationError as error:
            where = (
                str(error).partition(" - at ")[2].strip("`")
            )  # of an object, where in it: what it holds may be private
            self.invalid(path, where if where and isinstance(value, dict | list) else value)
            return None


def _start_of(value: object) -> str:
    """A value as text, as much of it as a message may need: a number of 5,000 digits has none in Python."""
    try:
        return value[:100] if isinstance(value, str) else str(value)
    except (ValueError, RecursionError):
        return f"{type(value).__name__} too large to show"


def _without_none(shape: Any) -> Any:
    if typing.get_origin(shape) in (typing.Union, types.UnionType):
        others = [arg for arg in typing.get_args(shape) if arg is not type(None)]
        return others[0] if len(others) == 1 else shape
    return shape


@lru_cache(maxsize=65536)
def parse_prefix(text: str) -> IpNetwork | None:
    """The network of `10.0.0.0/24` (host bits are dropped), or None where the text is none."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


class SubResource(ArmStruct):
    """A reference as ARM writes it: an object with nothing but an id."""

    id: str | None = None


def reference(sub_resource: SubResource | None) -> ResourceId | None:
    return ResourceId.of(sub_resource.id) if sub_resource and sub_resource.id else None


def references(sub_resources: list[SubResource] | None) -> tuple[ResourceId, ...]:
    return tuple(ResourceId.of(item.id) for item in sub_resources or () if item.id)
