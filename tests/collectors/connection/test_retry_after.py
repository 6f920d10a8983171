"""What an answer asks to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.collectors.connection.retry_after import retry_after

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def http(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


@given(st.integers(0, 10**6))
def test_seconds_are_seconds(seconds: int) -> None:
    assert retry_after({"retry-after": str(seconds)}) == seconds


@given(st.integers(-(10**5), 10**5), st.integers(-(10**6), 10**6))
def test_a_date_counts_from_the_servers_own_whatever_this_machine_thinks(seconds: int, skew: int) -> None:
    server = NOON + timedelta(seconds=skew)
    headers = {"Retry-After": http(server + timedelta(seconds=seconds)), "Date": http(server)}
    assert retry_after(headers, now=NOON) == max(0, seconds)


def test_without_a_date_of_the_server_this_machines_counts() -> None:
    assert retry_after({"Retry-After": http(NOON + timedelta(seconds=9))}, now=NOON) == 9
    assert retry_after({"Retry-After": http(NOON + timedelta(seconds=9)), "Date": "noon"}, now=NOON) == 9


@given(st.text(), st.text())
def test_nothing_that_a_server_writes_breaks_it(text: str, date: str) -> None:
    asked = retry_after({"Retry-After": text, "Date": date})
    assert asked is None or 0 <= asked < float("inf")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("-inf", None),
        ("-30", 0),
        ("1e3", 1000),
        ("2.5", 2.5),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 251_635_031_999),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 99 Jan 2026 00:00:00 GMT", None),
        ("Thu, 01 Jan 2026 12:00:05", 5),
    ],
)
def test_absurd_values(text: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": text, "Date": http(NOON)}) == seconds
