from __future__ import annotations

import json
from pathlib import Path

import pytest

from aks_audit.cli import run

from ..diff.sides import grown_estate
from ..estate import Estate
from ..example_estates import kubenet_with_faults
from ..reporters.reports import faulty_estate
from .test_command_line import one_line, without_tables

Capsys = pytest.CaptureFixture[str]
RULES = ["--select", "kubenet-route-missing", "--select", "subnet-too-small-for-upgrade"]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Inventories: faulty, later, and nothing but what is fine."""
    good = faulty_estate()
    for cluster in [item for item in good.of_type("managedClusters") if item["name"] != "orange"]:
        good.remove(cluster)
    estates: dict[str, Estate] = {"old": faulty_estate(), "new": grown_estate(), "good": good}
    return {name: str(estate.write(tmp_path / f"{name}.jsonl")) for name, estate in estates.items()}


def report_of(path: str, target: Path) -> str:
    run(["audit", "--inventory", path, *RULES, "-q", "-o", str(target)])
    return str(target)


@pytest.mark.parametrize("name", ["text", "markdown", "json"])
def test_exits_one_where_something_is_new(name: str, files: dict[str, str], capsys: Capsys) -> None:
    assert run(["diff", files["good"], files["old"], *RULES, "-f", name]) == 1
    assert run(["diff", files["good"], files["old"], *RULES, "-f", name, "--fail-on", "never"]) == 0
    assert run(["diff", files["old"], files["good"], *RULES, "-f", name]) == 0
    assert run(["diff", files["old"], files["old"], *RULES, "-f", name]) == 0


def test_reports_and_inventories_say_the_same(files: dict[str, str], tmp_path: Path, capsys: Capsys) -> None:
    reports = [report_of(files[name], tmp_path / f"{name}.json") for name in ("old", "new")]
    run(["diff", *reports, "-f", "json"])
    by_report = json.loads(capsys.readouterr().out)
    run(["diff", files["old"], files["new"], *RULES, "-f", "json"])
    assert json.loads(capsys.readouterr().out) == by_report
    assert by_report["findings"]["changed"]


def test_writes_files_by_suffix(files: dict[str, str], tmp_path: Path, capsys: Capsys) -> None:
    targets = [tmp_path / f"d{suffix}" for suffix in (".txt", ".md", ".json")]
    outputs = [word for target in targets for word in ("-o", str(target))]
    assert run(["diff", files["old"], files["new"], *RULES, "-q", *outputs]) == 1  # worse than before
    assert capsys.readouterr() == ("", "")
    assert all(target.read_text("utf-8") for target in targets)


def test_what_could_not_be_told_is_three(tmp_path: Path, capsys: Capsys) -> None:
    path = without_tables(tmp_path)
    words = ["diff", path, path, "--select", "kubenet-route-missing"]
    assert run(words) == 3
    assert run([*words, "--allow-incomplete"]) == 0


def test_both_are_judged_on_the_day_of_the_new_one(tmp_path: Path, capsys: Capsys) -> None:
    path = str(kubenet_with_faults().write(tmp_path / "a.jsonl"))
    text = Path(path).read_text("utf-8")
    later = tmp_path / "later.jsonl"
    later.write_text(
        text.replace('"collectedAt":"2026', '"collectedAt":"2027').replace(
            '"collectedAt": "2026', '"collectedAt": "2027'
        )
    )
    assert later.read_text("utf-8") != text
    run(["diff", path, str(later), "--select", "kubenet-retirement", "-f", "json"])
    found = json.loads(capsys.readouterr().out)
    assert found["findings"]["changed"] == found["findings"]["new"] == []
    assert found["findings"]["unchanged"] > 0


def test_a_report_of_another_version_is_an_error(files: dict[str, str], tmp_path: Path, capsys: Capsys) -> None:
    report = report_of(files["old"], tmp_path / "old.json")
    other = tmp_path / "other.json"
    other.write_text(json.dumps(json.loads(Path(report).read_text("utf-8")) | {"schemaVersion": 9}))
    capsys.readouterr()
    assert run(["diff", str(other), report]) == 2
    assert "schemaVersion 9, this aks-audit knows 1" in one_line(capsys)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{old} {report}", "is a report and {old} is none; name two inventories, or two JSON reports"),
        ("{report} {report} --select kubenet-route-missing", "--select is for inventories; these are reports"),
        ("{report} {report} --as-of today", "--as-of is for inventories; these are reports"),
        ("- -", "OLD and NEW are both standard input"),
        ("{old} /nonexistent/x", "cannot read /nonexistent/x: No such file or directory"),
        ("{old} {old} -f sarif", "format 'sarif' does not exist; one of text, markdown, json"),
        ("{old} {old} --ignore kubenet-route-mising", "did you mean kubenet-route-missing?"),
        ("{old} {old} --fail-on hihg", "did you mean high?"),
    ],
)
def test_what_does_not_go_is_one_line(
    words: str, said: str, files: dict[str, str], tmp_path: Path, capsys: Capsys
) -> None:
    files["report"] = report_of(files["old"], tmp_path / "old.json")
    capsys.readouterr()
    assert run(["diff", *words.format(**files).split()]) == 2
    assert said.format(**files) in one_line(capsys)
