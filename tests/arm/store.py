"""What the stand-in serves: resources by id, and listings by path. Bodies are kept encoded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

Json = dict[str, Any]
Resources = Iterable[Mapping[str, Any] | bytes] | str | Path
"""Resources as dicts or as JSON, or the path of an inventory in JSON Lines."""

_SHOUTED_LISTS = ("virtualmachinescalesets", "virtualmachines")
ROLE_ASSIGNMENTS = "/providers/microsoft.authorization/roleassignments"
INHERITED = "(above the subscriptions)"
_EMBEDDED_UNDER = {"agentpools": "agentPoolProfiles"}
_encode = msgspec.json.Encoder().encode


class _Head(msgspec.Struct):
    id: str
    location: str | None = None
    value: list[msgspec.Raw] = []


_decode_head = msgspec.json.Decoder(_Head).decode


class Store:
    """An index over resources; every look-up disregards case.

    Args:
        resources: dicts, JSON texts, or the path of an inventory file.
        subscriptions: ids that exist besides those that the resources name, or a mapping of id to display name.
        odd_casing: lists of VMs and scale sets give the resource group in capitals, as ARM does.
    """

    def __init__(
        self,
        resources: Resources = (),
        subscriptions: Iterable[str] | Mapping[str, str] = (),
        *,
        odd_casing: bool = True,
    ) -> None:
        self.odd_casing = odd_casing
        self.subscriptions: dict[str, str] = {}
        self.groups: dict[str, Json] = {}
        self._items: dict[str, bytes] = {}
        self._lists: dict[str, list[bytes]] = {}
        for each in subscriptions:
            name = subscriptions[each] if isinstance(subscriptions, Mapping) else f"sub-{each[-4:]}"
            self.subscriptions[each.lower()] = name
        if isinstance(resources, str | Path):
            self._read(Path(resources))
        else:
            for resource in resources:
                self.add(resource)

    def add(self, resource: Mapping[str, Any] | bytes) -> None:
        """Take one resource in."""
        raw = resource if isinstance(resource, bytes) else _encode(resource)
        head = _decode_head(raw)
        self._know_scope(head.id, head.location)
        key = head.id.lower()
        if key.endswith("/usages"):
            self._lists[key] = [bytes(row) for row in head.value]
            return
        self._items[key] = raw
        listed = self._as_listed(raw, head.id)
        for path in _list_paths(key):
            self._lists.setdefault(path, []).append(listed)

    def listing(self, path: str) -> list[bytes] | None:
        """The items of a listing by its path in lower case; None where the parent does not exist."""
        if path.endswith(ROLE_ASSIGNMENTS) and path.count("/") > 5:
            return self._related_assignments(path.removesuffix(ROLE_ASSIGNMENTS))
        if path in self._lists:
            return self._lists[path] + self._inherited(path)
        parent, _, collection = path.rpartition("/")
        rest = path.rpartition("/providers/")[2].split("/")
        if len(rest) < 4:
            return self._inherited(path)
        raw = self.resource(parent)
        return None if raw is None else _embedded(raw, collection)

    def of_type(self, resource_type: str) -> Iterator[tuple[str, bytes]]:
        """All resources of a type, children included, by id in lower case; the type in lower case."""
        namespace, *kinds = resource_type.split("/")
        for key, raw in self._items.items():
            found, *rest = key.rpartition("/providers/")[2].split("/")
            if found == namespace and rest[::2] == kinds and len(rest) == 2 * len(kinds):
                yield key, raw

    def _inherited(self, path: str) -> list[bytes]:
        """What stands above the subscriptions and is listed in each: role assignments of management groups."""
        rest = path.split("/")
        return self._lists.get(f"{INHERITED}/{'/'.join(rest[3:])}", []) if len(rest) == 6 else []

    def _related_assignments(self, scope: str) -> list[bytes]:
        """Role assignments at a scope, below it, and inherited."""
        whole = self.listing("/".join(scope.split("/")[:3]) + ROLE_ASSIGNMENTS) or []
        places = [f"{_decode_head(raw).id.lower().rpartition('/providers/')[0]}/" for raw in whole]
        above = "/subscriptions/"
        return [
            raw
            for raw, place in zip(whole, places, strict=True)
            if not place.startswith(above) or f"{scope}/".startswith(place) or place.startswith(f"{scope}/")
        ]

    def resource(self, path: str) -> bytes | None:
        """A resource by its id in lower case, or a child that its parent embeds; None where there is none."""
        if path in self._items:
            return self._items[path]
        if len(path.rpartition("/providers/")[2].split("/")) < 5:
            return None
        siblings = self.listing(path.rpartition("/")[0]) or ()
        return next((raw for raw in siblings if _decode_head(raw).id.lower() == path), None)

    def _read(self, path: Path) -> None:
        with path.open("rb") as file:
            for line in file:
                if line.startswith(b'{"inventory"'):
                    for each in msgspec.json.decode(line)["inventory"].get("subscriptions", ()):
                        self.subscriptions.setdefault(each.lower(), f"sub-{each[-4:]}")
                elif line.strip() and not line.startswith((b'{"gap"', b'{"end"')):
                    self.add(line.rstrip(b"\n"))

    def _know_scope(self, resource_id: str, location: str | None) -> None:
        parts = resource_id.split("/")
        if len(parts) > 2 and parts[1].lower() == "subscriptions":
            self.subscriptions.setdefault(parts[2].lower(), f"sub-{parts[2][-4:]}")
        if len(parts) > 4 and parts[3].lower() == "resourcegroups":
            key = "/".join(parts[:5]).lower()
            if key not in self.groups:
                self.groups[key] = {
                    "id": f"/subscriptions/{parts[2]}/resourceGroups/{parts[4]}",
                    "name": parts[4],
                    "type": "Microsoft.Resources/resourceGroups",
                    "location": location or "westeurope",
                    "properties": {"provisioningState": "Succeeded"},
                }

    def _as_listed(self, raw: bytes, resource_id: str) -> bytes:
        rest = resource_id.lower().rpartition("/providers/microsoft.compute/")[2].split("/")
        if not self.odd_casing or len(rest) != 2 or rest[0] not in _SHOUTED_LISTS:
            return raw
        parts = resource_id.split("/")
        parts[4] = parts[4].upper()
        item = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        return _encode({**item, "id": "/".join(parts)})


def group_of(raw: bytes) -> str:
    """The resource group of a resource, in lower case."""
    parts = _decode_head(raw).id.lower().split("/")
    return parts[4] if len(parts) > 4 else ""


def _list_paths(key: str) -> Iterator[str]:
    """The listings that a resource is in: its subscription's and its group's, or its parent's."""
    scope, _, tail = key.rpartition("/providers/")
    namespace, *rest = tail.split("/")
    if namespace == "microsoft.compute" and len(rest) == 6 and rest[4] == "networkinterfaces":
        yield f"{scope}/providers/{namespace}/{rest[0]}/{rest[1]}/networkinterfaces"
    if len(rest) > 2:
        yield key.rpartition("/")[0]
        return
    yield f"{scope}/providers/{namespace}/{rest[0]}"
    if not scope.startswith("/subscriptions/"):
        yield f"{INHERITED}/providers/{namespace}/{rest[0]}"
        return
    subscription = "/".join(scope.split("/")[:3])
    if subscription != scope:
        yield f"{subscription}/providers/{namespace}/{rest[0]}"


def _embedded(raw: bytes, collection: str) -> list[bytes]:
    """The children that a resource holds in its properties, each as a resource of its own."""
    parent = msgspec.json.decode(raw)
    key = _EMBEDDED_UNDER.get(collection, collection).lower()
    properties: Json = parent.get("properties", {})
    children: list[Json] = next((v for k, v in properties.items() if k.lower() == key and isinstance(v, list)), [])
    if collection == "agentpools":
        children = [_agent_pool(parent["id"], profile) for profile in children]
    return [_encode(child) for child in children if "id" in child]


def _agent_pool(cluster_id: str, profile: Json) -> Json:
    name = profile["name"]
    return {
        "id": f"{cluster_id}/agentPools/{name}",
        "name": name,
        "type": "Microsoft.ContainerService/managedClusters/agentPools",
        "properties": {key: value for key, value in profile.items() if key != "name"},
    }
