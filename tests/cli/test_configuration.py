"""Configuration, profiles, suppressions and baseline through the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from aks_audit import rules as rules_module
from aks_audit.cli import options, run
from aks_audit.rules import catalogue
from aks_audit.rules.lifecycle.kubenet_retirement import kubenet_retirement

from ..estate import Estate, Json, Pool
from ..example_estates import kubenet_with_faults

Capsys = pytest.CaptureFixture[str]

MISSING = "kubenet-route-missing"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to run in, with an inventory of a kubenet estate."""
    monkeypatch.chdir(tmp_path)
    kubenet_with_faults().write(tmp_path / "estate.jsonl")
    return tmp_path


@pytest.fixture
def policy_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue with a rule of the policy profile."""
    demanded = replace(kubenet_retirement, id="kubenet-not-wanted", profile="policy", peer="PSRule Azure.AKS.X")
    everything = (*catalogue(), demanded)
    monkeypatch.setattr(rules_module, "catalogue", lambda: everything)


def audit(words: str = "") -> int:
    return run(["audit", "--inventory", "estate.jsonl", *words.split()])


def report(capsys: Capsys, words: str = "", code: int | None = None) -> Json:
    """The JSON report of a run."""
    capsys.readouterr()
    got = audit(f"-f json {words}")
    assert code is None or got == code
    found: Json = json.loads(capsys.readouterr().out)
    return found


def rules_of(found: Json) -> set[str]:
    return {item["rule"] for item in found["findings"]}


def suppression(rule: str, expires: str, resource: str = "*") -> str:
    who = 'reason = "known"\nowner = "ana"'
    return f'[[suppress]]\nrule = "{rule}"\nresource = "{resource}"\n{who}\nexpires = {expires}\n'


# -------------------------------------------------------------------- which file


def test_the_file_in_the_folder_is_taken_and_named(place: Path, capsys: Capsys) -> None:
    (place / "aks-audit.toml").write_text(f'select = ["{MISSING}"]\n')
    assert rules_of(report(capsys, code=1)) == {MISSING}
    audit()
    assert "aks-audit: configuration: aks-audit.toml\n" in capsys.readouterr().err
    audit("--quiet")
    assert capsys.readouterr().err == ""


def test_pyproject_is_taken_where_it_has_a_table(place: Path, capsys: Capsys) -> None:
    (place / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert len(rules_of(report(capsys))) > 1
    (place / "pyproject.toml").write_text(f"[tool.aks-audit]\nselect = ['{MISSING}']\n")
    assert rules_of(report(capsys)) == {MISSING}


def test_a_named_file_goes_before_the_one_in_the_folder(place: Path, capsys: Capsys) -> None:
    (place / "aks-audit.toml").write_text("nonsense = 1\n")
    (place / "other.toml").write_text(f'select = ["{MISSING}"]\n')
    assert rules_of(report(capsys, "--config other.toml")) == {MISSING}


@pytest.mark.parametrize("command", ["audit", "topology", "plan --upgrade"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--config nosuch.toml", "cannot read the configuration nosuch.toml: No such file or directory"),
        ("--config bad.toml", "bad.toml: unknown key fail-on; did you mean fail_on?"),
        ("--config", "--config"),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_run(
    place: Path, capsys: Capsys, command: str, words: str, said: str
) -> None:
    (place / "bad.toml").write_text("fail-on = 'high'\n")
    assert run([*command.split(), "--inventory", "estate.jsonl", *words.split()]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert said in captured.err


def test_an_empty_name_of_a_file_is_none(place: Path, capsys: Capsys) -> None:
    for option in ("--config", "--baseline", "--write-baseline"):
        assert run(["audit", "--inventory", "estate.jsonl", option, ""]) == 2
        assert f"{option} has no value; name a file" in capsys.readouterr().err


# -------------------------------------------------------------------- what it changes


def test_the_command_line_wins_over_the_file(place: Path, capsys: Capsys) -> None:
    (place / "aks-audit.toml").write_text(
        f'fail_on = "never"\nselect = ["{MISSING}"]\nignore = ["kubenet-retirement"]\n'
    )
    assert audit() == 0
    assert audit("--fail-on high") == 1
    assert rules_of(report(capsys, "--select kubenet-retirement")) == {"kubenet-retirement"}
    assert rules_of(report(capsys, f"--ignore {MISSING}")) == set()


def test_a_severity_of_the_team_s_own_goes_before_the_rule_s(place: Path, capsys: Capsys) -> None:
    (place / "aks-audit.toml").write_text(f'select = ["{MISSING}"]\n[severity]\n{MISSING} = "low"\n')
    found = report(capsys, code=0)
    assert {item["severity"] for item in found["findings"]} == {"low"}
    assert found["summary"]["critical"] == 0
    assert audit("--fail-on low") == 1


def test_a_severity_of_the_team_s_own_goes_before_that_of_a_finding(place: Path, capsys: Capsys) -> None:
    """The retirement turns high in its last year by the finding itself."""
    words = "--select kubenet-retirement --as-of 2027-10-01"
    assert {item["severity"] for item in report(capsys, words)["findings"]} == {"high"}
    (place / "aks-audit.toml").write_text('[severity]\nkubenet-retirement = "info"\n')
    assert {item["severity"] for item in report(capsys, words)["findings"]} == {"info"}


def test_thresholds_reach_rules_and_plans(place: Path, capsys: Capsys) -> None:
    estate = Estate()
    estate.cluster("aks1", "kubenet", pools=[Pool(count=30)])
    estate.write(place / "estate.jsonl")
    plan = ["plan", "--inventory", "estate.jsonl", "--pool", "np1", "--count", "31", "-f", "json"]
    assert rules_of(report(capsys, "--select kubenet-route-limit")) == set()
    assert run(plan) == 0
    (place / "aks-audit.toml").write_text("[thresholds]\nroute_limit = 30\n")
    assert rules_of(report(capsys, "--select kubenet-route-limit")) == {"kubenet-route-limit"}
    assert run(plan) == 1
    capsys.readouterr()
    size = ["plan", "size", "--model", "kubenet", "--nodes", "3", "--max-pods", "30", "-f", "json"]
    assert run(size) == 0
    assert json.loads(capsys.readouterr().out)["routes"]["limit"] == 30


def test_a_plan_s_configuration_stands_behind_its_subcommand(place: Path, capsys: Capsys) -> None:
    (place / "own.toml").write_text("")
    assert run(["plan", "--config", "own.toml", "size", "--model", "byo", "--nodes", "3", "--max-pods", "30"]) == 2
    assert "stands before the subcommand; write it after size" in capsys.readouterr().err


def test_prints_the_schema_of_the_configuration(capsys: Capsys) -> None:
    for words in (["--config"], ["config"]):
        assert run(["schema", *words]) == 0
        assert json.loads(capsys.readouterr().out)["title"] == "aks-audit configuration"


def test_two_schemas_at_once_and_one_that_does_not_exist_are_refused(capsys: Capsys) -> None:
    assert run(["schema", "diff", "--config"]) == 2
    assert "diff and --config do not go together; leave one out" in capsys.readouterr().err
    assert run(["schema", "dif"]) == 2
    assert "schema 'dif' does not exist; did you mean diff?" in capsys.readouterr().err


# -------------------------------------------------------------------- profiles


@pytest.mark.usefixtures("policy_rule")
def test_the_policy_profile_is_asked_for(place: Path, capsys: Capsys) -> None:
    assert "kubenet-not-wanted" not in rules_of(report(capsys))
    found = rules_of(report(capsys, "--profile policy"))
    assert {"kubenet-not-wanted", "kubenet-retirement"} <= found
    assert rules_of(report(capsys, "--select kubenet-not-wanted")) == {"kubenet-not-wanted"}
    (place / "aks-audit.toml").write_text('profile = "policy"\n')
    assert "kubenet-not-wanted" in rules_of(report(capsys))
    assert "kubenet-not-wanted" not in rules_of(report(capsys, "--profile default"))


def test_a_profile_that_does_not_exist(place: Path, capsys: Capsys) -> None:
    assert audit("--profile polcy") == 2
    assert "profile 'polcy' does not exist; did you mean policy?" in capsys.readouterr().err


# -------------------------------------------------------------------- suppressions


def test_a_suppressed_finding_does_not_fail_the_run(place: Path, capsys: Capsys) -> None:
    (place / "aks-audit.toml").write_text(f'select = ["{MISSING}"]\n' + suppression(MISSING, "2027-06-30"))
    found = report(capsys, "--as-of 2026-11-20", code=0)
    assert found["summary"]["critical"] == 0
    assert found["summary"]["suppressed"] == len(found["findings"]) > 0
    assert found["findings"][0]["suppressed"] == {"reason": "known", "owner": "ana", "expires": "2027-06-30"}
    assert found["notices"] == []


@pytest.mark.parametrize("format_name", ["terminal", "markdown", "json"])
def test_the_exit_code_is_the_same_in_every_format(place: Path, capsys: Capsys, format_name: str) -> None:
    (place / "aks-audit.toml").write_text(f'select = ["{MISSING}"]\n' + suppression(MISSING, "2027-06-30"))
    assert audit(f"-f {format_name} --as-of 2027-06-30") == 0
    assert audit(f"-f {format_name} --as-of 2027-07-01") == 1


def test_an_end_that_comes_near_or_is_over_is_said(place: Path, capsys: Capsys) -> None:
    (place / "aks-audit.toml").write_text(f'select = ["{MISSING}"]\n' + suppression(MISSING, "2027-06-30"))
    audit("--as-of 2027-06-16")
    near = "aks-audit: the suppression of kubenet-route-missing on * (ana) expires on 2027-06-30: fix it"
    assert near in capsys.readouterr().err
    assert [notice["kind"] for notice in report(capsys, "--as-of 2027-07-01", code=1)["notices"]] == [
        "suppression-expired"
    ]


def test_without_as_of_it_is_the_day_of_the_run_that_counts(
    place: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The inventory may be old; the promise was made by people who look at today's calendar."""
    (place / "aks-audit.toml").write_text(f'select = ["{MISSING}"]\n' + suppression(MISSING, "2027-06-30"))
    for today, code in ((date(2027, 6, 30), 0), (date(2027, 6, 30) + timedelta(days=1), 1)):
        monkeypatch.setattr(options, "today", lambda day=today: day)
        monkeypatch.setattr("aks_audit.cli.audit.today", lambda day=today: day)
        assert audit() == code


