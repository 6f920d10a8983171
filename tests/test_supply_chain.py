"""What it is built and tested with: pinned by hash, from no address of its own, and no wider than what is tested."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .advisories import FINE, FOUND, NOT_TOLD, judged

ROOT: Final = Path(__file__).parents[1]
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS: Final = ("requirements-dev.lock", "requirements-lowest.lock")
WORKFLOWS: Final = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
_PIN: Final = re.compile(r"^([\w.-]+)==(\S+?)( ; .+?)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n", re.MULTILINE)


def pins(lock: str) -> dict[str, set[str]]:
    """The versions of each package; more than one where platforms differ."""
    found: dict[str, set[str]] = {}
    for name, version, _, _ in _PIN.findall((ROOT / lock).read_text()):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def group(name: str) -> list[Requirement]:
    """A dependency group with those that it includes."""
    found = []
    for item in PROJECT["dependency-groups"][name]:
        found += [Requirement(item)] if isinstance(item, str) else group(item["include-group"])
    return found


def runtime() -> list[Requirement]:
    return [Requirement(text) for text in PROJECT["project"]["dependencies"]]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_everything_by_hash_and_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert _PIN.sub("", text) == ""


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [(LOCKS[0], [*runtime(), *group("dev")]), (LOCKS[1], [*runtime(), *group("quick")])],
    ids=LOCKS,
)
def test_a_lock_has_what_the_project_asks_for(lock: str, wanted: list[Requirement]) -> None:
    pinned = pins(lock)
    absent = [
        str(one)
        for one in wanted
        if not any(one.specifier.contains(version) for version in pinned.get(canonicalize_name(one.name), ()))
    ]
    assert absent == [], "run make lock"


def test_the_lowest_versions_that_are_allowed_are_those_that_are_tested() -> None:
    pinned = pins(LOCKS[1])
    for one in runtime():
        lowest = next(each.version for each in one.specifier if each.operator == ">=")
        versions = pinned[canonicalize_name(one.name)]
        assert any((version + ".0.0").startswith(f"{lowest}.") for version in versions), f"{one}: run make lock"


def report(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


A: Final = {"name": "a", "version": "1", "vulns": []}
B: Final = {"name": "b", "version": "2", "vulns": [{"id": "X-1", "fix_versions": ["3"]}]}
UNKNOWN: Final = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (report(A), FINE, "no known vulnerability in 1 packages"),
        (report(A, B), FOUND, "known vulnerabilities: b 2: X-1"),
        (report(B, UNKNOWN), FOUND, "b 2: X-1"),
        (report(A, UNKNOWN), NOT_TOLD, "knows nothing of 1 of 2 packages"),
        (report(UNKNOWN), NOT_TOLD, "knows nothing of 1 of 1 packages"),
        (report(), NOT_TOLD, "knows nothing"),
        ("", NOT_TOLD, "did not answer"),
        ("Traceback", NOT_TOLD, "did not answer"),
        ("[]", NOT_TOLD, "did not answer"),
    ],
)
def test_what_no_advisory_service_knows_is_not_called_fine(given: str, code: int, words: str) -> None:
    told, line = judged(given)
    assert told == code
    assert words in line


def test_every_exception_from_a_security_rule_says_why() -> None:
    """ruff's S rules are bandit's."""
    silent = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("aks_audit", "tests", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if re.search(r"# noqa: (\w+, ?)*S\d+\s*$", line)
    ]
    assert silent == []
    assert "S" in PROJECT["tool"]["ruff"]["lint"]["select"]
    everywhere = PROJECT["tool"]["ruff"]["lint"]["per-file-ignores"]
    assert [where for where, codes in everywhere.items() for code in codes if code.startswith("S")] == [
        *["tests/**"] * 5,
        "benchmarks/**",
    ]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_do_no_more_than_it_has_to(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    assert "secrets." not in path.read_text()
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 45
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@(v\d+(\.\d+){0,2}|[0-9a-f]{40})", step["uses"])
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_a_release_is_published_without_a_stored_secret() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())["jobs"]
    assert jobs["publish"]["permissions"] == {"id-token": "write", "attestations": "write", "contents": "read"}
    assert jobs["publish"]["environment"]["name"] == "release"
    assert [step["uses"].partition("@")[0] for step in jobs["publish"]["steps"] if "uses" in step] == [
        "actions/download-artifact",
        "actions/attest-build-provenance",
        "pypa/gh-action-pypi-publish",
    ]
    assert "password" not in str(jobs)
    assert [step["run"] for step in jobs["build"]["steps"] if step.get("run", "").startswith((".ci", "make"))] == [
        ".ci/run",
        "make audit",
        "make sbom",
    ]


def test_the_version_is_where_the_release_looks_for_it() -> None:
    assert re.search(
        r'^__version__ = "\d+\.\d+\.\d+\S*"$', (ROOT / "aks_audit" / "__init__.py").read_text(), re.MULTILINE
    )
