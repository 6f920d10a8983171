"""ARM's quotas: a bucket of tokens for each subscription and for the tenant, 429 where one is empty.

Sources:
    https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
    https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/subscriptionrequeststhrottled
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from . import envelopes
from .answers import Answer

TENANT = ""


@dataclass(kw_only=True)
class Quotas:
    """What one principal may read. The first request to a bucket finds it full."""

    size: float = 250
    per_second: float = 25
    says_what_is_left: bool = True
    now: Callable[[], float] = time.monotonic
    served: dict[str, list[bool]] = field(default_factory=dict)
    """By subscription, `TENANT` for what is in none: for each request in turn whether it was let in."""
    _tokens: dict[str, tuple[float, float]] = field(default_factory=dict)
    _shut_until: dict[str, float] = field(default_factory=dict)

    def spend(self, path: str) -> tuple[Answer | None, dict[str, str]]:
        """Take a token: the refusal where there is none, and the headers that tell what is left."""
        parts = path.lower().split("/")
        bucket = parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else TENANT
        now = self.now()
        tokens, at = self._tokens.get(bucket, (self.size, now))
        tokens = min(self.size, tokens + (now - at) * self.per_second)
        is_let_in = tokens >= 1 and now >= self._shut_until.get(bucket, now)
        self._tokens[bucket] = (tokens - is_let_in, now)
        self.served.setdefault(bucket, []).append(is_let_in)
        kind = "subscription" if bucket else "tenant"
        headers = {f"x-ms-ratelimit-remaining-{kind}-reads": str(int(tokens - is_let_in))}
        if is_let_in:
            return None, headers if self.says_what_is_left else {}
        wait = max(1, math.ceil((1 - tokens) / self.per_second))
        self._shut_until[bucket] = now + wait  # asked before that, it refuses again and starts anew
        message = f"Number of 'read' requests for {kind} '{bucket}' exceeded. Please try again after '{wait}' seconds."
        body = envelopes.arm(429, f"{kind.capitalize()}RequestsThrottled", message)
        return Answer(status=429, body=body, headers={"Retry-After": str(wait)}), headers

    @property
    def refusals(self) -> int:
        return sum(served.count(False) for served in self.served.values())

    @property
    def most_in_a_row(self) -> int:
        """The longest run of refusals in any bucket."""
        return max((_longest_run(served) for served in self.served.values()), default=0)

    @property
    def least_seconds(self) -> float:
        """How long what was served takes at least: what is more than a full bucket comes as it fills up."""
        return max(
            (max(0.0, served.count(True) - self.size) / self.per_second for served in self.served.values()), default=0
        )


def _longest_run(served: Iterable[bool]) -> int:
    longest = run = 0
    for is_let_in in served:
        run = 0 if is_let_in else run + 1
        longest = max(longest, run)
    return longest
