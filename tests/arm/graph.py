"""Resource Graph: the queries that the collector sends, answered from the store. It is no engine for the language.

A query is a table, some types, perhaps a condition on the id, the columns, and the order by id; what else is refused.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from . import envelopes
from .answers import Answer
from .behaviour import Behaviour
from .store import Json, group_of

PATH = "/providers/microsoft.resourcegraph/resources"
_QUERY = re.compile(
    r"(?P<table>resources|resourcecontainers) \| where type in~ \((?P<types>'[\w./]+'(?:, '[\w./]+')*)\)"
    r"(?: \| where (?P<condition>id contains '[^']+'(?: or id contains '[^']+')*))?"
    r" \| project (?P<columns>\w+(?:, \w+)*) \| order by id asc"
)
_PART = re.compile(r"'([^']+)'")
_VERSIONS = ("2021-03-01", "2022-10-01", "2024-04-01")
_MAX_ROWS = 1000
_MAX_SUBSCRIPTIONS = 1000
_LOWER_GROUPS = ("microsoft.network/networkinterfaces", "microsoft.network/loadbalancers")
"""Types whose resource group comes in small letters."""


def answer(arm: Behaviour, body: bytes, params: Mapping[str, str]) -> Answer:
    """The answer to an authorised query."""
    result = _limited(arm) or _answer(arm, body, params)
    result.headers["x-ms-user-quota-remaining"] = str(max(arm.graph_quota, 0))
    result.headers["x-ms-user-quota-resets-after"] = "00:00:05"
    return result


def _limited(arm: Behaviour) -> Answer | None:
    if not arm.graph_quota_counts:
        return None
    arm.graph_quota -= 1
    if arm.graph_quota >= 0:
        return None
    return Answer(status=429, body=envelopes.arm(429, "RateLimiting", "Please retry the request later."))


def _answer(arm: Behaviour, body: bytes, params: Mapping[str, str]) -> Answer:
    if params.get("api-version") not in _VERSIONS or params["api-version"] in arm.refused_api_versions:
        return _error("NoRegisteredProviderFound", f"No version {params.get('api-version')} of 'resources'.")
    asked = msgspec.json.decode(body)
    query = _QUERY.fullmatch(asked["query"])
    if query is None:
        return _error("BadRequest", "Query is invalid. Please refer to the documentation.", "InvalidQuery")
    named = asked["subscriptions"]
    if len(named) > _MAX_SUBSCRIPTIONS:
        return _error("BadRequest", "The number of subscriptions exceeds the limit.", "TooManySubscription")
    options = asked.get("options", {})
    size = min(options.get("$top", 100), _MAX_ROWS, arm.graph_page_size)
    start = _start(options.get("$skipToken"))
    rows = sorted(_rows(arm, query, {each.lower() for each in named}), key=lambda row: str(row["id"]))
    page = rows[start : start + size]
    data = msgspec.json.encode(page)
    if len(data) > arm.graph_max_bytes:
        message = f"Response payload size is {len(data)}, and has exceeded the limit of {arm.graph_max_bytes}."
        return _error("BadRequest", message, "ResponsePayloadTooLarge")
    reply: Json = {"totalRecords": len(rows), "count": len(page), "resultTruncated": "false", "facets": []}
    if start + size < len(rows):
        reply["$skipToken"] = base64.b64encode(f"{start + size}|next".encode()).decode()
    return Answer(body=msgspec.json.encode({**reply, "data": msgspec.Raw(data)}))


def _start(token: str | None) -> int:
    return int(base64.b64decode(token).partition(b"|")[0]) if token else 0


def _rows(arm: Behaviour, query: re.Match[str], named: set[str]) -> Iterator[Json]:
    visible = (named & set(arm.store.subscriptions)) - arm.hidden_from_graph
    columns, kinds = query["columns"].split(", "), [kind.lower() for kind in _PART.findall(query["types"])]
    if query["table"] == "resourcecontainers":
        for each in visible:
            yield _projected({"id": f"/subscriptions/{each}", "name": each, "type": kinds[0]}, columns)
        return
    parts = _PART.findall(query["condition"] or "")
    found = ((key, raw, kind) for kind in kinds for key, raw in arm.store.of_type(kind))
    for key, raw, kind in (each for each in found if each[0] not in arm.not_in_graph_yet):
        subscription = key.split("/")[2]
        groups = arm.readable_groups.get(subscription)
        is_readable = subscription in visible and (groups is None or group_of(raw) in groups)
        if is_readable and (not parts or any(part.lower() in key for part in parts)):
            yield _projected(_as_in_graph(msgspec.json.decode(raw), kind), columns)


def _as_in_graph(resource: Json, kind: str) -> Json:
    """The type in small letters, and some groups too."""
    parts = resource["id"].split("/")
    if kind in _LOWER_GROUPS:
        parts[4] = parts[4].lower()
    return {**resource, "id": "/".join(parts), "type": kind}


def _projected(resource: Json, columns: list[str]) -> Json:
    """The named columns; null for what a resource does not have, and "" where the column holds text."""
    empty: Json = {"kind": "", "location": ""}
    return {name: resource.get(name, empty.get(name)) for name in columns}


def _error(code: str, message: str, detail: str = "") -> Answer:
    error: dict[str, Any] = {"code": code, "message": message}
    if detail:
        told = "Please provide below info when asking for support: timestamp = 2026-11-20T06:00:00.0000000Z."
        error = {"code": code, "message": told, "details": [{"code": detail, "message": message}]}
    return Answer(status=400, body=msgspec.json.encode({"error": error}))
