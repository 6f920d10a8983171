"""Whose turn it is: work of many subscriptions, so that one of them that is throttled holds up no other."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """Hands out work, a piece at a time, to many threads.

    The subscriptions take turns. One that may not be asked now is passed over while another may, and none keeps more
    than its share of the workers: an answer of many pages may have to wait between them.

    Args:
        path_of: the address of a piece on ARM's endpoint, by which it belongs to a subscription or to none.
        workers: how many threads will ask.
        ready_in: seconds until a path may be asked for.
    """

    def __init__(
        self, work: Iterable[T], path_of: Callable[[T], str], workers: int, ready_in: Callable[[str], float]
    ) -> None:
        self._path_of = path_of
        self._workers = workers
        self._ready_in = ready_in
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[T]] = {}
        self._under_way: dict[str, list[T]] = {}
        for piece in work:
            self._waiting.setdefault(_subscription_in(path_of(piece)), deque()).append(piece)
        self._order = deque(self._waiting)

    def next(self) -> T | None:
        """The next piece, None where nothing is left; each is to be reported to `done`."""
        with self._lock:
            if not self._order:
                return None
            chosen = self._chosen()
            self._order.remove(chosen)
            piece = self._waiting[chosen].popleft()
            if self._waiting[chosen]:
                self._order.append(chosen)
            self._under_way.setdefault(chosen, []).append(piece)
            return piece

    def done(self, piece: T) -> None:
        """A piece that was handed out is finished, well or not."""
        with self._lock:
            self._under_way[_subscription_in(self._path_of(piece))].remove(piece)

    def stop(self) -> list[T]:
        """Hand out nothing more; returns what is not done."""
        with self._lock:
            self._order.clear()
            return [piece for pieces in (*self._under_way.values(), *self._waiting.values()) for piece in pieces]

    def _chosen(self) -> str:
        """The first in order that may be asked now and has not its share yet; else the one to be asked soonest."""
        share = -(-self._workers // len(self._order))
        soonest, least = self._order[0], (True, float("inf"))
        for subscription in self._order:
            wait = self._ready_in(self._path_of(self._waiting[subscription][0]))
            rank = (len(self._under_way.get(subscription, ())) >= share, wait)
            if rank <= (False, 0):
                return subscription
            if rank < least:
                soonest, least = subscription, rank
        return soonest


def _subscription_in(path: str) -> str:
    parts = path.split("/", 3)
    return parts[2].lower() if len(parts) > 2 and parts[1].lower() == "subscriptions" else ""
