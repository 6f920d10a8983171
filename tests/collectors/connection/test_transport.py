"""Answers are read whole, within a time and a size."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from aks_audit.collectors.connection.answers import NoAnswer
from aks_audit.collectors.connection.arm import Arm
from aks_audit.collectors.connection.deadline import Deadline

from ...arm import StandIn
from ...estate import SUBSCRIPTION

Serve = Callable[..., StandIn]
Connect = Callable[..., Arm]
TABLES = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Network/routeTables?api-version=2024-05-01"
PATIENT = {"read_seconds": 5, "answer_seconds": 5}


def ask(serve: Serve, connect: Connect, fault: dict[str, Any], **words: Any) -> tuple[str, int]:
    """The code of what comes of a request that meets a fault, and how often it was sent."""
    standin = serve([], subscriptions=[SUBSCRIPTION])
    standin.fault("*", **fault)
    try:
        answer = connect(standin, **words).get(TABLES, "network")
    except NoAnswer as error:
        return error.code, len(standin.requests)
    return str(answer.status), len(standin.requests)


def test_an_answer_that_is_too_large_is_given_up_at_once(serve: Serve, connect: Connect) -> None:
    body = b'{"value":[' + b" " * 300_000 + b"]}"
    assert ask(serve, connect, {"body": body}, answer_bytes=300_012) == ("200", 1)
    assert ask(serve, connect, {"body": body}, answer_bytes=300_011) == ("AnswerTooLarge", 1)


def test_a_gzip_bomb_is_given_up_at_once(serve: Serve, connect: Connect) -> None:
    assert ask(serve, connect, {"how": "gzip-bomb"}) == ("200", 1)  # 16 MB are no bomb yet
    assert ask(serve, connect, {"how": "gzip-bomb"}, free_bytes=1 << 20) == ("AnswerTooLarge", 1)


@pytest.mark.parametrize("how", ["stall", "silence"])
def test_an_answer_that_stalls_is_given_up(how: str, serve: Serve, connect: Connect) -> None:
    code, count = ask(serve, connect, {"how": how}, read_seconds=0.05, retries=1)
    assert code in ("ReadTimeout", "ConnectionError")
    assert count == 2


def test_an_answer_that_comes_byte_by_byte_is_given_up(serve: Serve, connect: Connect) -> None:
    fault = {"how": "trickle", "body": b" " * 1000}
    assert ask(serve, connect, fault, read_seconds=5, answer_seconds=0.1) == ("SlowAnswer", 1)


@pytest.mark.parametrize("how", ["stall", "silence", "trickle"])
def test_no_answer_outlasts_the_runs_time(how: str, serve: Serve, connect: Connect) -> None:
    fault = {"how": how, "body": b" " * 1000}
    code, count = ask(serve, connect, fault, deadline=Deadline(0.3))
    assert code == "Timeout"
    assert count <= 1  # none where the machine is so busy that the time was up before


def test_nothing_is_sent_when_the_time_is_up(serve: Serve, connect: Connect) -> None:
    deadline = Deadline()
    deadline.stop()
    assert ask(serve, connect, {}, deadline=deadline) == ("Timeout", 0)


def test_a_retry_that_would_outlast_the_runs_time_is_not_waited_for(serve: Serve, connect: Connect) -> None:
    fault = {"status": 429, "retry_after": 50}
    assert ask(serve, connect, fault, deadline=Deadline(40)) == ("Timeout", 1)


def test_an_answer_is_held_in_memory_once(serve: Serve, connect: Connect) -> None:
    """Of our own and the libraries' copies only the one that is handed on is left, and none was there besides."""
    size = 24 << 20
    standin = serve([], subscriptions=[SUBSCRIPTION])
    standin.fault("*", body=b'{"value":[' + b" " * size + b"]}")
    arm = connect(standin)
    arm.get(TABLES, "network")
    tracemalloc.start()
    try:
        answer = arm.get(TABLES, "network")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(answer.body) > size
    assert peak < 1.5 * size
