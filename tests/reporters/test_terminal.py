from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from syrupy.assertion import SnapshotAssertion

from aks_audit.reporters.terminal import print_report, render

from .reports import (
    HOSTILE,
    empty_report,
    faulty_report,
    hostile_report,
    many_faults,
    report_of,
    unknown_report,
    unlisted_report,
)

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("width", [60, 100, 200])
def test_shows_the_faults(width: int, plain_file: SnapshotAssertion) -> None:
    text = render(faulty_report(), width=width, colour=False)
    assert max(map(len, text.splitlines())) <= width
    assert text == plain_file


def test_says_what_it_could_not_tell(plain_file: SnapshotAssertion) -> None:
    assert render(unknown_report(), width=100, colour=False) == plain_file


def test_says_that_there_is_nothing() -> None:
    assert render(empty_report(), width=100, colour=False).splitlines()[0] == "No cluster found"
    assert render(unlisted_report(), width=100, colour=False).startswith("No cluster could be read; 2 checks")


def test_colour_changes_nothing_but_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    coloured = render(faulty_report(), width=100, colour=True)
    assert "\x1b[" in coloured
    plain = render(faulty_report(), width=100, colour=False)
    assert [line.rstrip() for line in COLOUR.sub("", coloured).splitlines()] == plain.splitlines()


def test_no_color_and_a_pipe_mean_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in render(faulty_report())
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in render(faulty_report())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[0-9;]*3\d", render(faulty_report()))


def test_prints_to_a_console() -> None:
    console = Console(file=io.StringIO(), width=100)
    print_report(faulty_report(), console)
    assert isinstance(console.file, io.StringIO)
    assert "2 critical in 3 of 5 clusters" in console.file.getvalue()


def test_a_long_report_ends_with_the_verdict_again() -> None:
    lines = render(report_of(many_faults(40)), width=100, colour=False).splitlines()
    assert lines[0] == lines[-1]
    assert any("10 clusters not shown" in line for line in lines)
    assert any("and 20 more findings of this rule" in line for line in lines)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("width", [60, 100])
def test_hostile_names_steer_nothing(name: str, width: int) -> None:
    text = render(hostile_report(name), width=width, colour=False)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert max(map(len, text.splitlines())) <= width
    assert len(text) < 20_000


def test_markup_and_emoji_in_names_are_shown_as_they_are() -> None:
    text = " ".join(render(hostile_report(HOSTILE["rich"]), width=200, colour=False).split())
    assert HOSTILE["rich"] in text
