"""The guard: nothing leaves but reads, and nothing goes anywhere but to the cloud's own endpoint.

It stands first in the pipeline, so that a fault of ours is told before anything else happens, and once more last, just
before the transport, so that nothing in between can turn a request into something else or send a token elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy

QUERY_PATHS: Final = frozenset({"/providers/Microsoft.ResourceGraph/resources"})
"""Where a POST is a question: its body is a query in a language that cannot write."""
_OVERRIDES: Final = frozenset({"x-http-method-override", "x-http-method", "x-method-override"})
"""Headers by which some servers take a request for another than it says."""
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f]|^[^/?#]*//[^/?#]*([^\x21-\x7e]|[\\@])")
"""Control characters anywhere; in the host's place also what no host has or parsers read differently, and a user."""
_HTTPS: Final = 443


class NotSentError(Exception):
    """A request that was stopped before it left. No AzureError: no policy may take it for a fault and try again."""


class ReadOnlyError(NotSentError):
    """Something tried to send a request that could change Azure."""


class ForeignAddressError(NotSentError):
    """A request, and with it a token, would have gone somewhere else than to the cloud's endpoint."""


class ReadOnlyPolicy(SansIOHTTPPolicy[Any, Any]):
    """Lets out GET, and POST to `QUERY_PATHS`, to one endpoint.

    Args:
        endpoint: scheme and host of the cloud's ARM; a path on it is a prefix of every path.
    """

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self._endpoint = endpoint

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """
        Raises:
            ReadOnlyError, ForeignAddressError: it must not leave.
        """
        sent = request.http_request
        insist_on_home(sent.url, self._endpoint, relative=False)
        _insist_on_read(sent.method, sent.url, sent.headers, self._endpoint)


def insist_on_home(url: str, endpoint: str, *, relative: bool = True) -> None:
    """Refuse an address that is not on the endpoint: same scheme, host and port, and nobody's name before it.

    Args:
        relative: whether a path without a host is at home.

    Raises:
        ForeignAddressError: it is not.
    """
    try:
        parts = urlsplit(url)
        there = _place(parts)
    except ValueError as error:
        raise ForeignAddressError(f"a link that is no address was not followed: {error}") from error
    if _UNSAFE.search(url):
        raise ForeignAddressError(f"a link with characters that belong in no address was not followed: {parts.scheme}")
    if relative and not parts.scheme and not parts.netloc:
        return
    if there != _place(urlsplit(endpoint)):
        raise ForeignAddressError(f"a link to {parts.scheme}://{parts.netloc} was not followed")


def _insist_on_read(method: str, url: str, headers: Mapping[str, str], endpoint: str) -> None:
    path = urlsplit(url).path.removeprefix(urlsplit(endpoint).path.rstrip("/"))
    override = next((name for name in headers if name.lower() in _OVERRIDES), None)
    if override:
        raise ReadOnlyError(f"{method} {path} with {override} was stopped: aks-audit only reads")
    if method != "GET" and not (method == "POST" and path in QUERY_PATHS):
        raise ReadOnlyError(f"{method} {path} was stopped: aks-audit only reads")


def _place(parts: SplitResult) -> tuple[str, str | None, int]:
    """Scheme, host and port; ARM's own links name the port that goes without saying."""
    return parts.scheme, parts.hostname, _HTTPS if parts.port is None else parts.port
