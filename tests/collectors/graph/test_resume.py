"""A run through Resource Graph that lacks something: another goes on from its file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from aks_audit.cli import run
from aks_audit.inventory import read_inventory

from ...arm import StandIn
from ...estate import grow, subscription_id
from ...records import Kept
from .test_survey import GRAPH

TABLES = "'Microsoft.Network/routeTables'"


def asked(standin: StandIn) -> Counter[str]:
    kinds = Counter(request.path.rpartition("/")[2] for request in standin.requests)
    standin.requests.clear()
    return kinds


def test_only_what_is_missing_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "estate.jsonl")
    with StandIn(grow(clusters=6, pools=1, nodes=2, subscriptions=6)) as standin:
        for name, value in standin.environment.items():
            monkeypatch.setenv(name, value)
        standin.fault(GRAPH, query=TABLES, status=403)
        standin.fault(f"/subscriptions/{subscription_id(1)}/*/routeTables", status=403)
        assert run(["collect", "--all-subscriptions", "-o", path, "-q"]) == 0
        assert read_inventory(path, before := Kept())
        assert [gap.status for gap in before.gaps] == [403]
        standin.faults.clear()
        asked(standin)
        assert run(["collect", "--all-subscriptions", "-o", path, "-q", "--resume"]) == 0
        again = asked(standin)
        assert run(["collect", "--all-subscriptions", "-o", path, "-q", "--resume"]) == 0
        assert asked(standin) == {"subscriptions": 1}
    assert again == {"subscriptions": 1, "resources": 2, "permissions": 1}
    assert read_inventory(path, after := Kept())
    assert after.gaps == []
    assert set(before.ids) <= set(after.ids)
