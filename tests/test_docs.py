"""docs/rules/ and the examples that ship: what is written, and that it holds together."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest

from aks_audit.cli import run
from aks_audit.config import configuration_of
from aks_audit.findings import Rule, Severity
from aks_audit.reporters.json_report import render
from aks_audit.reporters.rule_page import example_from, examples, page
from aks_audit.rules import catalogue
from aks_audit.rules.kubenet.kubenet_route_missing import kubenet_route_missing
from aks_audit.rules.lifecycle.kubenet_retirement import kubenet_retirement
from aks_audit.settings import Thresholds

from . import make_docs
from .observed import example_of
from .reporters.accepted import accepted_report
from .reporters.reports import faulty_report

JQ = shutil.which("jq") or ""
POLICY = replace(
    kubenet_retirement,
    id="kubenet-not-wanted",
    profile="policy",
    peer="PSRule Azure.AKS.X (AZR-000001)",
    disrupts="nodes are recreated",
    covers=("LIF-01", "LIF-02"),
    more_sources=("https://github.com/Azure/AKS/issues/1",),
    title="Kubenet | not wanted",
)
RULES = (replace(kubenet_route_missing, covers=("KBN-03",)), POLICY)


def test_there_are_146_candidates_in_ten_families() -> None:
    known = make_docs.candidates()
    assert len(known.candidates) == 146
    assert {key[:3] for key in known.candidates} == set(make_docs.FAMILIES)
    assert set(known.reasons) <= set(known.candidates)


@pytest.mark.parametrize("rule", catalogue(), ids=lambda rule: rule.id)
def test_a_rule_covers_candidates_that_exist(rule: Rule) -> None:
    assert set(rule.covers) <= set(make_docs.candidates().candidates)


def test_the_coverage_counts_what_it_lists() -> None:
    text = make_docs.coverage(RULES)
    assert "Of 146 checks that the network of a cluster calls for, 3 are covered by rules, " in text
    assert ", 2 are not and say why, 141 are open.\n" in text
    assert len(re.findall(r"^\| [A-Z]{3}-\d\d \|", text, re.MULTILINE)) == 146
    assert "| KBN-03 | A node has no route for its pods | [kubenet-route-missing](kubenet-route-missing.md) |" in text
    assert "from moving to overlay | [kubenet-not-wanted](kubenet-not-wanted.md) |" in text
    assert "| POL-08 | Cilium runs out of identities | identities live in the Kubernetes API;" in text
    assert "| MDL-01 | Pods and services draw addresses from ranges that overlap | open |" in text


def test_the_index_has_a_table_a_family() -> None:
    text = make_docs.index(RULES)
    head = "| Rule | Severity | What it finds | The fix costs |\n|:--|:--|:--|:--|\n"
    assert f"## Kubenet\n\n{head}| [kubenet-route-missing](kubenet-route-missing.md) | critical | " in text
    row = "*policy* | medium | Kubenet \\| not wanted | nodes are recreated |\n"
    assert f"## Lifecycle\n\n{head}| [kubenet-not-wanted](kubenet-not-wanted.md) {row}" in text


def test_a_page_has_its_facts_its_example_and_its_sources() -> None:
    text = page(POLICY, example_from(POLICY, example_of(kubenet_retirement)))
    head, _, rest = text.partition("## What it finds")
    assert head == (
        "# kubenet-not-wanted\n\nKubenet | not wanted.\n\n- Severity: medium\n- Family: lifecycle\n- Profile: policy\n"
        "- The same as: PSRule Azure.AKS.X (AZR-000001)\n"
        "- Covers: LIF-01, LIF-02\n\n"
    )
    assert "## How to fix it\n**What it costs: nodes are recreated.**\n\n" in rest
    shown, _, sources = rest.partition("## Sources\n")
    assert sources == f"- {POLICY.source}\n- https://github.com/Azure/AKS/issues/1\n"
    example = shown.partition("## Example\n```text\n")[2]
    assert re.match(r"(medium|high|info): aks1 .*\nsum: 2028-03-31 - ", example)
    assert re.search(r"\ncluster aks1: properties\.networkProfile\.networkPlugin = kubenet\n", example)


def test_a_block_of_code_has_the_name_of_its_language() -> None:
    fix = "Do this.\n\n```azurecli\naz x\n```\n\n```bicep\ny\n```\n\n```terraform\nz\n```"
    text = page(replace(kubenet_retirement, page=f"## How to fix it\n{fix}", disrupts=""), None)
    assert "## How to fix it\nDo this.\n\nAzure CLI:\n\n```azurecli\naz x\n```\n\nBicep:\n\n```bicep\n" in text
    assert "Terraform:\n\n```terraform\nz\n" in text


def test_a_page_does_without_what_is_not_known() -> None:
    text = page(replace(kubenet_retirement, disrupts="", covers=()), None)
    assert "## Example" not in text
    assert not re.search("What it costs|The same as|Covers", text)


def test_a_long_example_is_cut_and_counted() -> None:
    finding = example_of(kubenet_route_missing)
    seen = replace(finding.evidence[0], value=tuple("abcdefgh"))
    text = page(kubenet_route_missing, example_from(kubenet_route_missing, replace(finding, evidence=(seen,) * 8)))
    assert text.count("= a, b, c, d, e, f and 2 more\n") == 6
    assert "\nand 2 more\n" in text
    for value, words in ((None, "absent"), (True, "true"), ((), "empty"), (3, "3")):
        told = replace(finding, evidence=(replace(seen, value=value),))
        assert f"= {words}\n" in page(kubenet_route_missing, example_from(kubenet_route_missing, told))


def test_the_files_are_a_page_a_rule_and_those_that_sum_up() -> None:
    files = make_docs.all_files((kubenet_route_missing, kubenet_retirement))
    assert sorted(path.name for path in files) == [
        "README.md",
        "coverage.md",
        "examples.json",
        "kubenet-retirement.md",
        "kubenet-route-missing.md",
        "needs.json",
        "parity.md",
        "rights.md",
    ]
    assert all(text.endswith("\n") and not text.endswith("\n\n") for text in files.values())


def test_the_examples_that_ship_can_be_read() -> None:
    assert {type(example.message) for example in examples().values()} == {str}


def test_the_configuration_s_page_has_every_threshold_and_its_default() -> None:
    text = (make_docs.ROOT / "docs" / "configuration.md").read_text("utf-8")
    for item in fields(Thresholds):
        assert f"| `{item.name}` | {item.default} |" in text, item.name


def test_the_configuration_s_example_can_be_read() -> None:
    text = (make_docs.ROOT / "docs" / "configuration.md").read_text("utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    found = configuration_of(tomllib.loads(example), "docs/configuration.md", [rule.id for rule in catalogue()])
    assert found.settings.thresholds.route_limit == 1000
    assert len(found.suppressions) == 1


def shown_in(page: Path) -> dict[str, list[list[str]]]:
    """What a page shows of each demo command: the pieces between its `...`, line by line."""
    found: dict[str, list[list[str]]] = {}
    command = ""
    for line in page.read_text("utf-8").splitlines():
        if line and not line.startswith("    "):
            command = ""
        elif line.startswith("    $ aks-audit "):
            command = line.removeprefix("    $ aks-audit ")
            found[command] = [[]]
        elif command and line.strip() == "...":
            found[command].append([])
        elif command and line:
            found[command][-1].append(line[4:])
    return found


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_what_a_page_shows_of_the_demo_is_what_the_demo_prints(
    page: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    shown = {line: pieces for line, pieces in shown_in(make_docs.ROOT / page).items() if "--demo" in line}
    assert shown
    for command, pieces in shown.items():
        run([*command.split(), *([] if "--quiet" in command else ["--quiet"])])
        left = "\n" + "\n".join(line.rstrip() for line in capsys.readouterr().out.splitlines() if line.strip()) + "\n"
        for piece in filter(None, pieces):
            wanted = "\n" + "\n".join(piece) + "\n"
            assert wanted in left, f"{page}, {command}:\n{wanted}\nis not, or not there, in:\n{left[:3000]}"
            left = "\n" + left.partition(wanted)[2]


@pytest.mark.skipif(not JQ, reason="there is no jq here")
def test_the_line_for_a_shell_names_the_findings_that_fail() -> None:
    (line,) = re.findall(r"\| jq -r '(.+)'\n", (make_docs.ROOT / "docs" / "json.md").read_text("utf-8"))
    report = accepted_report()
    further = faulty_report().findings[0]
    minor = replace(further, severity=Severity.MEDIUM)
    report = replace(report, findings=(*report.findings, further, minor))
    done = subprocess.run([JQ, "-r", line], input=render(report), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [item.finding.message for item in report.failing]
    assert len(report.failing) == 1
