"""What went over the wire: for each request and its answer a count, and a record for whoever keeps a log.

No record holds a token, a body, or what stands in a query besides the api-version.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from logging import getLogger
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import requests
from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import HTTPPolicy, SansIOHTTPPolicy

from ...inventory.run_stats import RunStats
from ..log_file import LOGGER
from .failures import code_of

_SHOWN_PARAMETERS: Final = frozenset({"api-version"})
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,127}", re.ASCII)
_SINCE: Final = "aks_audit_waits_since"
_WORTH_TELLING: Final = 10
_LOGGER: Final = getLogger(LOGGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what came of it."""

    method: str
    url: str
    """Without what is in its query besides the api-version."""
    status: int | None
    """None where no answer came."""
    error: str | None
    """What came instead, as the code of a Gap."""
    request_id: str | None
    """ARM's x-ms-request-id, which its support asks for."""
    correlation_id: str | None
    milliseconds: int
    bytes: int
    retry: int
    """0 for the first try."""
    waited_milliseconds: int
    """Before it was sent: for a quota, for the next try, for a token."""

    def __str__(self) -> str:
        """On one line, for people."""
        came = self.status if self.error is None else self.error
        notes = [f"retry {self.retry}"] if self.retry else []
        notes += [f"waited {self.waited_milliseconds} ms"] if self.waited_milliseconds >= _WORTH_TELLING else []
        notes += [f"request id {self.request_id}"] if self.request_id else []
        said = f" ({', '.join(notes)})" if notes else ""
        return f"{self.method} {self.url}: {came}, {self.milliseconds} ms, {self.bytes:,} bytes{said}"


class Exchanges:
    """Counts and logs; safe to use from many threads, and for several connections of one run."""

    def __init__(self, stats: RunStats | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self.stats = stats or RunStats()
        self.now = now
        self._lock = threading.Lock()

    def add(self, exchange: Exchange) -> None:
        """One is over."""
        with self._lock:
            self.stats.requests += 1
            self.stats.retries += exchange.retry > 0
            self.stats.bytes += exchange.bytes
            self.stats.waited_seconds += exchange.waited_milliseconds / 1000
        _LOGGER.info("%s", exchange, extra={"exchange": exchange})


class ArrivalPolicy(SansIOHTTPPolicy[Any, Any]):
    """Stands first: from here on a request waits until it is sent."""

    def __init__(self, exchanges: Exchanges) -> None:
        super().__init__()
        self._exchanges = exchanges

    def on_request(self, request: PipelineRequest[Any]) -> None:
        request.context[_SINCE] = self._exchanges.now()


class ExchangePolicy(HTTPPolicy[Any, Any]):
    """Stands within the retries, next to the transport: each thing that is sent is one exchange."""

    def __init__(self, exchanges: Exchanges) -> None:
        super().__init__()
        self._exchanges = exchanges

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        sent, context = request.http_request, request.context
        started = self._exchanges.now()
        waited = started - context.get(_SINCE, started)
        response, error = None, None
        try:
            response = self.next.send(request)
            return response
        except AzureError as fault:
            error = code_of(fault)
            raise
        finally:
            context[_SINCE] = ended = self._exchanges.now()
            if response or error:
                answer = response.http_response if response else None
                headers = answer.headers if answer else {}
                self._exchanges.add(
                    Exchange(
                        method=sent.method,
                        url=shown_url(sent.url),
                        status=answer.status_code if answer else None,
                        error=error,
                        request_id=_identifier(headers.get("x-ms-request-id")),
                        correlation_id=_identifier(headers.get("x-ms-correlation-request-id")),
                        milliseconds=round((ended - started) * 1000),
                        bytes=_size(answer) if answer else 0,
                        retry=context.get("retry_count", 0),
                        waited_milliseconds=round(waited * 1000),
                    )
                )


def shown_url(url: str) -> str:
    """An address without what may be a secret: of the query only the api-version is shown, of the rest the names.

    >>> shown_url("https://a.example/x?api-version=2024-05-01&$skiptoken=s3cret&sig=abc#f")
    'https://a.example/x?api-version=2024-05-01&$skiptoken=...&sig=...'
    """
    parts = urlsplit(url)
    query = "&".join(
        f"{name}={value if name.lower() in _SHOWN_PARAMETERS else '...'}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}{'?' if query else ''}{query}"


def _size(answer: Any) -> int:
    """Of the body; 0 where it cannot be had, which whoever reads it will find out."""
    try:
        return len(answer.internal_response.content or b"")
    except requests.RequestException:
        return 0


def _identifier(text: str | None) -> str | None:
    return text if text and _IDENTIFIER.fullmatch(text) else None
