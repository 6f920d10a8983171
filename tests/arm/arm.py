"""What ARM answers to a GET, when nothing goes wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from . import envelopes
from .answers import Answer
from .behaviour import Behaviour
from .paging import page, start_of
from .store import Json, group_of

_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
_PREFIX_LENGTH = b'"privateIPAddressPrefixLength"'
_PREFIX_LENGTH_SINCE = "2023-09-01"
_TENANT = "00000000-0000-0000-0000-00000000000a"


def answer(arm: Behaviour, path: str, params: Mapping[str, str]) -> Answer:
    """The answer to an authorised GET."""
    refusal = _refused_version(arm, path, params.get("api-version"))
    if refusal:
        return refusal
    key = path.lower().rstrip("/")
    parts = key.split("/")[1:]
    if key == "/subscriptions":
        items = [msgspec.json.encode(_subscription(arm, each)) for each in arm.store.subscriptions]
        return _page(arm, items, "microsoft.resources/subscriptions", path, params)
    if key.startswith("/providers/microsoft.management/managementgroups/") and key.endswith("/descendants"):
        items = [msgspec.json.encode(entry) for entry in _descendants(arm, path.split("/")[4])]
        return _page(arm, items, "microsoft.management/managementgroups", path, params)
    if parts[0] != "subscriptions":
        return _error(404, "NotFound", f"No resource at '{path}'.")
    if parts[1] not in arm.store.subscriptions:
        return _error(404, "SubscriptionNotFound", f"The subscription '{parts[1]}' could not be found.")
    return _in_subscription(arm, path, parts, params)


def _in_subscription(arm: Behaviour, path: str, parts: list[str], params: Mapping[str, str]) -> Answer:
    key = "/" + "/".join(parts)
    if len(parts) == 2:
        return Answer(body=msgspec.json.encode(_subscription(arm, parts[1])))
    if parts[2] == "resourcegroups":
        if len(parts) == 3:
            items = [msgspec.json.encode(group) for k, group in arm.store.groups.items() if k.startswith(key)]
            return _page(arm, items, "microsoft.resources/resourcegroups", path, params)
        group = arm.store.groups.get("/" + "/".join(parts[:4]))
        if group is None:
            name = path.split("/")[4]
            return _error(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")
        if len(parts) == 4:
            return Answer(body=msgspec.json.encode(group))
    if "/providers/" not in key:
        return _error(404, "NotFound", f"No resource at '{path}'.")
    return _provider(arm, path, key, params)


def _provider(arm: Behaviour, path: str, key: str, params: Mapping[str, str]) -> Answer:
    namespace, *rest = key.rpartition("/providers/")[2].split("/")
    if [namespace, *rest] == ["microsoft.authorization", "permissions"]:
        return _page(arm, _permissions(arm, key), "microsoft.authorization/permissions", path, params)
    if len(rest) % 2 == 0:
        raw = arm.store.resource(key)
        return _not_found(path) if raw is None else Answer(body=raw)
    items = arm.store.listing(key)
    if items is None:
        return _not_found(path)
    if rest[0] == "virtualmachinescalesets" and rest[-1] == "networkinterfaces":
        items = _nics(items, params["api-version"])
    items = _readable(arm, key, items)
    return _page(arm, items, "/".join([namespace, *rest[::2]]), path, params)


def _permissions(arm: Behaviour, key: str) -> list[bytes]:
    """The caller's own, at a subscription."""
    subscription = key.split("/")[2]
    usual: list[Json] = [] if subscription in arm.readable_groups else [{"actions": ["*/read"], "notActions": []}]
    return [msgspec.json.encode(each) for each in arm.rights.get(subscription, usual)]


def _readable(arm: Behaviour, key: str, items: list[bytes]) -> list[bytes]:
    """What of a listing the caller may see: with rights on some groups alone ARM leaves out the rest, unsaid."""
    groups = arm.readable_groups.get(key.split("/")[2])
    return items if groups is None else [raw for raw in items if group_of(raw) in groups]


def _page(arm: Behaviour, items: Sequence[bytes], resource_type: str, path: str, params: Mapping[str, str]) -> Answer:
    start = start_of(params)
    if start is None:
        return _error(400, "InvalidSkipToken", "The provided skip token is not valid.")
    body = page(
        items,
        start,
        arm.page_size_of(resource_type),
        namespace=resource_type.partition("/")[0],
        link=arm.base_url + path,
        api_version=params["api-version"],
    )
    result = Answer(body=body)
    if resource_type in ("microsoft.compute/virtualmachinescalesets", "microsoft.compute/virtualmachines"):
        left = "Microsoft.Compute/HighCostGetVMScaleSetSubscriptionMaximum;1078"
        result.headers["x-ms-ratelimit-remaining-resource"] = left
    return result


def _nics(items: list[bytes], api_version: str) -> list[bytes]:
    """Scale-set NICs as that api-version words them: an old one knows no blocks of addresses."""
    if api_version >= _PREFIX_LENGTH_SINCE:
        return items
    return [_without_prefix_length(raw) if _PREFIX_LENGTH in raw else raw for raw in items]


def _without_prefix_length(raw: bytes) -> bytes:
    nic: Json = msgspec.json.decode(raw)
    for entry in nic["properties"]["ipConfigurations"]:
        entry["properties"].pop("privateIPAddressPrefixLength", None)
    return msgspec.json.encode(nic)


def _refused_version(arm: Behaviour, path: str, version: str | None) -> Answer | None:
    if version is None:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        return _error(400, "MissingApiVersionParameter", message)
    if not _API_VERSION.fullmatch(version):
        return _error(400, "InvalidApiVersionParameter", f"The api-version '{version}' is invalid.")
    plain = version.removesuffix("-preview")
    known = arm.oldest_api_version <= plain <= arm.newest_api_version
    if known and version not in arm.refused_api_versions:
        return None
    kind = path.rpartition("/providers/")[2]
    message = f"No registered resource provider found for '{kind}' and API version '{version}'."
    return _error(400, "NoRegisteredProviderFound", message)


def _subscription(arm: Behaviour, subscription: str) -> Json:
    return {
        "id": f"/subscriptions/{subscription}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription,
        "tenantId": _TENANT,
        "displayName": arm.store.subscriptions[subscription],
        "state": "Enabled",
        "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "spendingLimit": "Off"},
    }


def _descendants(arm: Behaviour, group: str) -> list[Json]:
    parent = f"/providers/Microsoft.Management/managementGroups/{group}"
    return [
        {
            "id": f"/subscriptions/{each}",
            "type": "/subscriptions",
            "name": each,
            "properties": {
                "displayName": arm.store.subscriptions.get(each.lower(), each),
                "parent": {"id": parent},
            },
        }
        for each in arm.management_groups.get(group, list(arm.store.subscriptions))
    ]


def _not_found(path: str) -> Answer:
    parts = path.split("/")
    group = parts[4] if len(parts) > 4 else ""
    what = path.rpartition("/providers/")[2]
    message = f"The Resource '{what}' under resource group '{group}' was not found."
    return _error(404, "ResourceNotFound", message)


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status=status, body=envelopes.arm(status, code, message))
