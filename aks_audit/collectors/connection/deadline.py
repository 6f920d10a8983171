"""How long a run may take, and how much patience there is with one answer."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from azure.core.exceptions import AzureError

T = TypeVar("T")


class OutOfTime(AzureError):  # noqa: N818 (no fault of the program: it becomes a Gap)
    """The run's time is up, or would be before the next thing can happen."""

    is_final = True
    """Not to be tried again."""


class Deadline:
    """The end of a run's time; waits end with it. Safe to use from many threads.

    It can stand wherever a clock is wanted that waits.

    Args:
        seconds: from now; None is without end.
        now: seconds of a clock that never goes back.
    """

    def __init__(self, seconds: float | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self._seconds = seconds
        self._end = math.inf if seconds is None else now() + seconds
        self._stopped = threading.Event()

    def remaining(self) -> float:
        """Seconds that are left; infinite without a bound, 0 when it is over."""
        return 0.0 if self._stopped.is_set() else max(0.0, self._end - self.now())

    def stop(self) -> None:
        """It is over now, for whoever waits too: somebody pressed Ctrl-C."""
        self._stopped.set()

    def insist(self) -> None:
        """
        Raises:
            OutOfTime: nothing is left.
        """
        if self.remaining() <= 0:
            raise OutOfTime(self._message("was not read"))

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises:
            OutOfTime: it would last longer than there is time for, and so was not begun.
        """
        if seconds >= self.remaining():
            raise OutOfTime(self._message(f"Azure was to be asked again in {seconds:.0f} s"))
        self._stopped.wait(seconds)
        self.insist()

    def wait(self, news: threading.Condition, seconds: float | None) -> None:
        """Wait for news, so many seconds at most; the condition's lock is held before and after.

        Raises:
            OutOfTime: the end came first.
        """
        left = min(self.remaining(), math.inf if seconds is None else seconds)
        news.wait(None if math.isinf(left) else left)
        self.insist()

    def within(self, work: Callable[[], T]) -> T:
        """What some work gives, and whatever it raises; it is left to itself when the time is up.

        It runs in a thread of its own: looking up a host's name heeds neither a bound nor Ctrl-C.

        Raises:
            OutOfTime: the end came first.
        """
        given: Future[T] = Future()

        def run() -> None:
            try:
                given.set_result(work())
            except BaseException as error:
                given.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        left = self.remaining()
        try:
            return given.result(None if math.isinf(left) else left)
        except TimeoutError:
            if given.done():
                raise
            raise OutOfTime(self._message("was not answered")) from None

    def _message(self, what: str) -> str:
        if self._seconds is None or self._stopped.is_set():
            return f"{what}: the run was stopped"
        return f"{what}: the run's time of {self._seconds:g} s (--timeout) was up"
