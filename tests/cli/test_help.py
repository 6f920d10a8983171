"""What a newcomer sees first, the options that say how much is said, and completion."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aks_audit.cli import run
from aks_audit.cli.app import command
from aks_audit.cli.panels import COMMANDS, OPTIONS

Capsys = pytest.CaptureFixture[str]
CASSETTE = str(Path(__file__).parents[2] / "cassettes" / "healthy-mixed.yaml")


@pytest.fixture(autouse=True)
def _colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """What --no-color sets does not reach other tests."""
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.setenv("COLUMNS", "100")


def commands(group: Any = None, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, below in (group or command()).commands.items():
        yield (*words, name), below
        if hasattr(below, "commands"):
            yield from commands(below, (*words, name))


ALL = list(commands())


def panels(text: str) -> list[str]:
    return re.findall(r"^╭─ (.+?) ─+╮$", text, re.MULTILINE)


def test_the_main_job_stands_before_all_other_commands(capsys: Capsys) -> None:
    assert run(["--help"]) == 0
    said = capsys.readouterr().out
    assert panels(said)[:3] == ["Options", "Start here", "Look closer"]
    assert said.index("Start with 'aks-audit audit --demo'") < said.index("╭")
    assert re.search(r"│ audit +Collect \(or read\), reconstruct, judge, report\. This is the main job\.", said)
    assert max(len(line) for line in said.splitlines()) <= 100


def test_where_the_input_comes_from_stands_before_what_to_do_with_it(capsys: Capsys) -> None:
    assert run(["audit", "--help"]) == 0
    said = capsys.readouterr().out
    assert panels(said) == [
        "Input: live from Azure, or one of these",
        "Scope",
        "Report",
        "Exit code",
        "Rules and configuration",
        "Recording",
        "Messages",
    ]
    assert "<bool>" not in said


def test_every_command_has_a_heading() -> None:
    listed = [name for names in COMMANDS.values() for name in names]
    assert [words[0] for words, _ in ALL if len(words) == 1 and words[0] not in listed] == []


@pytest.mark.parametrize(("words", "found"), ALL, ids=[" ".join(words) for words, _ in ALL])
def test_every_option_has_a_heading(words: tuple[str, ...], found: Any) -> None:
    listed = {name for names in OPTIONS.values() for name in names}
    options = {parameter.name for parameter in found.params if parameter.param_type_name == "option"}
    assert options - listed == set()
    assert "no_color" in options


@pytest.mark.parametrize("words", [words for words, _ in ALL], ids=" ".join)
def test_every_command_helps(words: tuple[str, ...], capsys: Capsys) -> None:
    assert run([*words, "--help"]) == 0
    said = capsys.readouterr()
    assert f"Usage: aks-audit {' '.join(words)}" in said.out
    assert said.err == ""


@pytest.mark.parametrize("words", [[], ["plan"]])
def test_without_anything_to_do_the_help_goes_to_standard_error(words: list[str], capsys: Capsys) -> None:
    assert run(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Usage: aks-audit" in said.err


# -------------------------------------------------------------------- how much is said


def test_verbose_says_what_is_read_a_line_each(capsys: Capsys) -> None:
    assert run(["audit", "--replay", CASSETTE, "-v"]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "reading" in line]
    assert lines[0].startswith("aks-audit: reading 1 of ")
    assert any(line.endswith("managedClusters") or "managedClusters" in line for line in lines)
    assert [int(line.split()[2]) for line in lines] == list(range(1, len(lines) + 1))


def test_without_verbose_nothing_is_said_about_reading_in_a_pipe(capsys: Capsys) -> None:
    assert run(["audit", "--replay", CASSETTE]) == 0
    assert "reading" not in capsys.readouterr().err


def test_quiet_and_verbose_do_not_go_together(capsys: Capsys) -> None:
    assert run(["audit", "--demo", "-q", "-v"]) == 2
    assert capsys.readouterr().err == "aks-audit: --quiet and --verbose do not go together; leave one out\n"


ESCAPE = "\x1b["


@pytest.mark.parametrize(
    "arguments", [["audit", "--demo"], ["rules"], ["explain", "kubenet-route-missing"], ["audit", "--help"]]
)
def test_colours_can_be_switched_off(arguments: list[str]) -> None:
    """In a terminal, and so in a process of its own: a pseudo-terminal."""
    with_colour = _in_a_terminal(arguments)
    assert f"{ESCAPE}1" in with_colour
    assert re.search(r"\x1b\[[0-9;]*3[0-9]", with_colour)
    for switched_off in (_in_a_terminal([*arguments, "--no-color"]), _in_a_terminal(["--no-color", *arguments])):
        assert not re.search(r"\x1b\[[0-9;]*3[0-9]", switched_off)


def _in_a_terminal(arguments: list[str]) -> str:
    import pty

    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    environment = {**kept, "HOME": "/nonexistent", "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "aks_audit", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        chunks = []
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # the other end was closed
                break
            if not chunk:
                break
            chunks.append(chunk)
        process.wait()
    os.close(ours)
    return b"".join(chunks).decode()


# -------------------------------------------------------------------- completion


def completed(line: str) -> list[str]:
    """What bash would be offered, as the script that --show-completion prints asks for it."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    asked = {"_AKS_AUDIT_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    done = subprocess.run(
        [sys.executable, "-m", "aks_audit"],
        env={**kept, **asked, "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split()


def test_commands_are_completed() -> None:
    assert completed("aks-audit a") == ["audit"]
    assert set(completed("aks-audit ")) >= {"audit", "plan", "topology", "explain"}


def test_options_are_completed() -> None:
    assert completed("aks-audit audit --inv") == ["--inventory"]
    assert completed("aks-audit plan --max-s") == ["--max-surge"]


def test_rules_are_completed() -> None:
    assert completed("aks-audit explain kubenet-route-m") == ["kubenet-route-missing"]
    assert completed("aks-audit audit --ignore kubenet-route-m") == ["kubenet-route-missing"]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("aks-audit audit --format j", {"json"}),
        ("aks-audit audit --fail-on c", {"critical"}),
        ("aks-audit audit --profile p", {"policy"}),
        ("aks-audit audit --cloud u", {"usgov"}),
        ("aks-audit audit --collector g", {"graph"}),
        ("aks-audit topology --format m", {"mermaid"}),
        ("aks-audit plan --format j", {"json"}),
        ("aks-audit plan size --model kub", {"kubenet"}),
        ("aks-audit rules --family kub", {"kubenet"}),
    ],
)
def test_values_are_completed(line: str, offered: set[str]) -> None:
    assert offered <= set(completed(line))
