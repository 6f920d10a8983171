"""Pages and their nextLinks, as the resource providers word them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from urllib.parse import quote

_AKS = "microsoft.containerservice"


def page(items: Sequence[bytes], start: int, size: int, *, namespace: str, link: str, api_version: str) -> bytes:
    """The body of one page. `link` is the listing's URL without its query."""
    end = start + size
    body = b'{"value":[' + b",".join(items[start:end]) + b"]"
    following = end < len(items) or (namespace == _AKS and start < max(len(items), 1) and end >= len(items))
    if following:
        query = _aks_query(end, api_version) if namespace == _AKS else _opaque_query(end, api_version)
        body += f',"nextLink":"{link}?{query}"'.encode()
    return body + b"}"


def start_of(params: Mapping[str, str]) -> int | None:
    """The place at which the page asked for begins; None for a token that is none of ours."""
    token = next((v for k, v in params.items() if k.lower() in ("$skiptoken", "skiptoken")), None)
    if token is None:
        return 0
    if token.isdigit():
        return int(token)
    try:
        text = base64.b64decode(token.removeprefix("/+"), validate=True).decode()
        return int(text.partition("|")[0])
    except (binascii.Error, ValueError):
        return None


def _aks_query(start: int, api_version: str) -> str:
    """AKS spells its token in both ways at once."""
    return f"%24skipToken={start}&api-version={api_version}&skipToken={start}"


def _opaque_query(start: int, api_version: str) -> str:
    """A long token with escapes in lower case, that a client must hand back byte for byte."""
    text = f"{start}|" + "continuation" * 60
    text += "." * ((len(text) + 1) % 3 or 3)  # a length that leaves padding at the end
    token = "/+" + base64.b64encode(text.encode()).decode()
    escaped = quote(token, safe="").replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d")
    return f"api-version={api_version}&%24skiptoken={escaped}"
