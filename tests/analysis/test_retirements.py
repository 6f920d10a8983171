from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.analysis.retirements import CHECKED, KUBENET, RETIREMENTS, WINDOWS_2019, Retirement
from aks_audit.findings import Severity

YEAR = 365


def test_the_table_names_each_feature_once_with_a_source() -> None:
    assert len({item.feature for item in RETIREMENTS}) == len(RETIREMENTS)
    assert all(item.source.startswith(("https://learn.microsoft.com/", "https://github.com/")) for item in RETIREMENTS)
    assert date(2026, 11, 23) <= CHECKED


@pytest.mark.parametrize("item", RETIREMENTS, ids=lambda item: item.feature)
def test_it_gets_no_better_with_time(item: Retirement) -> None:
    steps = [item.far, item.near, item.ended, *([item.removal] if item.removed else [])]
    assert steps == sorted(steps)
    assert item.removed is None or item.removed > item.ends
    days = [item.ends - timedelta(YEAR + 1), item.ends - timedelta(YEAR), item.ends, item.ends + timedelta(1)]
    assert [item.severity_on(day, YEAR) for day in days] == [item.far, item.near, item.near, item.ended]


def test_images_are_gone_from_their_day_on() -> None:
    gone = WINDOWS_2019.removed
    assert gone
    assert WINDOWS_2019.severity_on(gone - timedelta(1), YEAR) is Severity.HIGH
    assert WINDOWS_2019.severity_on(gone, YEAR) is Severity.CRITICAL
    assert WINDOWS_2019.when(gone - timedelta(1)) == "retired on 2026-03-01, 395 days ago"
    assert WINDOWS_2019.when(gone) == "retired on 2026-03-01, 396 days ago; its images are gone since 2027-04-01"


@pytest.mark.parametrize(
    ("day", "words", "left"),
    [
        (date(2028, 3, 30), "retires on 2028-03-31, in 1 day", 1),
        (date(2028, 3, 31), "retires on 2028-03-31, in 0 days", 0),
        (date(2028, 4, 1), "retired on 2028-03-31, 1 day ago", -1),
    ],
)
def test_the_last_day_still_counts(day: date, words: str, left: int) -> None:
    assert KUBENET.when(day) == words
    assert KUBENET.days_left(day) == left
    assert KUBENET.sum_on(day) == f"2028-03-31 - {day} = {left} days"


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(0, 1000), st.sampled_from(RETIREMENTS))
def test_a_longer_warning_never_lessens_it(day: date, near: int, item: Retirement) -> None:
    assert item.severity_on(day, near + 1) >= item.severity_on(day, near)
