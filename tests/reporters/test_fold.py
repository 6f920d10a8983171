"""Text in a terminal that is too narrow for it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.reporters.fold import fold
from aks_audit.reporters.json_report import render
from aks_audit.reporters.topology import render_text

from .reports import empty_report, faulty_estate, faulty_report, report_of

WORDS = st.lists(st.text("abc,.", min_size=1, max_size=12), min_size=1, max_size=30).map(" ".join)
LINES = st.tuples(st.sampled_from(["", "  ", "├─ ", "│  └─ ", "│     ├─ ", "  - ", "    ~ "]), WORDS).map("".join)


@given(st.lists(LINES, max_size=6), st.integers(40, 120), st.integers(0, 4))
def test_nothing_is_lost_and_nothing_stands_out(lines: list[str], width: int, hanging: int) -> None:
    text = "".join(f"{line}\n" for line in lines)
    folded = fold(text, width, hanging)
    assert re.sub("[│├└─ ~-]|\n", "", folded) == re.sub("[│├└─ ~-]|\n", "", text)
    assert all(len(line) <= width for line in folded.splitlines())
    assert fold(text, 10_000, hanging) == text


def test_a_word_that_is_too_long_stays_whole_so_that_it_can_be_copied() -> None:
    assert fold(f"  see {'x' * 50} there\n", 40) == f"  see\n    {'x' * 50}\n    there\n"


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_tree_keeps_its_guides(width: int) -> None:
    text = render_text(faulty_report(), width)
    assert max(map(len, text.splitlines())) <= width
    above = ""
    for line in text.splitlines():
        for column, character in enumerate(line):
            if character in "│├└":
                assert column >= len(above) or above[column] != " ", f"a guide hangs in the air: {line!r}"
        above = line


def program(words: list[str], columns: int) -> str:
    """What a program writes to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "NO_COLOR": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "aks_audit", *words], stdout=theirs, stderr=subprocess.DEVNULL, env=environment
    ):
        os.close(theirs)
        parts = []
        try:
            while part := os.read(ours, 65536):
                parts.append(part)
        except OSError:  # Linux says so when the other side has closed
            pass
        os.close(ours)
    return b"".join(parts).decode()


@pytest.mark.parametrize(
    "line",
    ["topology --demo", "plan --demo --cluster aks-orders --pool orders --max-count 3", "diff OLD NEW --fail-on never"],
)
def test_the_program_folds_for_a_terminal_and_not_for_a_pipe(line: str, tmp_path: Path) -> None:
    reports = {"OLD": empty_report(), "NEW": report_of(faulty_estate())}
    for name, report in reports.items():
        (tmp_path / f"{name}.json").write_text(render(report))
    words = [str(tmp_path / f"{word}.json") if word in reports else word for word in line.split()]
    narrow = program(words, 60).splitlines()
    assert narrow
    assert all(len(row) <= 60 or " " not in row.strip() for row in narrow)
    piped = subprocess.run([sys.executable, "-m", "aks_audit", *words], capture_output=True, text=True, check=False)
    assert max(map(len, piped.stdout.splitlines())) > 60