def test_an_entry_that_fits_nothing_is_a_note(place: Path, capsys: Capsys) -> None:
    (place / "aks-audit.toml").write_text(suppression(MISSING, "2027-06-30", "nosuch"))
    audit("--as-of 2026-11-20")
    note = "aks-audit: the suppression of kubenet-route-missing on nosuch (ana) fits no finding; take it out\n"
    assert note in capsys.readouterr().err
    name = kubenet_with_faults().of_type("managedClusters")[0]["name"]
    other = Estate()
    other.cluster("other", "cni-overlay")
    assert audit(f"--as-of 2026-11-20 -n {name}") == 1


# -------------------------------------------------------------------- baseline


def test_a_run_fails_on_what_the_baseline_does_not_have(place: Path, capsys: Capsys) -> None:
    assert audit("--write-baseline known.json") == 1
    assert "wrote known.json: a baseline of " in capsys.readouterr().err
    found = report(capsys, "--baseline known.json", code=0)
    assert all(item["baselined"] for item in found["findings"])
    assert found["summary"]["baselined"] == len(found["findings"])
    assert found["summary"]["critical"] > 0

    estate = kubenet_with_faults()
    estate.cluster("aks-new", "kubenet")
    estate.route_table_of(estate.of_type("managedClusters")[-1])["properties"]["routes"].pop()
    estate.write(place / "estate.jsonl")
    found = report(capsys, f"--baseline known.json --select {MISSING}", code=1)
    assert [item["baselined"] for item in found["findings"]].count(False) == 1

    estate.route_table_of(estate.of_type("managedClusters")[0])["properties"]["routes"].clear()
    estate.write(place / "estate.jsonl")
    found = report(capsys, f"--baseline known.json --select {MISSING}", code=1)
    assert [item["baselined"] for item in found["findings"]].count(False) == 2, "one is new, one got worse"


