"""Within Azure's quotas: buckets, refusals, the user's own limit, and whose turn it is."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.collectors.collect import collect
from aks_audit.collectors.connection.arm import Arm
from aks_audit.collectors.connection.bucket import Bucket, Quota
from aks_audit.collectors.connection.deadline import Deadline, OutOfTime
from aks_audit.collectors.connection.throttle import PRIVATE_DNS, READS, Throttle, Ticket, TooManyRequests
from aks_audit.collectors.input import Input
from aks_audit.collectors.turns import Turns
from aks_audit.errors import UsageError
from aks_audit.inventory import types

from ..arm import Quotas, StandIn
from ..estate import Estate, grow, subscription_id
from ..records import Kept
from .virtual_clock import VirtualClock

Serve = Callable[..., StandIn]
Connect = Callable[..., Arm]
TABLES = "/subscriptions/one/providers/Microsoft.Network/routeTables"
SCALE_SETS = "/subscriptions/one/providers/Microsoft.Compute/virtualMachineScaleSets"
ZONES = "/subscriptions/one/providers/Microsoft.Network/privateDnsZones/z/virtualNetworkLinks"
ELSEWHERE = "/subscriptions/two/providers/Microsoft.Network/routeTables"
NO_SUBSCRIPTION = "/subscriptions?api-version=2022-12-01"


def throttle(**words: float) -> tuple[Throttle, VirtualClock]:
    clock = VirtualClock()
    return Throttle(clock=clock, **words), clock


def pass_through(wanted: Throttle, url: str, times: int = 1, **headers: str) -> None:
    for _ in range(times):
        wanted.answered(wanted.take(url), 200, {n.replace("_", "-"): v for n, v in headers.items()}, None)


def refuse(wanted: Throttle, ticket: Ticket, retry_after: float | None, **headers: str) -> None:
    wanted.answered(ticket, 429, {n.replace("_", "-"): v for n, v in headers.items()}, retry_after)


# -------------------------------------------------------------------- one bucket


@given(
    size=st.integers(26, 300),
    steps=st.lists(st.tuples(st.floats(0, 2), st.floats(0, 1), st.booleans()), max_size=400),
)
def test_a_bucket_of_azures_size_less_a_second_is_never_overdrawn(
    size: int, steps: list[tuple[float, float, bool]]
) -> None:
    """Requests arrive up to a second after they were let go, in their order; Azure counts at arrival."""
    ours, now, arrival = Bucket(Quota(size - 25, 25), 0.0), 0.0, 0.0
    tokens, at = float(size), 0.0
    for idle, on_the_way, says in steps:
        now += idle
        now += ours.wait_seconds(now)
        taken = ours.take(now)
        arrival = max(arrival, now + on_the_way)
        tokens, at = min(size, tokens + (arrival - at) * 25), arrival
        assert tokens > 1 - 1e-6
        tokens -= 1
        ours.answered(max(now, arrival), taken, math.floor(tokens) if says else None)
        now = max(now, arrival)


def test_a_full_bucket_goes_at_once_and_then_as_it_fills() -> None:
    wanted, clock = throttle()
    pass_through(wanted, TABLES, int(READS.size))
    assert clock.now() == 0
    pass_through(wanted, TABLES, 50)
    assert clock.now() == pytest.approx(50 / READS.per_second)


def test_subscriptions_and_what_is_in_none_have_buckets_of_their_own() -> None:
    wanted, clock = throttle()
    for url in (TABLES, ELSEWHERE, NO_SUBSCRIPTION, "https://management.azure.com/subscriptions/THREE?a=b"):
        pass_through(wanted, url, int(READS.size))
    assert clock.now() == 0
    pass_through(wanted, TABLES.replace("one", "ONE"))
    assert clock.now() > 0


def test_private_zones_have_a_quota_of_their_own_within_the_subscriptions() -> None:
    wanted, clock = throttle()
    for _ in range(600):
        pass_through(wanted, ZONES)
    assert clock.now() == pytest.approx(100 / PRIVATE_DNS.per_second)


@pytest.mark.parametrize(
    "header",
    [
        "x_ms_ratelimit_remaining_subscription_reads",
        "X_Ms_Ratelimit_Remaining_Subscription_Global_Reads",
        "x_ms_ratelimit_remaining_subscription_resource_requests",
    ],
)
def test_what_azure_says_is_left_is_believed_where_it_is_less(header: str) -> None:
    wanted, clock = throttle()
    pass_through(wanted, TABLES, 1, **{header: "3"})
    pass_through(wanted, TABLES, 3)
    assert clock.now() == 0
    pass_through(wanted, TABLES, 1, **{header: "16499"})
    assert clock.now() == pytest.approx(1 / READS.per_second)


def test_what_is_under_way_counts_as_used() -> None:
    wanted, _ = throttle()
    under_way = [wanted.take(TABLES) for _ in range(5)]
    pass_through(wanted, TABLES, x_ms_ratelimit_remaining_subscription_reads="5")
    assert wanted.ready_in(TABLES) > 0
    assert wanted.ready_in(ELSEWHERE) == 0
    assert len(under_way) == 5


@pytest.mark.parametrize("left", ["Microsoft.Compute/A;0", "Microsoft.Compute/A;159, Microsoft.Compute/B;0"])
def test_a_providers_own_count_holds_back_its_types_alone(left: str) -> None:
    wanted, _ = throttle()
    pass_through(wanted, SCALE_SETS, x_ms_ratelimit_remaining_resource=left)
    assert wanted.ready_in(SCALE_SETS) > 0
    assert wanted.ready_in(TABLES) == 0


@pytest.mark.parametrize("text", ["", "x", "-3", "9" * 400, "1e9", "²"])
def test_a_count_that_is_no_number_is_passed_over(text: str) -> None:
    wanted, _ = throttle()
    pass_through(wanted, TABLES, x_ms_ratelimit_remaining_subscription_reads=text)
    pass_through(wanted, SCALE_SETS, x_ms_ratelimit_remaining_resource=f"Microsoft.Compute/A;{text}")
    assert wanted.ready_in(TABLES) == wanted.ready_in(SCALE_SETS) == 0


# -------------------------------------------------------------------- refusals


def test_a_refusal_shuts_the_bucket_for_everybody_and_then_one_goes_alone() -> None:
    wanted, clock = throttle()
    refuse(wanted, wanted.take(TABLES), 10)
    assert wanted.ready_in(TABLES) == wanted.ready_in(SCALE_SETS) == 10
    assert wanted.ready_in(ELSEWHERE) == 0
    probe = wanted.take(TABLES)
    assert clock.now() == 10
    assert wanted.ready_in(TABLES) == math.inf
    wanted.answered(probe, 200, {}, None)
    assert 0 <= wanted.ready_in(TABLES) < 1


def test_a_refusal_that_is_the_providers_leaves_the_others_alone() -> None:
    wanted, _ = throttle()
    refuse(wanted, wanted.take(SCALE_SETS), 10, x_ms_ratelimit_remaining_subscription_reads="200")
    assert wanted.ready_in(SCALE_SETS) == 10
    assert wanted.ready_in(TABLES) == 0


def test_after_a_refusal_of_an_unknown_quota_one_more_goes_with_each_answer() -> None:
    """Nobody knows how fast it fills: what holds the requests back is how many are under way."""
    wanted, clock = throttle()
    refuse(wanted, wanted.take(SCALE_SETS), 5, x_ms_ratelimit_remaining_subscription_reads="200")
    for most in (1, 2, 4, 8, 16):
        under_way = [wanted.take(SCALE_SETS) for _ in range(most)]
        assert wanted.ready_in(SCALE_SETS) == math.inf
        for ticket in under_way:
            wanted.answered(ticket, 200, {}, None)
    assert clock.now() == 5


def test_answers_to_what_was_sent_before_a_refusal_open_nothing() -> None:
    wanted, _ = throttle()
    early, refused = wanted.take(TABLES), wanted.take(TABLES)
    refuse(wanted, refused, 10)
    wanted.answered(early, 200, {}, None)
    assert wanted.ready_in(TABLES) == 10


def test_a_probe_without_an_answer_makes_way_for_the_next() -> None:
    wanted, _ = throttle()
    refuse(wanted, wanted.take(TABLES), 0)
    probe = wanted.take(TABLES)
    assert wanted.ready_in(TABLES) == math.inf
    wanted.lost(probe)
    assert wanted.ready_in(TABLES) == 0


def test_refusals_that_do_not_say_how_long_are_waited_out_twice_as_long_each_time() -> None:
    wanted, clock = throttle(pause_seconds=1)
    waits = []
    for _ in range(7):
        before = clock.now()
        refuse(wanted, wanted.take(TABLES), None)
        waits.append(wanted.ready_in(TABLES))
        assert clock.now() >= before
    assert waits == [1, 2, 4, 8, 16, 30, 30]


def test_a_quota_that_stays_shut_too_long_is_given_up() -> None:
    wanted, clock = throttle()
    with pytest.raises(TooManyRequests, match="for 86400 s"):
        refuse(wanted, wanted.take(TABLES), 86_400)
    with pytest.raises(TooManyRequests, match="for 86400 s"):
        wanted.take(TABLES)
    assert clock.now() == 0
    pass_through(wanted, ELSEWHERE)


def test_workers_that_wait_for_one_bucket_do_not_all_go_at_once() -> None:
    """Sixteen wait for a shut bucket: until the first of them has its answer, nobody else is let go."""
    wanted, _ = throttle()
    refuse(wanted, wanted.take(TABLES), 5)
    out: list[Ticket] = []
    first, go_on = threading.Event(), threading.Event()

    def worker() -> None:
        ticket = wanted.take(TABLES)
        out.append(ticket)
        first.set()
        go_on.wait(5)
        wanted.answered(ticket, 200, {}, None)

    with ThreadPoolExecutor(16) as pool:
        for _ in range(16):
            pool.submit(worker)
        assert first.wait(5)
        assert wanted.ready_in(TABLES) == math.inf
        assert len(out) == 1
        go_on.set()
    assert len(out) == 16


def test_a_run_that_is_stopped_waits_no_longer() -> None:
    deadline = Deadline()
    wanted = Throttle(clock=deadline)
    refuse(wanted, wanted.take(TABLES), 300)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(wanted.take, TABLES) for _ in range(2)]
        deadline.stop()
        for one in waiting:
            with pytest.raises(OutOfTime):
                one.result(timeout=2)


# -------------------------------------------------------------------- the user's own limit


@pytest.mark.parametrize("limit", [0.5, 5])
def test_the_users_own_limit_holds_over_all_subscriptions(limit: float) -> None:
    wanted, clock = throttle(max_requests_per_second=limit)
    pass_through(wanted, TABLES, 10)
    pass_through(wanted, ELSEWHERE, 11)
    assert clock.now() == pytest.approx(20 / limit)


@pytest.mark.parametrize("rate", [0, -1, math.nan, math.inf])
def test_a_limit_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(UsageError, match="--max-requests-per-second"):
        Input(max_requests_per_second=rate).check()


@pytest.mark.parametrize("words", [{"demo": True}, {"inventory": "x"}, {"replay": "x"}])
def test_a_limit_is_for_live_runs(words: dict[str, bool | str]) -> None:
    with pytest.raises(UsageError, match="--max-requests-per-second is for live runs"):
        Input(max_requests_per_second=1.0, **words).check()  # type: ignore[arg-type]


# -------------------------------------------------------------------- whose turn it is


def turns_of(work: dict[str, int], workers: int, is_shut: Callable[[str], bool] = lambda _: False) -> Turns[str]:
    paths = [f"/subscriptions/{name}/providers/x/{number}" for name, count in work.items() for number in range(count)]
    return Turns(paths, lambda path: path, workers, lambda path: 9.0 if is_shut(path.split("/")[2]) else 0.0)


def order(turns: Turns[str]) -> str:
    names = []
    while piece := turns.next():
        names.append(piece.split("/")[2])
        turns.done(piece)
    return "".join(names)


def test_subscriptions_take_turns() -> None:
    turns = turns_of({"a": 3, "b": 2, "c": 1}, 4)
    assert order(turns) == "abcaba"


def test_one_that_may_not_be_asked_now_is_passed_over() -> None:
    turns = turns_of({"a": 2, "b": 2}, 4, lambda name: name == "a")
    assert order(turns) == "bbaa"


def test_none_keeps_more_than_its_share_of_the_workers_while_others_wait() -> None:
    """The others become ready late: then there is a worker for them."""
    shut = {"b"}
    turns = turns_of({"a": 9, "b": 2}, 4, shut.__contains__)
    begun = [turns.next() for _ in range(2)]
    assert {piece.split("/")[2] for piece in begun if piece} == {"a"}
    shut.clear()
    third = turns.next()
    assert third
    assert "/b/" in third


def test_nothing_is_handed_out_after_a_stop() -> None:
    turns = turns_of({"a": 3}, 2)
    assert turns.next()
    turns.stop()
    assert turns.next() is None


def test_a_throttled_subscription_does_not_hold_up_another(serve: Serve, connect: Connect) -> None:
    """All of one's requests are refused, for a long time; the other's come all the same, before that time is over."""
    one, two = Estate(subscription_id(1)), Estate(subscription_id(2))
    clock = VirtualClock()
    standin = serve([*one.resources, *two.resources], subscriptions=[subscription_id(1), subscription_id(2)])
    standin.fault(f"/subscriptions/{subscription_id(1)}/*", status=429, retry_after=3600)
    kept = Kept()
    arm = connect(standin, deadline=clock)
    header = collect(arm, [subscription_id(1), subscription_id(2)], kept)
    whole = {c.scope for c in header.complete}
    assert whole == {f"/subscriptions/{subscription_id(2)}"}
    assert {gap.code for gap in kept.gaps} == {"TooManyRequests"}


# -------------------------------------------------------------------- a large estate


@pytest.mark.parametrize(
    ("quotas", "pools"),
    [({}, 40), ({"says_what_is_left": False}, 40), ({"size": 60}, 16)],
    ids=["azures", "silent", "begun by others"],
)
def test_a_large_estate_is_read_within_azures_quotas(
    quotas: dict[str, float], pools: int, serve: Serve, connect: Connect
) -> None:
    granted, seconds = read_large_estate(quotas, pools, serve, connect)
    assert granted.most_in_a_row <= 1
    assert seconds <= 1.3 * granted.least_seconds


def test_a_quota_that_others_use_up_is_found_out(serve: Serve, connect: Connect) -> None:
    """It fills at a fifth of what Azure grants: a few refusals teach how fast it does."""
    granted, seconds = read_large_estate({"size": 60, "per_second": 5}, 16, serve, connect)
    assert 0 < granted.refusals < 30
    assert seconds <= 1.3 * granted.least_seconds


def read_large_estate(quotas: dict[str, float], pools: int, serve: Serve, connect: Connect) -> tuple[Quotas, float]:
    """Twenty clusters in two subscriptions; returns the quotas with their counts, and how long it would have taken."""
    clock = VirtualClock()
    granted = Quotas(now=clock.now, **quotas)  # type: ignore[arg-type]
    estate = grow(clusters=20, pools=pools, nodes=1, max_pods=1, subscriptions=2, models=["cni-overlay"])
    standin = serve(estate, quotas=granted)
    kept = Kept()
    collect(connect(standin, deadline=clock), [subscription_id(1), subscription_id(2)], kept)
    assert kept.gaps == []
    assert kept.by_type[types.SCALE_SET_NICS] == 20 * pools
    return granted, clock.now()
