"""Asking no faster than Azure allows: a bucket of tokens for each of its quotas, for all requests of all threads.

Sources:
    https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
    https://learn.microsoft.com/troubleshoot/azure/virtual-machines/troubleshooting-throttling-errors
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import HTTPPolicy

from .bucket import Bucket, Quota
from .deadline import Deadline
from .retry_after import retry_after

READS: Final = Quota(size=225, per_second=25)
"""Of one principal in one subscription, and of requests outside of subscriptions: 250 at once, 25 a second. What comes
back in a second is left in it: Azure's bucket takes in nothing until the first request has arrived."""
PRIVATE_DNS: Final = Quota(size=500, per_second=500 / 300)
"""In one subscription: 500 in five minutes. The rest of Microsoft.Network has more than ARM grants."""
UNKNOWN: Final = Quota(size=math.inf, per_second=1)
"""Of a resource provider that tells with its answers what is left, or nothing until it refuses."""
PAUSE_SECONDS: Final = 1.0
"""After a refusal that does not say how long to wait, and twice as long after each one that follows at once."""
MAX_PAUSE_SECONDS: Final = 30.0

_LOOK_UP_SECONDS: Final = 0.2
"""Whoever waits looks up so often whether the run is over."""
_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503
_SUBSCRIPTION: Final = re.compile(r"/subscriptions/([^/]+)", re.IGNORECASE)
_PROVIDER: Final = re.compile(r".*/providers/([^/]+)(/[^/]+)?", re.IGNORECASE)
_ZONES: Final = "microsoft.network/privatednszones"
_LEFT: Final = re.compile(
    r"x-ms-ratelimit-remaining-(subscription|tenant)-(?:global-)?(?:reads|resource-requests|resource-entities-read)"
)
_LEFT_OF_PROVIDER: Final = "x-ms-ratelimit-remaining-resource"


class TooManyRequests(AzureError):  # noqa: N818 (its name becomes the code of a Gap, and is ARM's)
    """A quota is used up for longer than anybody wants to wait."""

    is_final = True


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request's leave to go, to be handed in again with its answer."""

    front: tuple[Bucket, int]
    """The bucket of ARM itself: the subscription's or the tenant's."""
    provider: tuple[Bucket, int]
    everything: tuple[Bucket, int] | None


