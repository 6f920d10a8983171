"""What a pipeline shows beside the log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aks_audit.cli import run
from aks_audit.cli.annotations import LARGE, SUMMARY_LIMIT

from ..example_estates import kubenet_with_faults

Capsys = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    path = kubenet_with_faults().write(tmp_path / "faulty.jsonl")
    return ["audit", "--inventory", str(path), "--select", "kubenet-route-missing", "-f", "json"]


def test_outside_a_pipeline_there_are_none(words: list[str], capsys: Capsys) -> None:
    assert run(words) == 1
    assert capsys.readouterr().err == ""


def test_github_gets_annotations_and_a_summary_and_the_report_stays_whole(
    words: list[str], tmp_path: Path, capsys: Capsys, monkeypatch: Patch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert run(words) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["schemaVersion"] == 1
    assert said.err.startswith("::error title=kubenet-route-missing%3A A kubenet node has no route")
    assert said.err.count("\n") == len(json.loads(said.out)["findings"])
    written = summary.read_text("utf-8")
    assert written.startswith("before\n\n🔴 **")
    assert "### Findings" in written


def test_azure_pipelines_gets_issues_and_a_summary(
    words: list[str], tmp_path: Path, capsys: Capsys, monkeypatch: Patch
) -> None:
    monkeypatch.setenv("TF_BUILD", "True")
    monkeypatch.setenv("AGENT_TEMPDIRECTORY", str(tmp_path))
    assert run(words) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["schemaVersion"] == 1
    *found, last = said.err.splitlines()
    assert found
    assert all(line.startswith("##vso[task.logissue type=error;code=kubenet-route-missing]") for line in found)
    path = Path(last.removeprefix("##vso[task.uploadsummary]"))
    assert path.parent == tmp_path
    assert path.read_text("utf-8").startswith("🔴 **")


@pytest.mark.parametrize("name", ["GITHUB_ACTIONS", "TF_BUILD"])
def test_never_means_never(name: str, words: list[str], capsys: Capsys, monkeypatch: Patch) -> None:
    monkeypatch.setenv(name, "true")
    assert run([*words, "--annotations", "never"]) == 1
    assert capsys.readouterr().err == ""


def test_a_mode_that_does_not_exist_is_named(words: list[str], capsys: Capsys) -> None:
    assert run([*words, "--annotations", "nevr"]) == 2
    assert "value of --annotations 'nevr' does not exist; did you mean never?" in capsys.readouterr().err


def test_a_summary_that_is_full_gets_no_more(
    words: list[str], tmp_path: Path, capsys: Capsys, monkeypatch: Patch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"x" * (1024 * 1024 - 10))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert run(words) == 1
    assert "aks-audit: the job summary has no room left for the report" in capsys.readouterr().err
    assert summary.stat().st_size == 1024 * 1024 - 10


def test_a_summary_that_cannot_be_written_changes_no_exit_code(
    words: list[str], tmp_path: Path, capsys: Capsys, monkeypatch: Patch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    assert run(words) == 1
    assert "aks-audit: cannot write the job summary: Is a directory" in capsys.readouterr().err


def test_what_is_left_out_is_counted(words: list[str], capsys: Capsys, monkeypatch: Patch) -> None:
    monkeypatch.setattr("aks_audit.reporters.workflow.MOST", 0)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    assert run(words) == 1
    said = capsys.readouterr()
    count = len(json.loads(said.out)["findings"])
    assert said.err == f"aks-audit: {count} more in the report\n"


def test_the_largest_summary_is_within_the_limit() -> None:
    assert LARGE * 4 < SUMMARY_LIMIT
