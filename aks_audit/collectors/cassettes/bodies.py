"""What of an answer is written to a cassette: the frame of a page or error, and the properties on the list."""

from __future__ import annotations

from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import msgspec

from ...inventory.properties import Kind, Tree, chosen, tree_of, written
from ...inventory.secrets import json_without_secrets
from ...inventory.split import NOT_JSON, type_in
from ...inventory.types import USAGES

SUBSCRIPTIONS: Final = "Microsoft.Resources/subscriptions"
PERMISSIONS: Final = "Microsoft.Authorization/permissions"
"""What the caller's roles give: asked for where Resource Graph is."""
_ERROR: Final = 400
_CODE: Final[Tree] = {"code": {}, "message": Kind("text"), "details": {"code": {}, "message": Kind("text")}}
_CAPITAL_CODE: Final[Tree] = {"Code": {}, "Message": Kind("text")}
_FAULT: Final[Tree] = {**_CODE, **_CAPITAL_CODE, "error": _CODE, "Error": _CAPITAL_CODE}
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


class Rewriter(Protocol):
    """What is made of the parts of an answer."""

    def resource(self, resource_type: str, raw: bytes) -> bytes:
        """A resource, of which only the properties on the list stay."""

    def value(self, value: Any, tree: Tree) -> Any:
        """A decoded value of which a tree says what stays."""

    def link(self, link: str) -> str:
        """The address of another page."""

    def token(self, token: str) -> str:
        """What another page is asked for with."""


class Written:
    """What a recording keeps: the properties on the list."""

    def resource(self, resource_type: str, raw: bytes) -> bytes:
        return written(resource_type, raw)

    def value(self, value: Any, tree: Tree) -> Any:
        return chosen(value, tree)

    def link(self, link: str) -> str:
        return link

    def token(self, token: str) -> str:
        return token


def written_body(uri: str, status: int, body: bytes, rewriter: Rewriter | None = None) -> bytes:
    """The body as it is written; what is no JSON is left out.

    Args:
        uri: what was asked for.
        rewriter: what is made of its parts.
    """
    rewriter = rewriter or Written()
    try:
        if status >= _ERROR:
            return _encoded(rewriter.value(msgspec.json.decode(body), _FAULT))
        return _page(msgspec.json.decode(body, type=_Frame), body, uri, rewriter)
    except NOT_JSON:
        return b""


def _page(frame: _Frame, body: bytes, uri: str, rewriter: Rewriter) -> bytes:
    path = urlsplit(uri).path.rstrip("/").lower()
    if frame.value is msgspec.UNSET and frame.data is msgspec.UNSET:
        return bytes(_element(body, path, rewriter))
    if isinstance(frame.value, list):
        frame.value = [_element(element, path, rewriter) for element in frame.value]
    if isinstance(frame.data, list):
        frame.data = [_element(element, path, rewriter) for element in frame.data]
    if isinstance(frame.next_link, str):
        frame.next_link = rewriter.link(_at_home(frame.next_link, uri))
    if isinstance(frame.skip_token, str):
        frame.skip_token = rewriter.token(frame.skip_token)
    return msgspec.json.encode(frame)


def _element(element: bytes | msgspec.Raw, path: str, rewriter: Rewriter) -> msgspec.Raw:
    tree = _tree_of_rows(path)
    if tree:
        return msgspec.Raw(_encoded(rewriter.value(msgspec.json.decode(element), tree)))
    resource_type = SUBSCRIPTIONS if path == "/subscriptions" else type_in(element)
    return msgspec.Raw(rewriter.resource(resource_type, bytes(element)))


def _encoded(value: Any) -> bytes:
    return json_without_secrets(msgspec.json.encode(value))


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
