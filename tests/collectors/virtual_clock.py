"""A clock that whoever waits puts forward."""

from __future__ import annotations

import threading

from aks_audit.collectors.connection.deadline import Deadline


class VirtualClock(Deadline):
    """Waiting takes no time and moves the clock to where the waiting ends; it never ends a run."""

    def __init__(self) -> None:
        self._read = 0.0
        self._lock = threading.Lock()
        super().__init__(None, lambda: self._read)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._read += seconds

    def wait(self, news: threading.Condition, seconds: float | None) -> None:
        if seconds is None:
            news.wait(10)
            return
        self.sleep(seconds)
        news.wait(0)
