"""A baseline: what is known, what is new, what has gone, and what nobody looked at."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from aks_audit import __version__, baseline
from aks_audit.audit import audit
from aks_audit.errors import BaselineError
from aks_audit.findings import Severity
from aks_audit.model import Network, select
from aks_audit.report import Report, Suppression
from aks_audit.rules.kubenet.kubenet_route_missing import kubenet_route_missing
from aks_audit.rules.lifecycle.kubenet_retirement import kubenet_retirement

from .estate import Estate
from .networks import network_of

RULES = (kubenet_route_missing, kubenet_retirement)


def an_estate(lost: int = 1) -> Estate:
    """A kubenet cluster with so many nodes without a route."""
    estate = Estate()
    routes = estate.route_table_of(estate.cluster("aks1", "kubenet"))["properties"]["routes"]
    del routes[len(routes) - lost :]
    return estate


def a_report(network: Network) -> Report:
    return audit(network, RULES)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "known.json"
    assert baseline.write(a_report(network_of(an_estate())), str(path)) == 2
    return path


def compared(file: Path, network: Network, report: Report | None = None) -> Report:
    return baseline.compare(report or a_report(network), baseline.read(str(file)), network)


def rules_of(report: Report) -> dict[str, bool]:
    return {item.rule.id: item.baselined for item in report.findings}


def test_holds_the_findings_sorted(file: Path) -> None:
    found = json.loads(file.read_text("utf-8"))
    report = a_report(network_of(an_estate()))
    assert list(found) == ["schemaVersion", "tool", "kind", "findings"]
    assert (found["schemaVersion"], found["kind"]) == (1, "baseline")
    assert found["tool"] == {"name": "aks-audit", "version": __version__}
    assert found["findings"] == [
        {
            "rule": item.rule.id,
            "severity": item.severity.value,
            "resourceId": item.finding.resource_id.text,
            "message": item.finding.message,
            "fingerprint": item.fingerprint,
            "latent": item.finding.latent,
            "sufferers": sorted(place.text for place in item.sufferers),
        }
        for item in sorted(report.findings, key=lambda item: item.rule.id)
    ]


def test_leaves_out_what_is_suppressed(tmp_path: Path) -> None:
    report = a_report(network_of(an_estate()))
    accepted = Suppression(reason="known", owner="ana", expires="2027-01-01")
    report = replace(report, findings=(replace(report.findings[0], suppressed=accepted), *report.findings[1:]))
    path = tmp_path / "known.json"
    assert baseline.write(report, str(path)) == 1
    assert [entry["rule"] for entry in json.loads(path.read_text("utf-8"))["findings"]] == [report.findings[1].rule.id]


def test_the_same_findings_are_all_known(file: Path) -> None:
    report = compared(file, network_of(an_estate()))
    assert rules_of(report) == {"kubenet-route-missing": True, "kubenet-retirement": True}
    assert (report.new, report.gone, report.notices, report.compared) == ((), (), (), True)
    assert report.active == report.findings


def test_what_was_not_there_is_new(file: Path) -> None:
    estate = an_estate()
    estate.cluster("aks2", "kubenet")
    report = compared(file, network_of(estate))
    assert [item.finding.resource_id.name for item in report.new] == ["aks2"]


def test_what_got_worse_is_new_and_what_got_better_is_not(file: Path) -> None:
    network = network_of(an_estate())
    for severity, known in ((Severity.CRITICAL, False), (Severity.LOW, True)):
        report = audit(network, RULES, {"kubenet-retirement": severity})
        assert rules_of(compared(file, network, report))["kubenet-retirement"] is known


def test_a_further_node_that_suffers_is_new_and_a_node_less_is_not(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    for lost, later, known in ((1, 2, False), (2, 1, True), (2, 2, True)):
        baseline.write(a_report(network_of(an_estate(lost))), str(path))
        assert rules_of(compared(path, network_of(an_estate(later))))["kubenet-route-missing"] is known


def test_in_a_file_that_does_not_say_who_suffers_the_severity_counts(file: Path) -> None:
    found = json.loads(file.read_text("utf-8"))
    for entry in found["findings"]:
        del entry["latent"], entry["sufferers"]
    file.write_text(json.dumps(found), encoding="utf-8")
    assert compared(file, network_of(an_estate(lost=2))).new == ()


def test_what_is_fixed_has_gone(file: Path) -> None:
    report = compared(file, network_of(an_estate(lost=0)))
    assert [(item.rule, item.severity) for item in report.gone] == [("kubenet-route-missing", Severity.CRITICAL)]
    assert "has no route for 1 of 3 nodes of aks1" in report.gone[0].message
    assert report.notices == ()


def test_what_was_deleted_has_gone(file: Path) -> None:
    report = compared(file, network_of(Estate()))
    assert [item.rule for item in report.gone] == ["kubenet-route-missing", "kubenet-retirement"]


def test_what_could_not_be_told_has_not_gone(file: Path) -> None:
    report = compared(file, network_of(an_estate(), refused=["Microsoft.Network/routeTables"]))
    assert report.gone == ()
    assert [(notice.kind, notice.message) for notice in report.notices] == [
        (
            "baseline-unchecked",
            "1 finding of the baseline was not looked at again: their rules did not run or could not tell, or what "
            "they were found on was not read",
        )
    ]


def test_what_no_rule_looked_for_has_not_gone(file: Path) -> None:
    network = network_of(an_estate(lost=0))
    report = compared(file, network, audit(network, [kubenet_retirement]))
    assert report.gone == ()
    assert [notice.message[:32] for notice in report.notices] == ["1 finding of the baseline was no"]


def test_what_stands_in_another_subscription_has_not_gone(file: Path) -> None:
    other = Estate(subscription="00000000-0000-0000-0000-000000000009")
    report = compared(file, network_of(other))
    assert report.gone == ()
    assert [notice.message[:34] for notice in report.notices] == ["2 findings of the baseline were no"]


def test_where_clusters_were_chosen_nothing_has_gone(file: Path) -> None:
    estate = an_estate(lost=0)
    estate.cluster("aks2", "cni-overlay")
    network = select(network_of(estate), ("aks2",))
    report = baseline.compare(a_report(network), baseline.read(str(file)), network, whole=False)
    assert report.gone == ()
    assert [notice.kind for notice in report.notices] == ["baseline-unchecked"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no baseline"),
        ("{}", "is no baseline"),
        ("[]", "is no baseline"),
        ('{"schemaVersion": 1}', "is no baseline"),
        ('{"schemaVersion": 1, "findings": [{"rule": "x"}]}', "is no baseline"),
        ('{"schemaVersion": 1, "kind": "other", "findings": []}', "is no baseline"),
        ('{"schemaVersion": 2, "findings": 3}', "schema 2, this aks-audit knows 1; write it anew"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=words):
        baseline.read(str(path))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(b'{"schemaVersion": 1, "findings": [{"rule": "\xff"}]}')
    with pytest.raises(BaselineError, match="is no baseline"):
        baseline.read(str(path))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match=r"cannot read the baseline .*: No such file.*; write one with"):
        baseline.read(str(tmp_path / "nosuch.json"))


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(BaselineError, match="cannot write"):
        baseline.write(a_report(network_of(Estate())), str(tmp_path / "folder"))
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_writing_replaces_what_was_there(file: Path) -> None:
    assert baseline.write(a_report(network_of(Estate())), str(file)) == 0
    assert json.loads(file.read_text("utf-8"))["findings"] == []
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_of_two_entries_with_one_fingerprint_the_worse_counts(file: Path) -> None:
    found = json.loads(file.read_text("utf-8"))
    found["findings"] += [{**entry, "severity": "info"} for entry in found["findings"]]
    file.write_text(json.dumps(found), encoding="utf-8")
    assert compared(file, network_of(an_estate())).new == ()