class Throttle:
    """Lets requests out when all the quotas that they count against allow it; safe to use from many threads.

    Args:
        max_requests_per_second: a limit of the user's own, over all subscriptions.
        clock: waits for no longer than the run may take.
        pause_seconds: see `PAUSE_SECONDS`.
    """

    def __init__(
        self,
        max_requests_per_second: float | None = None,
        *,
        clock: Deadline | None = None,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._clock = clock or Deadline()
        self._pause_seconds = pause_seconds
        self._news = threading.Condition()
        self._buckets: dict[tuple[str, str], Bucket] = {}
        own = Quota(1, max_requests_per_second) if max_requests_per_second else None
        self._everything = Bucket(own, self._clock.now()) if own else None

    def ready_in(self, url: str) -> float:
        """Seconds until Azure's quotas let a request go; infinite where an answer must come before."""
        with self._news:
            return max(bucket.wait_seconds(self._clock.now()) for bucket in self._buckets_of(url))

    def take(self, url: str) -> Ticket:
        """Wait until a request may go.

        Raises:
            TooManyRequests: Azure wants it to wait for longer than `PATIENCE_SECONDS`.
            OutOfTime: the run ends before.
        """
        with self._news:
            front, provider = self._buckets_of(url)
            needed = [bucket for bucket in (front, provider, self._everything) if bucket]
            while True:
                now = self._clock.now()
                _insist_on_hope((front, provider), now)
                seconds = max(bucket.wait_seconds(now) for bucket in needed)
                if seconds <= 0:
                    own = self._everything
                    return Ticket(
                        (front, front.take(now)), (provider, provider.take(now)), (own, own.take(now)) if own else None
                    )
                self._clock.wait(self._news, None if math.isinf(seconds) else min(seconds, _LOOK_UP_SECONDS))

    def answered(self, ticket: Ticket, status: int, headers: Mapping[str, str], retry_after: float | None) -> None:
        """Learn from an answer: what is left, or for how long nothing is to be asked.

        Raises:
            TooManyRequests: that is for longer than `PATIENCE_SECONDS`.
        """
        is_refusal = status == _TOO_MANY or (status == _UNAVAILABLE and retry_after is not None)
        left, left_of_provider = _left(headers), _left_of_provider(headers)
        # the rule of Azure's own page: it was the provider unless ARM says that its own count is used up, or nothing
        refuser = (ticket.provider if left is not None and left >= 1 else ticket.front)[0] if is_refusal else None
        with self._news:
            now = self._clock.now()
            for (bucket, taken), told in ((ticket.front, left), (ticket.provider, left_of_provider)):
                if bucket is refuser:
                    bucket.refused(now, self._pause(bucket) if retry_after is None else retry_after)
                else:
                    bucket.answered(now, taken, told)
            if ticket.everything:
                ticket.everything[0].answered(now, ticket.everything[1], None)
            self._news.notify_all()
            _insist_on_hope([refuser] if refuser else [], now)

    def lost(self, ticket: Ticket) -> None:
        """A request got no answer."""
        with self._news:
            for place in (ticket.front, ticket.provider, ticket.everything):
                if place:
                    place[0].lost()
            self._news.notify_all()

    def _pause(self, bucket: Bucket) -> float:
        return min(MAX_PAUSE_SECONDS, self._pause_seconds * 2.0 ** min(bucket.in_a_row, 10))

    def _buckets_of(self, url: str) -> tuple[Bucket, Bucket]:
        path = urlsplit(url).path
        subscription = _SUBSCRIPTION.match(path)
        scope = subscription[1].lower() if subscription else ""
        provider = _PROVIDER.match(path)
        name = provider[1].lower() if provider else ""
        quota = UNKNOWN
        if provider and (name + (provider[2] or "")).lower() == _ZONES:
            name, quota = _ZONES, PRIVATE_DNS
        return self._bucket(scope, "", READS), self._bucket(scope, name or "-", quota)

    def _bucket(self, scope: str, provider: str, quota: Quota) -> Bucket:
        key = scope, provider
        if key not in self._buckets:
            self._buckets[key] = Bucket(quota, self._clock.now())
        return self._buckets[key]


class ThrottlePolicy(HTTPPolicy[Any, Any]):
    """Stands last in the pipeline: whatever is sent, tried again or not, takes its token."""

    def __init__(self, throttle: Throttle) -> None:
        super().__init__()
        self._throttle = throttle

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        ticket = self._throttle.take(request.http_request.url)
        try:
            response = self.next.send(request)
        except BaseException:
            self._throttle.lost(ticket)
            raise
        answer = response.http_response
        self._throttle.answered(ticket, answer.status_code, answer.headers, retry_after(answer.headers))
        return response


def _insist_on_hope(buckets: Iterable[Bucket], now: float) -> None:
    for bucket in buckets:
        if bucket.is_given_up():
            seconds = max(0.0, bucket.wait_seconds(now))
            raise TooManyRequests(f"Azure refuses further requests for {seconds:.0f} s; they were not waited for")


def _left(headers: Mapping[str, str]) -> float | None:
    """The least of what ARM's own counts have left."""
    counts = [_number(text) for name, text in headers.items() if _LEFT.fullmatch(name.lower())]
    return min((count for count in counts if count is not None), default=None)


def _left_of_provider(headers: Mapping[str, str]) -> float | None:
    """The least of a provider's counts, as in `Microsoft.Compute/HighCostGet3Min;159,Microsoft.Compute/...;1297`."""
    text = ",".join(text for name, text in headers.items() if name.lower() == _LEFT_OF_PROVIDER)
    counts = [_number(count.rpartition(";")[2]) for count in text.split(",")]
    return min((count for count in counts if count is not None), default=None)


def _number(text: str) -> float | None:
    text = text.strip()
    return float(text) if text.isdecimal() and text.isascii() and len(text) < 16 else None
