"""A run's time: waits end with it, and what does not heed it is left to itself."""

from __future__ import annotations

import contextlib
import math
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.cli.options import duration
from aks_audit.collectors.connection.deadline import Deadline, OutOfTime
from aks_audit.errors import UsageError


class Hand:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at = 100.0

    def now(self) -> float:
        return self.at


def test_time_that_is_not_bounded_does_not_end() -> None:
    deadline = Deadline()
    assert math.isinf(deadline.remaining())
    deadline.insist()
    deadline.sleep(0.001)


def test_what_is_left_becomes_less_and_then_nothing() -> None:
    hand = Hand()
    deadline = Deadline(10, hand.now)
    hand.at += 4
    assert deadline.remaining() == 6
    hand.at += 7
    assert deadline.remaining() == 0
    with pytest.raises(OutOfTime, match=r"time of 10 s \(--timeout\) was up"):
        deadline.insist()


def test_a_wait_that_would_outlast_the_time_is_not_begun() -> None:
    deadline = Deadline(5, Hand().now)
    with pytest.raises(OutOfTime, match="asked again in 30 s"):
        deadline.sleep(30)


def test_a_wait_for_news_ends_with_the_time() -> None:
    deadline, news = Deadline(0.01), threading.Condition()
    with news, pytest.raises(OutOfTime):
        _wait_for_ever(deadline, news)


def _wait_for_ever(deadline: Deadline, news: threading.Condition) -> None:
    while True:  # somebody may wake for nothing
        deadline.wait(news, None)


def test_stopping_wakes_whoever_waits() -> None:
    deadline = Deadline()
    waiting = threading.Timer(0.01, deadline.stop)
    waiting.start()
    with pytest.raises(OutOfTime, match="the run was stopped"):
        deadline.sleep(30)
    waiting.join()
    assert deadline.remaining() == 0


def test_work_gives_what_it_gives_and_raises_what_it_raises() -> None:
    def fail() -> Any:
        raise TimeoutError("of its own")

    assert Deadline().within(lambda: 5) == 5
    for deadline in (Deadline(), Deadline(60)):
        with pytest.raises(TimeoutError, match="of its own"):
            deadline.within(fail)


def test_work_that_does_not_end_is_left_to_itself() -> None:
    ended = threading.Event()
    with pytest.raises(OutOfTime):
        Deadline(0.01).within(lambda: ended.wait(30))
    ended.set()


# -------------------------------------------------------------------- --timeout


@given(st.integers(1, 10**8), st.sampled_from([("", 1), ("s", 1), ("m", 60), ("h", 3600)]))
def test_a_duration_is_a_number_with_or_without_a_unit(number: int, unit: tuple[str, int]) -> None:
    if number * unit[1] <= threading.TIMEOUT_MAX:
        assert duration(f"{number}{unit[0]}") == number * unit[1]


@given(st.text(max_size=12))
def test_anything_else_is_no_time(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert 0 < duration(text) <= threading.TIMEOUT_MAX


@pytest.mark.parametrize("text", ["", "0", "0s", "-5", "1e3", "nan", "inf", "5d", "10 m", "m", "999999999h", "١"])
def test_no_durations(text: str) -> None:
    with pytest.raises(UsageError, match="is no duration; write it as 90"):
        duration(text)
