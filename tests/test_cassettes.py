"""The cassettes that ship."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aks_audit.cli import run

from .record_cassettes import CASSETTES, ROOT, record

SHIPPED = sorted(CASSETTES)


def report_of(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    code = run(["audit", "-f", "json", *arguments])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_cassette_says_in_its_first_line_that_it_is_no_live_subscription(name: str) -> None:
    first = (ROOT / name).read_text("utf-8").splitlines()[0]
    assert first.startswith("# Recorded by aks-audit")
    assert "stand-in" in first


@pytest.mark.parametrize("name", SHIPPED)
def test_a_cassette_answers_everything_that_is_asked(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, report = report_of(["--replay", str(ROOT / name)], capsys)
    assert report["complete"] is True
    assert report["unknown"] == []
    assert report["source"]["collectedAt"] == "2026-11-20T06:00:00Z"


def test_the_healthy_estate_has_nothing_of_medium_or_higher(capsys: pytest.CaptureFixture[str]) -> None:
    code, report = report_of(["--replay", str(ROOT / "cassettes/healthy-mixed.yaml"), "--fail-on", "medium"], capsys)
    assert [f["message"] for f in report["findings"] if f["severity"] not in ("low", "info")] == []
    assert code == 0
    assert len({cluster["networkModel"] for cluster in report["clusters"]}) == 5


def test_the_demo_shows_all_estates_and_their_faults(capsys: pytest.CaptureFixture[str]) -> None:
    code, report = report_of(["--demo"], capsys)
    assert code == 1
    assert {cluster["name"] for cluster in report["clusters"]} == {"aks-shop", "aks-orders", "aks-billing", "aks-edge"}
    assert {
        "kubenet-route-missing",
        "kubenet-route-stale",
        "kubenet-next-hop-wrong",
        "kubenet-ip-forwarding-off",
        "kubenet-route-table-missing",
        "subnet-too-small-for-upgrade",
        "subnet-too-small-for-autoscaler",
        "egress-address-not-authorized",
        "node-traffic-denied",
        "forwarded-traffic-refused",
    } <= {finding["rule"] for finding in report["findings"]}


def test_the_cassettes_are_what_their_estates_would_record_today(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Apart from the port: a change to an estate wants `make cassettes`."""
    for name in SHIPPED:
        fresh = tmp_path / Path(name).name
        record(fresh, [make() for make in CASSETTES[name]], port=0)
        _, new = report_of(["--replay", str(fresh)], capsys)
        _, old = report_of(["--replay", str(ROOT / name)], capsys)
        assert new == old
