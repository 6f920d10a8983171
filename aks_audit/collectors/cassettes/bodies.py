"""What of an answer is written to a cassette: the frame of a page or error, and the properties on the list."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import msgspec

from ...inventory.properties import Tree, chosen, tree_of, written
from ...inventory.secrets import json_without_secrets
from ...inventory.split import NOT_JSON, type_in
from ...inventory.types import USAGES

SUBSCRIPTIONS: Final = "Microsoft.Resources/subscriptions"
PERMISSIONS: Final = "Microsoft.Authorization/permissions"
"""What the caller's roles give: asked for where Resource Graph is."""
_ERROR: Final = 400
_CODE: Final[Tree] = {"code": {}, "message": {}, "details": {"code": {}, "message": {}}}
_FAULT: Final[Tree] = {"error": _CODE, "Error": {"Code": {}, "Message": {}}, **_CODE, "Message": {}}
"""The envelopes of errors: see `connection.answers`."""


class _Frame(msgspec.Struct, omit_defaults=True):
    """A page of a listing, or of a query to Resource Graph."""

    value: list[msgspec.Raw] | msgspec.UnsetType | None = msgspec.UNSET
    next_link: str | msgspec.UnsetType | None = msgspec.field(default=msgspec.UNSET, name="nextLink")
    data: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    count: int | msgspec.UnsetType = msgspec.UNSET
    total: int | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="totalRecords")
    truncated: str | bool | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="resultTruncated")
    skip_token: str | msgspec.UnsetType | None = msgspec.field(default=msgspec.UNSET, name="$skipToken")


def written_body(uri: str, status: int, body: bytes) -> bytes:
    """The body as it is written; what is no JSON is left out.

    Args:
        uri: what was asked for.
    """
    try:
        if status >= _ERROR:
            return json_without_secrets(msgspec.json.encode(chosen(msgspec.json.decode(body), _FAULT)))
        return _page(msgspec.json.decode(body, type=_Frame), body, uri)
    except NOT_JSON:
        return b""


def _page(frame: _Frame, body: bytes, uri: str) -> bytes:
    path = urlsplit(uri).path.rstrip("/").lower()
    if frame.value is msgspec.UNSET and frame.data is msgspec.UNSET:
        return bytes(_element(body, path))
    if isinstance(frame.value, list):
        frame.value = [_element(element, path) for element in frame.value]
    if isinstance(frame.data, list):
        frame.data = [_element(element, path) for element in frame.data]
    if isinstance(frame.next_link, str):
        frame.next_link = _at_home(frame.next_link, uri)
    return msgspec.json.encode(frame)


def _element(element: bytes | msgspec.Raw, path: str) -> msgspec.Raw:
    tree = _tree_of_rows(path)
    if tree:
        return msgspec.Raw(json_without_secrets(msgspec.json.encode(chosen(msgspec.json.decode(element), tree))))
    return msgspec.Raw(written(SUBSCRIPTIONS if path == "/subscriptions" else type_in(element), element))


def _tree_of_rows(path: str) -> Tree | None:
    """What is written of rows that have no ids of their own, or those of something else; None for resources."""
    if path.endswith("/usages"):
        return tree_of(USAGES)["value"]
    return tree_of(PERMISSIONS) if path.endswith(f"/{PERMISSIONS}".lower()) else None


def _at_home(link: str, uri: str) -> str:
    """A link as it is, for the next request is the same; of one to elsewhere, which nobody follows, only where to."""
    try:
        there, here = urlsplit(link), urlsplit(uri)
        there_port, here_port = there.port, here.port
    except ValueError:
        return "https://["  # no address, as before
    if not there.netloc or (there.hostname, there_port or 443) == (here.hostname, here_port or 443):
        return link
    return f"{there.scheme}://{there.hostname}"
