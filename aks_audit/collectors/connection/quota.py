"""Resource Graph's quota: so many queries of a user in so many seconds, as its answers say."""

from __future__ import annotations

import math
import re
import threading
from typing import Any, Final

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import HTTPPolicy

from .deadline import Deadline

USUAL_QUERIES: Final = 15
WINDOW_SECONDS: Final = 5.0
"""Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests"""
MAX_WAIT_SECONDS: Final = 60.0
_REFUSED: Final = 429
_SPAN: Final = re.compile(r"(\d+):(\d{1,2}):(\d{1,2}(?:\.\d+)?)")


class QuotaPolicy(HTTPPolicy[Any, Any]):
    """Waits while the quota is used up: before a query is sent, and not after it was refused.

    Args:
        clock: of the run; it tells the time, and waits.
    """

    def __init__(self, clock: Deadline) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._left = 0
        self._under_way = 0
        self._resets_at = -math.inf

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        """
        Raises:
            OutOfTime: the run ends before there is a new quota.
        """
        while (pause := self._take_one()) > 0:
            self._clock.sleep(pause)
        try:
            response = self.next.send(request)
        finally:
            with self._lock:
                self._under_way -= 1
        self._note(response.http_response.status_code, response.http_response.headers)
        return response

    def _take_one(self) -> float:
        """Take one query out of the quota; else the seconds until there is a new one."""
        with self._lock:
            now = self._clock.now()
            if now >= self._resets_at:
                # what is still under way may count against the new quota
                self._left, self._resets_at = USUAL_QUERIES - self._under_way, now + WINDOW_SECONDS
            if self._left > 0:
                self._left -= 1
                self._under_way += 1
                return 0.0
            return self._resets_at - now

    def _note(self, status: int, headers: Any) -> None:
        """What an answer says; it knows nothing of the queries that are still under way, so the lower count holds."""
        seconds = seconds_of(headers.get("x-ms-user-quota-resets-after") or "")
        remaining = str(headers.get("x-ms-user-quota-remaining") or "")
        with self._lock:
            if seconds is not None:
                self._resets_at = self._clock.now() + min(seconds, MAX_WAIT_SECONDS)
            if status == _REFUSED:
                self._left = 0
            elif remaining.isdecimal():
                self._left = min(self._left, int(remaining))


def seconds_of(text: str) -> float | None:
    """The seconds of a time span as .NET writes it; None for anything else.

    >>> seconds_of("00:01:05")
    65.0
    """
    match = _SPAN.fullmatch(text.strip())
    return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3]) if match else None