def test_what_is_fixed_is_listed_as_gone(place: Path, capsys: Capsys) -> None:
    audit(f"--select {MISSING} --write-baseline known.json")
    estate = Estate()
    estate.cluster("aks-other", "kubenet")
    estate.write(place / "estate.jsonl")
    found = report(capsys, f"--select {MISSING} --baseline known.json", code=0)
    assert {item["rule"] for item in found["gone"]} == {MISSING}
    assert found["summary"]["gone"] == len(found["gone"])


def test_a_suppression_that_ends_is_new_to_a_baseline(place: Path, capsys: Capsys) -> None:
    (place / "aks-audit.toml").write_text(f'select = ["{MISSING}"]\n' + suppression(MISSING, "2027-06-30"))
    assert audit("--as-of 2026-11-20 --write-baseline known.json") == 0
    assert audit("--as-of 2026-11-20 --baseline known.json") == 0
    assert audit("--as-of 2027-07-01 --baseline known.json") == 1


def test_a_broken_baseline_stops_the_run(place: Path, capsys: Capsys) -> None:
    (place / "broken.json").write_text("{")
    assert audit("--baseline broken.json") == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "broken.json is no baseline" in said.err
    assert audit("--baseline nosuch.json") == 2
    assert "cannot read the baseline nosuch.json" in capsys.readouterr().err


def test_a_baseline_that_cannot_be_written_is_said(place: Path, capsys: Capsys) -> None:
    """Before the run, which may take minutes."""
    assert audit("--quiet --write-baseline nosuch/known.json") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "cannot write nosuch/known.json; name a file in a folder that exists" in said.err


def test_with_chosen_clusters_nothing_is_called_gone(place: Path, capsys: Capsys) -> None:
    audit("--write-baseline known.json")
    estate = Estate()
    estate.cluster("aks-other", "cni-overlay")
    estate.write(place / "estate.jsonl")
    assert report(capsys, "--baseline known.json")["gone"]
    found = report(capsys, "--baseline known.json -n aks-other")
    assert (found["gone"], [notice["kind"] for notice in found["notices"]]) == ([], ["baseline-unchecked"])
