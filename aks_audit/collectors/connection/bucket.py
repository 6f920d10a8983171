"""One quota: a bucket of tokens, of which every request takes one, and which fills up again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

PATIENCE_SECONDS: Final = 600.0
"""A quota that stays shut for longer is given up: what is left of it becomes Gaps, for `--resume` to ask again."""
_SLOWEST: Final = 16
"""Refusals make it no slower than that part of what is granted."""
_FORGIVEN_AFTER: Final = 100
"""So many answers bring back what is granted."""
_ROUNDING: Final = 1e-6
"""Of a token: a clock of floating-point seconds never shows the moment at which it is whole."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What Azure grants."""

    size: float
    """Requests at once, from a full bucket; infinite where Azure says what is left and nobody says of how much."""
    per_second: float
    """Tokens that come back."""


class Bucket:
    """What a quota still allows, as far as it can be told from this side.

    Answers say what is left, and that is believed where it is less than was thought; no more are under way than were
    left. A refusal shuts the bucket for as long as Azure asks; then one request goes alone, and with each answer one
    more may be under way. Somebody else may use up the same quota: after a refusal it is taken to fill half as fast,
    and a little faster with each answer.

    Not safe for threads. Times are seconds of one clock.
    """

    def __init__(self, quota: Quota, now: float) -> None:
        self._quota = quota
        self._per_second = quota.per_second
        self._tokens = quota.size
        self._at = now
        self._in_flight = 0
        self._left = math.inf
        self._window = math.inf
        self._refusals = 0
        self.in_a_row = 0
        """Refusals since the last answer that was none."""
        self._open_at = now
        self._shut_since: float | None = None

    def wait_seconds(self, now: float) -> float:
        """How long until a request may go; 0 is now, infinite is not before an answer has come."""
        if now < self._open_at:
            return self._open_at - now
        if self._shut_since is not None:
            return math.inf if self._in_flight else 0.0
        if self._in_flight >= max(1.0, min(self._left, self._window)):
            return math.inf
        lacking = 1 - self._tokens_at(now)
        return lacking / self._per_second if lacking > _ROUNDING else 0.0

    def is_given_up(self) -> bool:
        """Whether Azure asks for more patience than there is."""
        return self._shut_since is not None and self._open_at - self._shut_since > PATIENCE_SECONDS

    def take(self, now: float) -> int:
        """A request goes. What is returned must be handed in with its answer."""
        self._tokens = self._tokens_at(now) - 1
        self._at = max(self._at, now)
        self._in_flight += 1
        return self._refusals

    def answered(self, now: float, taken: int, left: float | None) -> None:
        """An answer came.

        Args:
            taken: what `take` returned.
            left: the requests that it says are left; None where it says nothing.
        """
        self._in_flight -= 1
        if taken == self._refusals:
            self._shut_since, self.in_a_row = None, 0
            self._window += 1
            self._per_second = min(self._quota.per_second, self._per_second + self._quota.per_second / _FORGIVEN_AFTER)
        if left is not None:
            self._left = left
            sure = left - self._in_flight  # those under way may not have been counted yet
            is_unknown = math.isinf(self._quota.size)
            self._tokens = sure if is_unknown else min(self._tokens_at(now), sure)
            self._at = max(self._at, now)

    def refused(self, now: float, retry_after: float) -> None:
        """A request was refused, and nothing is to be asked for so many seconds."""
        self._in_flight -= 1
        self._refusals += 1
        self.in_a_row += 1
        self._open_at = max(self._open_at, now + retry_after)
        self._shut_since = now if self._shut_since is None else self._shut_since
        self._window = 1
        if not math.isinf(self._tokens):
            self._tokens, self._at = min(self._tokens, 0.0), self._open_at
        self._per_second = max(self._per_second / 2, self._quota.per_second / _SLOWEST)

    def lost(self) -> None:
        """No answer came."""
        self._in_flight -= 1

    def _tokens_at(self, now: float) -> float:
        return min(self._quota.size, self._tokens + max(0.0, now - self._at) * self._per_second)
