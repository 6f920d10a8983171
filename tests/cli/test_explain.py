"""`rules` and `explain`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from aks_audit import rules as rules_module
from aks_audit.cli import run
from aks_audit.cli.explain import explain
from aks_audit.rules import catalogue
from aks_audit.rules.lifecycle.kubenet_retirement import kubenet_retirement

Capsys = pytest.CaptureFixture[str]


def terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """Standard output is a terminal of that width."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(width))


def plain(text: str) -> str:
    """Without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_pipe_gets_a_line_a_rule(capsys: Capsys) -> None:
    assert run(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(catalogue())
    assert any(line.startswith("critical  kubenet-route-missing  ") for line in lines)


@pytest.mark.parametrize("width", [200, 120, 80, 40])
def test_a_terminal_gets_a_table_that_fits(width: int, capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(monkeypatch, width)
    assert run(["rules"]) == 0
    text = capsys.readouterr().out
    assert "\x1b[" in text
    lines = plain(text).splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].split()[:2] == ["severity", "rule"]
    assert ("family" in lines[0]) is (width >= 100)
    together = "".join(plain(text).split())
    assert [rule.id for rule in catalogue() if rule.id not in together] == []


def test_lists_one_family_or_profile(capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    demanded = replace(kubenet_retirement, id="kubenet-not-wanted", profile="policy", peer="PSRule X")
    everything = (*catalogue(), demanded)
    monkeypatch.setattr(rules_module, "catalogue", lambda: everything)
    assert run(["rules", "--family", "kubenet", "-f", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rules"]
    assert {row["family"] for row in rows} == {"kubenet"}
    assert set(rows[0]) == {"id", "title", "severity", "family", "profile", "helpUri"}
    assert run(["rules", "--profile", "policy", "-f", "json"]) == 0
    assert "kubenet-not-wanted" in [row["id"] for row in json.loads(capsys.readouterr().out)["rules"]]
    assert run(["rules", "--profile", "default", "-f", "json"]) == 0
    assert {row["profile"] for row in json.loads(capsys.readouterr().out)["rules"]} == {"default"}
    terminal(monkeypatch, 80)
    assert run(["rules", "--family", "lifecycle"]) == 0
    assert "kubenet-not-wanted (policy)" in plain(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--family kubnet", "family 'kubnet' does not exist; did you mean kubenet?"),
        ("--profile polcy", "profile 'polcy' does not exist; did you mean policy?"),
    ],
)
def test_a_filter_that_does_not_exist(words: str, said: str, capsys: Capsys) -> None:
    assert run(["rules", *words.split()]) == 2
    assert said in capsys.readouterr().err


def test_a_pipe_gets_the_page_as_markdown(capsys: Capsys) -> None:
    assert run(["explain", "kubenet-route-missing"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# kubenet-route-missing\n")
    parts = (
        "- Severity: critical\n",
        "## What it finds\n",
        "## Why it matters\n",
        "## How to fix it\n",
        "## Example\n",
    )
    assert [part for part in parts if part not in text] == []
    assert text.endswith("## Sources\n" + text.rpartition("## Sources\n")[2])
    assert "- https://learn.microsoft.com/azure/aks/configure-kubenet\n" in text


@pytest.mark.parametrize("width", [160, 50])
def test_a_terminal_gets_the_page_set(width: int, capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(monkeypatch, width)
    assert run(["explain", "kubenet-route-missing"]) == 0
    text = capsys.readouterr().out
    lines = plain(text).splitlines()
    assert max(map(len, lines)) <= min(width, 100)
    assert "```" not in text
    assert "https://learn.microsoft.com/azure/aks/configure-kubenet" in plain(text).replace("\n", "").replace(" ", "")


def test_every_page_can_be_piped(capsys: Capsys) -> None:
    for rule in catalogue():
        assert explain(rule.id) == 0
        assert capsys.readouterr().out.startswith(f"# {rule.id}\n")


@pytest.mark.parametrize("family", sorted({rule.family for rule in catalogue()}))
def test_the_longest_page_of_each_family_can_be_set(
    family: str, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(monkeypatch, 80)
    longest = max((rule for rule in catalogue() if rule.family == family), key=lambda rule: len(rule.page))
    assert explain(longest.id) == 0
    assert max(map(len, plain(capsys.readouterr().out).splitlines())) <= 80


def test_explain_and_rules_import_no_azure_package() -> None:
    code = (
        "import sys; from aks_audit.cli import run\n"
        "assert run(['explain', 'kubenet-route-missing']) == 0 and run(['rules']) == 0\n"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('azure', 'requests', 'vcr')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
