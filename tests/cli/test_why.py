"""`audit --why RULE RESOURCE`."""

from __future__ import annotations

import json

import pytest

from aks_audit.cli import run

Capsys = pytest.CaptureFixture[str]


def test_why_speaks_on_standard_error_and_changes_no_exit_code(capsys: Capsys) -> None:
    assert run(["audit", "--demo", "-f", "json", "--quiet", "--why", "kubenet-retirement", "aks-orders"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["findings"]
    assert said.err == (
        "aks-audit: aks-orders: kubenet-retirement looked at it and found nothing; it read network_plugin = azure\n"
    )


def test_why_names_what_kept_a_rule_from_running(capsys: Capsys) -> None:
    run(["audit", "--demo", "--ignore", "kubenet-retirement", "--why", "kubenet-retirement", "aks-orders"])
    assert "aks-audit: kubenet-retirement did not run: it is ignored\n" in capsys.readouterr().err


def test_why_wants_a_rule_that_exists(capsys: Capsys) -> None:
    assert run(["audit", "--demo", "--why", "kubenet-retirment", "aks-orders"]) == 2
    assert "rule 'kubenet-retirment' does not exist; did you mean kubenet-retirement?" in capsys.readouterr().err
