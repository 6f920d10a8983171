"""Reading a configuration, and saying what is wrong in one and where."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from ipaddress import ip_network
from pathlib import Path

import jsonschema
import pytest

from aks_audit.config import Choice, Configuration, find, read, schema
from aks_audit.errors import ConfigurationError
from aks_audit.findings import Severity
from aks_audit.settings import ExternalPrefix, Settings, Thresholds
from aks_audit.suppressions import Suppress

RULES = ("kubenet-route-missing", "subnet-nearly-full", "kubenet-retirement")

FULL = """
profile = "policy"
select = ["kubenet-route-missing"]
ignore = ["kubenet-retirement"]
fail_on = "medium"
external_prefixes = ["192.168.0.0/16", {prefix = "10.8.0.0/14", name = "Lyon"}, "fd00::/8"]
expected_egress = ["20.1.2.3", "20.4.0.0/28"]

[severity]
subnet-nearly-full = "low"

[thresholds]
used_percent_medium = 70
route_limit = 1000

[[suppress]]
rule = "kubenet-retirement"
resource = "*/resourceGroups/rg-lab/*"
reason = "the lab is torn down in spring"
owner = "net team"
expires = 2027-03-31

[[suppress]]
rule = "subnet-nearly-full"
resource = "nodes"
reason = "known"
owner = "ana"
expires = "2027-01-01"
"""

EXPECTED = Configuration(
    choice=Choice(profile="policy", select=("kubenet-route-missing",), ignore=("kubenet-retirement",)),
    fail_on="medium",
    settings=Settings(
        thresholds=Thresholds(used_percent_medium=70, route_limit=1000),
        external_prefixes=(
            ExternalPrefix(prefix=ip_network("192.168.0.0/16"), name="192.168.0.0/16"),
            ExternalPrefix(prefix=ip_network("10.8.0.0/14"), name="Lyon"),
            ExternalPrefix(prefix=ip_network("fd00::/8"), name="fd00::/8"),
        ),
        expected_egress=(ip_network("20.1.2.3/32"), ip_network("20.4.0.0/28")),
    ),
    severities={"subnet-nearly-full": Severity.LOW},
    suppressions=(
        Suppress(
            rule="kubenet-retirement",
            resource="*/resourceGroups/rg-lab/*",
            reason="the lab is torn down in spring",
            owner="net team",
            expires=date(2027, 3, 31),
        ),
        Suppress(rule="subnet-nearly-full", resource="nodes", reason="known", owner="ana", expires=date(2027, 1, 1)),
    ),
)


def written(folder: Path, text: str, name: str = "aks-audit.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def of_tool(text: str) -> str:
    """The same as a part of pyproject.toml."""
    tables = text.replace("[severity]", "[tool.aks-audit.severity]").replace(
        "[thresholds]", "[tool.aks-audit.thresholds]"
    )
    return '[project]\nname = "infra"\n[tool.aks-audit]\n' + tables.replace(
        "[[suppress]]", "[[tool.aks-audit.suppress]]"
    )


def wrong(folder: Path, text: str) -> str:
    """What is said about a file, without its name."""
    path = written(folder, text)
    with pytest.raises(ConfigurationError) as raised:
        read(path, RULES)
    said = str(raised.value)
    assert said.startswith(str(path))
    return said.removeprefix(str(path)).removeprefix(": ")


@pytest.mark.parametrize(
    ("name", "text"), [("aks-audit.toml", FULL), ("pyproject.toml", of_tool(FULL)), ("x.toml", of_tool(FULL))]
)
def test_reads_everything_from_either_kind_of_file(tmp_path: Path, name: str, text: str) -> None:
    path = written(tmp_path, text, name)
    found = read(path, RULES)
    assert found.path == str(path)
    for field in ("choice", "fail_on", "settings", "severities", "suppressions"):
        assert getattr(found, field) == getattr(EXPECTED, field), field


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    assert read(path, RULES) == Configuration(path=str(path))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("treshold = 1", "unknown key treshold; did you mean thresholds?"),
        ("fail-on = 'high'", "unknown key fail-on; did you mean fail_on?"),
        ("zzz = 1", "unknown key zzz; one of profile, select, ignore, fail_on"),
        ("[thresholds]\nroute_limt = 1", "unknown key thresholds.route_limt; did you mean route_limit?"),
        ("[[suppress]]\nrules = 'x'", "unknown key suppress[0].rules; did you mean rule?"),
        (
            "external_prefixes = [{prefix = '10.0.0.0/8', nam = 'x'}]",
            "unknown key external_prefixes[0].nam; did you mean name?",
        ),
        ("profile = 'polcy'", "profile: 'polcy' does not exist; did you mean policy?"),
        ("profile = 3", "profile: expected str, got int"),
        ("fail_on = 'hihg'", "fail_on: 'hihg' does not exist; did you mean high?"),
        ("fail_on = 'info'", "fail_on: 'info' does not exist; one of critical, high, medium, low, never"),
        (
            "select = ['kubenet-route-mising']",
            "select[0]: 'kubenet-route-mising' does not exist; did you mean kubenet-route-missing?",
        ),
        ("ignore = ['subnet-nearly-full', 'x']", "ignore[1]: 'x' does not exist; one of kubenet-route-missing"),
        ("select = 'subnet-nearly-full'", "select: expected array, got str"),
        (
            "[severity]\nsubnet-nearly-ful = 'low'",
            "severity: 'subnet-nearly-ful' does not exist; did you mean subnet-nearly-full?",
        ),
        (
            "[severity]\nsubnet-nearly-full = 'lo'",
            "severity.subnet-nearly-full: 'lo' does not exist; did you mean low?",
        ),
        (
            "[severity]\nsubnet-nearly-full = 3",
            "severity.subnet-nearly-full is no word; one of critical, high, medium, low, info",
        ),
        ("severity = 'low'", "severity: expected object, got str"),
        ("[thresholds]\nroute_limit = 'many'", "thresholds.route_limit: expected int, got str"),
        ("[thresholds]\nroute_limit = true", "thresholds.route_limit: expected int, got bool"),
        ("[thresholds]\nroute_limit = -1", "thresholds.route_limit: -1 is out of range; give 0 or more"),
        ("[thresholds]\nused_percent_high = 101", "thresholds.used_percent_high: 101 is out of range; give 0 to 100"),
        ("[thresholds]\nmax_prefix_length = 33", "thresholds.max_prefix_length: 33 is out of range; give 0 to 32"),
        ("[thresholds]\nused_percent_medium = 95", "thresholds.used_percent_high is below used_percent_medium"),
        (
            "external_prefixes = ['10.0.0.0/33']",
            "external_prefixes[0]: '10.0.0.0/33' is no prefix; write it as 10.0.0.0/8",
        ),
        (
            "external_prefixes = ['10.0.0.1/8']",
            "external_prefixes[0]: 10.0.0.1/8 has bits set behind its prefix; did you mean 10.0.0.0/8?",
        ),
        ("external_prefixes = [{name = 'x'}]", "external_prefixes[0]: object missing required field prefix"),
        ("expected_egress = ['here']", "expected_egress[0]: 'here' is no prefix"),
        ("expected_egress = [3]", "expected_egress[0]: expected str, got int"),
        ("suppress = 3", "suppress: expected array, got int"),
        ("suppress = [3]", "suppress[0]: expected object, got int"),
    ],
)
def test_says_what_is_wrong_and_where(tmp_path: Path, text: str, words: str) -> None:
    assert wrong(tmp_path, text).startswith(words)


ENTRY = {"rule": "subnet-nearly-full", "resource": "nodes", "reason": "known", "owner": "ana", "expires": "2027-01-01"}


def entry(**changes: str | None) -> str:
    """A suppression in which some values are other, or missing."""
    values = {**ENTRY, **changes}
    return "[[suppress]]\n" + "".join(f'{key} = "{value}"\n' for key, value in values.items() if value is not None)


@pytest.mark.parametrize("key", ["rule", "resource", "reason", "owner", "expires"])
def test_a_suppression_needs_all_of_its_keys(tmp_path: Path, key: str) -> None:
    assert wrong(tmp_path, entry(**{key: None})) == f"suppress[0]: object missing required field {key}"


@pytest.mark.parametrize("key", ["resource", "reason", "owner"])
def test_a_suppression_says_something_in_each(tmp_path: Path, key: str) -> None:
    assert wrong(tmp_path, entry(**{key: "  "})) == f"suppress[0].{key} is empty"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rule": "subnet-nearly-ful"}, "suppress[0].rule: 'subnet-nearly-ful' does not exist; did you mean"),
        ({"expires": "soon"}, "suppress[0].expires: invalid RFC3339 encoded date"),
        ({"expires": "2027-02-30"}, "suppress[0].expires: invalid RFC3339 encoded date"),
    ],
)
def test_a_suppression_of_what_does_not_exist(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    assert wrong(tmp_path, entry(**changes)).startswith(words)


def test_a_number_is_no_date(tmp_path: Path) -> None:
    assert wrong(tmp_path, entry(expires=None) + "expires = 2027\n") == "suppress[0].expires: expected date, got int"


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    path = written(tmp_path, "a = = 1")
    with pytest.raises(ConfigurationError, match=r"aks-audit.toml is no TOML: .*line 1"):
        read(path, RULES)


def test_bytes_that_are_no_text_are_no_toml(tmp_path: Path) -> None:
    path = tmp_path / "aks-audit.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="is no TOML"):
        read(path, RULES)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot read the configuration .*nosuch.toml: No such file"):
        read(tmp_path / "nosuch.toml", RULES)


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'", "[tool.other]\n"])
def test_a_pyproject_without_our_table_is_an_error_where_it_was_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"has no \[tool.aks-audit\]; add it, or name another file"):
        read(written(tmp_path, text, "pyproject.toml"), RULES)


def test_our_table_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"tool.aks-audit is no table"):
        read(written(tmp_path, "[tool]\naks-audit = 3", "pyproject.toml"), RULES)


# -------------------------------------------------------------------- which file


def test_finds_the_own_file_before_the_shared_one(tmp_path: Path) -> None:
    assert find(tmp_path) is None
    shared = written(tmp_path, "[tool.other]", "pyproject.toml")
    assert find(tmp_path) is None
    written(tmp_path, "[tool.aks-audit]", "pyproject.toml")
    assert find(tmp_path) == shared
    assert find(tmp_path) != (own := written(tmp_path, ""))
    assert find(tmp_path) == own


def test_a_broken_pyproject_is_said_to_be_broken(tmp_path: Path) -> None:
    """Nobody knows what it would have said."""
    written(tmp_path, "[tool.aks-audit", "pyproject.toml")
    with pytest.raises(ConfigurationError, match=r"pyproject.toml is no TOML"):
        find(tmp_path)


# -------------------------------------------------------------------- the command line wins


def test_each_option_replaces_the_file_s() -> None:
    assert EXPECTED.overruled() == EXPECTED
    assert EXPECTED.overruled(profile="default").choice.profile == "default"
    assert EXPECTED.overruled(ignore=("x",)).choice.ignore == ("x",)
    assert EXPECTED.overruled(ignore=("x",)).choice.select == ("kubenet-route-missing",)
    assert EXPECTED.overruled(fail_on="low").fail_on == "low"


def test_what_the_command_line_selects_runs_although_the_file_ignores_it() -> None:
    chosen = EXPECTED.overruled(select=("kubenet-retirement",)).choice
    assert (chosen.select, chosen.ignore) == (("kubenet-retirement",), ())


# -------------------------------------------------------------------- the schema


def test_the_schema_takes_what_is_taken_and_refuses_what_is_not() -> None:
    shape = json.loads(json.dumps(schema()))
    jsonschema.Draft202012Validator.check_schema(shape)
    document = json.loads(json.dumps(tomllib.loads(FULL), default=str))
    jsonschema.validate(document, shape, jsonschema.Draft202012Validator)
    for broken in ({"nosuch": 1}, {"fail_on": "info"}, {"thresholds": {"x": 1}}, {"suppress": [{"rule": "x"}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, shape, jsonschema.Draft202012Validator)
