"""Each fault of the matrix, in a whole run of the command line: nothing is lost without being named."""

from __future__ import annotations

import re

import pytest

from .bed import Outcome, bed, healthy_estate
from .matrix import ROWS, Row
from .observed import failures, observe
from .page import PAGE, line

LINES = [text for text in PAGE.read_text("utf-8").splitlines() if re.search(r"\| [0-3] \|$", text)]


@pytest.fixture(scope="module")
def whole() -> Outcome:
    """What comes without faults."""
    with bed(healthy_estate()) as healthy:
        return healthy.audit()


def test_without_faults_there_is_nothing_to_name(whole: Outcome) -> None:
    assert (whole.code, whole.codes, whole.unknown) == (0, frozenset(), frozenset())
    assert whole.findings
    assert len(set(whole.collected.ids.values())) >= 12


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fault)
def test_a_fault_is_healed_or_named(row: Row, whole: Outcome) -> None:
    with observe(row) as seen:
        assert failures(seen, whole) == []
        assert line(row, seen.outcome) in LINES, "run python -m tests.reliability"


def test_the_page_shows_each_fault_and_nothing_else() -> None:
    assert len(LINES) == len(ROWS) == len({row.fault for row in ROWS})
