"""What makes two requests the same."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from ...inventory.split import NOT_JSON

Key = tuple[str, str, tuple[tuple[str, str], ...], bytes]


def key_of(method: str, uri: str, asked: bytes = b"") -> Key:
    """What makes two requests the same: method, path without case, query without the api-version; of a POST, the body.

    Of a body in JSON neither the order of keys counts nor that of the subscriptions it names: their stand-ins sort
    in another way than they do.

    >>> key_of("GET", "https://a/x/Y?api-version=1&b=2") == key_of("GET", "https://b/X/y?b=2&api-version=3")
    True
    """
    parts = urlsplit(uri)
    query = ((n, v) for n, v in parse_qsl(parts.query, keep_blank_values=True) if n.lower() != "api-version")
    body = _in_order(asked) if method.upper() == "POST" else b""
    return method.upper(), parts.path.lower().rstrip("/"), tuple(sorted(query)), body


def _in_order(asked: bytes) -> bytes:
    try:
        body = msgspec.json.decode(asked, type=dict[str, Any])
    except NOT_JSON:
        return asked
    if isinstance(named := body.get("subscriptions"), list):
        body["subscriptions"] = sorted(str(subscription).lower() for subscription in named)
    return msgspec.json.encode(body, order="sorted")
