"""Resource Graph's quota: waited for before a query is sent. No test sleeps."""

from __future__ import annotations

import pytest
from azure.core.pipeline import PipelineContext, PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import HTTPPolicy
from azure.core.rest import HttpRequest

from aks_audit.collectors.connection.quota import USUAL_QUERIES, WINDOW_SECONDS, QuotaPolicy, seconds_of

from ..virtual_clock import VirtualClock


class Service(HTTPPolicy[HttpRequest, "Reply"]):
    """Answers with the quota that it is told to have."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.sent_at: list[float] = []
        self.reply = Reply(200, {})

    def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, Reply]:
        self.sent_at.append(self.clock.now())
        return PipelineResponse(request.http_request, self.reply, request.context)


class Reply:
    def __init__(self, status_code: int, headers: dict[str, str]) -> None:
        self.status_code = status_code
        self.headers = headers


@pytest.fixture
def service() -> Service:
    return Service(VirtualClock())


@pytest.fixture
def quota(service: Service) -> QuotaPolicy:
    policy = QuotaPolicy(service.clock)
    policy.next = service
    return policy


def ask(quota: QuotaPolicy, times: int = 1) -> None:
    for _ in range(times):
        quota.send(PipelineRequest(HttpRequest("POST", "https://arm"), PipelineContext(None)))


def left(remaining: int, resets_after: str, status: int = 200) -> Reply:
    return Reply(status, {"x-ms-user-quota-remaining": str(remaining), "x-ms-user-quota-resets-after": resets_after})


def test_nobody_waits_within_the_usual_quota(quota: QuotaPolicy, service: Service) -> None:
    ask(quota, USUAL_QUERIES)
    assert service.clock.now() == 0


def test_the_next_one_waits_for_the_window_to_end(quota: QuotaPolicy, service: Service) -> None:
    ask(quota, 2 * USUAL_QUERIES + 1)
    assert service.clock.now() == 2 * WINDOW_SECONDS


def test_what_the_answer_says_is_left_counts(quota: QuotaPolicy, service: Service) -> None:
    service.reply = left(0, "00:00:03")
    ask(quota, 2)
    assert service.sent_at == [0, 3]


def test_an_answer_never_raises_what_is_left(quota: QuotaPolicy, service: Service) -> None:
    """It was written before the queries that are still under way."""
    service.reply = left(14, "00:00:05")
    ask(quota, USUAL_QUERIES + 1)
    assert service.sent_at[-2:] == [0, 5]


def test_after_a_refusal_nothing_is_sent_until_the_quota_is_new(quota: QuotaPolicy, service: Service) -> None:
    service.reply = left(3, "00:00:04", status=429)
    ask(quota, 2)
    assert service.sent_at == [0, 4]


def test_no_answer_makes_it_wait_longer_than_a_minute(quota: QuotaPolicy, service: Service) -> None:
    service.reply = left(0, "10:00:00")
    ask(quota, 2)
    assert service.sent_at == [0, 60]


@pytest.mark.parametrize("remaining", ["", "many", "-1"])
def test_headers_that_say_nothing_change_nothing(remaining: str, quota: QuotaPolicy, service: Service) -> None:
    service.reply = Reply(200, {"x-ms-user-quota-remaining": remaining, "x-ms-user-quota-resets-after": "soon"})
    ask(quota, USUAL_QUERIES + 1)
    assert service.sent_at[-2:] == [0, WINDOW_SECONDS]


@pytest.mark.parametrize(("text", "seconds"), [("00:00:05", 5), (" 00:01:05.25 ", 65.25), ("5", None), ("", None)])
def test_spans_of_time(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds
