"""Whether what a finding shows as evidence really stands where it says, in ARM's JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from aks_audit.findings import Evidence
from aks_audit.model.arm import parse_prefix

from .estate import Estate, Json

_STEP: Final = re.compile(r"(?P<name>[^.\[\]]+)?(?:\[(?P<key>.*?)\])?(?:\.|$)")
_COUNT: Final = re.compile(r"length\((?P<path>.+)\)")
_PLURALS: Final = {
    "addressPrefixes": "addressPrefix",
    "podCidrs": "podCidr",
    "serviceCidrs": "serviceCidr",
    "remoteAddressSpace": "remoteVirtualNetworkAddressSpace",
}
"""Evidence shows the one that the model makes of both."""


def stands_there(evidence: Evidence, estates: Sequence[Estate]) -> bool:
    """Whether the value is in the resource at the path; for nothing, whether the resource has nothing there."""
    for estate in estates:
        resource = next((r for r in (_find(estate, evidence.resource_id.text),) if r is not None), None)
        if resource is not None:
            return _is_there(evidence, resource)
    return False


def values_at(resource: Json, path: str) -> list[Any]:
    """Every value at a path such as `properties.routes[to-hub].nextHopIpAddress` or `properties.subnets[].id`."""
    found: list[Any] = [resource]
    position = 0
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None or step.end() == position:
            return []
        position = step.end()
        if step["name"]:
            found = [child for value in found for child in _named(value, step["name"])]
        if step["key"] is not None:
            found = [child for value in found for child in _keyed(value, step["key"])]
    return found


def _find(estate: Estate, resource_id: str) -> Json | None:
    """The resource, with its child resources under the names of their collections."""
    try:
        found = estate.find(resource_id)
    except StopIteration:
        return _part(estate, resource_id)
    children: dict[str, list[Json]] = {}
    below = f"{resource_id}/".lower()
    for resource in estate.resources:
        collection, _, name = resource["id"][len(below) :].partition("/")
        if resource["id"].lower().startswith(below) and name and "/" not in name:
            children.setdefault(collection, []).append(resource)
    return children | found


def _part(estate: Estate, resource_id: str) -> Json | None:
    """Something with an id of its own that stands in another resource, such as a frontend of a load balancer."""
    outer, collection, name = resource_id.rsplit("/", 2)
    whole = _find(estate, outer) if "/providers/" in outer else None
    return next(iter(values_at(whole, f"properties.{collection}[{name}]")), None) if whole else None


def _is_there(evidence: Evidence, resource: Json) -> bool:
    count = _COUNT.fullmatch(evidence.path)
    there = values_at(resource, count["path"] if count else evidence.path)
    if count:
        return evidence.value == sum(len(value) for value in there)
    if evidence.value is False or evidence.value in (None, (), ""):  # ARM leaves out what is off or empty
        return not any(map(_says_something, there))
    flat = [item for value in there for item in (value if isinstance(value, list) else [value])]
    words = [_word(value) for value in flat]
    wanted = [_word(value) for value in (evidence.value if isinstance(evidence.value, tuple) else (evidence.value,))]
    # an ipConfiguration stands there, and the thing that it belongs to is shown
    return all(any(word == want or word.startswith(f"{want}/") for word in words) for want in wanted)


def _says_something(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_says_something, value))
    return value is not False and value is not None and str(value).strip() != ""


def _named(value: Any, name: str) -> Iterator[Any]:
    if isinstance(value, dict):
        inner = value.get("properties") or {}
        for spelling in (name, _PLURALS.get(name)):
            for place in (value, inner):  # the envelope of a child is left out of paths
                there = next((v for k, v in place.items() if spelling and k.lower() == spelling.lower()), None)
                if there is not None:
                    yield there
                    return


def _keyed(value: Any, key: str) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from (item for name, item in value.items() if key.lower() in ("", name.lower()))
    for number, item in enumerate(value if isinstance(value, list) else ()):
        if key in ("", str(number)) or (isinstance(item, dict) and key.lower() in _names(item)):
            yield item


def _names(item: Json) -> set[str]:
    """What an element of a list goes by: its name, or the last part of its id."""
    return {str(item.get("name", "")).lower(), str(item.get("id", "")).rpartition("/")[2].lower()}


def _word(value: Any) -> str:
    """A value as text, however ARM spells it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value.get("id", value) if isinstance(value, dict) else value).lower()
    network = parse_prefix(text) if "/" in text else None
    return str(network) if network else text
