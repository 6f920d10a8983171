"""Runs through Resource Graph from the command line's words: chosen, recorded and played again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from aks_audit.audit import audit
from aks_audit.collectors.input import Input
from aks_audit.collectors.load import load_network
from aks_audit.collectors.scrub import stand_in
from aks_audit.errors import AccessError
from aks_audit.reporters import RENDER
from aks_audit.rules import catalogue

from ...arm import StandIn
from ...estate import grow, subscription_id
from ..test_cassettes import as_azure

__all__ = ["as_azure"]
AsAzure = Callable[[StandIn], None]
GRAPH = "/providers/Microsoft.ResourceGraph/resources"
REAL = [f"{n}f0c2a54-8d0a-4f3e-9b43-0c8de0f6a00{n}" for n in range(1, 7)]
"""Ids of subscriptions that sort otherwise than their stand-ins do."""


def report_of(wanted: Input) -> tuple[str, list[str]]:
    network = load_network(wanted)
    return RENDER["json"](audit(network, catalogue())), network.source.notes


def six_real_looking_subscriptions(standin_pages: int = 1000) -> StandIn:
    text = json.dumps(list(grow(clusters=6, pools=1, nodes=2, subscriptions=6)))
    for number, real in enumerate(REAL, start=1):
        text = text.replace(subscription_id(number), real)
    return StandIn(json.loads(text), graph_page_size=standin_pages)


def methods(standin: StandIn) -> Counter[str]:
    return Counter(request.method for request in standin.requests)


@pytest.mark.parametrize(
    ("collector", "subscriptions", "queries"), [("auto", 4, 0), ("auto", 5, 13), ("arm", 6, 0), ("graph", 1, 13)]
)
def test_resource_graph_is_asked_from_five_subscriptions_up_or_as_wanted(
    collector: str, subscriptions: int, queries: int, as_azure: AsAzure
) -> None:
    with StandIn(grow(clusters=6, pools=1, nodes=2, subscriptions=6)) as standin:
        as_azure(standin)
        ids = tuple(subscription_id(number) for number in range(1, subscriptions + 1))
        _, notes = report_of(Input(subscriptions=ids, collector=collector))
        assert methods(standin)["POST"] == queries
    assert any("Resource Graph" in note for note in notes) == bool(queries)


def test_where_it_is_refused_the_run_goes_on_by_arm_unless_it_was_asked_for(as_azure: AsAzure) -> None:
    with StandIn(grow(clusters=6, pools=1, nodes=2, subscriptions=6)) as standin:
        as_azure(standin)
        by_arm, _ = report_of(Input(all_subscriptions=True, collector="arm"))
        standin.fault(GRAPH, status=403)
        by_auto, notes = report_of(Input(all_subscriptions=True))
        with pytest.raises(AccessError, match="Azure Resource Graph refuses: 403"):
            report_of(Input(all_subscriptions=True, collector="graph"))
    undated = [json.loads(text) | {"source": None, "stats": None} for text in (by_arm, by_auto)]
    assert undated[0] == undated[1]
    assert notes[0].startswith("Azure Resource Graph refuses (403 AuthorizationFailed")


@pytest.mark.parametrize("scrub", [True, False])
def test_a_recording_plays_to_the_same_bytes(scrub: bool, tmp_path: Path, as_azure: AsAzure) -> None:
    path = str(tmp_path / "run.yaml")
    with six_real_looking_subscriptions(standin_pages=2) as standin:
        as_azure(standin)
        standin.hidden_from_graph.add(REAL[3])
        standin.fault(GRAPH, query="routeTables'", status=403)
        standin.fault(f"/subscriptions/{REAL[1]}/*/permissions", status=403)
        standin.fault(f"/subscriptions/{REAL[4]}/*/natGateways", status=403)
        live, live_notes = report_of(Input(all_subscriptions=True, record=path, scrub=scrub))
    played, notes = report_of(Input(replay=path))
    assert played == live
    assert json.loads(live)["gaps"]
    assert [note for note in live_notes if "stand-in" not in note and "no-scrub" not in note] == notes
    assert not any("other than GET" in note for note in notes)
    text = Path(path).read_text()
    assert [real for real in REAL if real in text] == ([] if scrub else REAL)


def test_a_recording_of_a_refusal_plays_as_one(tmp_path: Path, as_azure: AsAzure) -> None:
    path = str(tmp_path / "run.yaml")
    with six_real_looking_subscriptions() as standin:
        as_azure(standin)
        standin.fault(GRAPH, status=403)
        live, _ = report_of(Input(all_subscriptions=True, record=path))
    assert report_of(Input(replay=path))[0] == live


def test_one_subscription_of_a_recording_is_played_alone(tmp_path: Path, as_azure: AsAzure) -> None:
    path = str(tmp_path / "run.yaml")
    with six_real_looking_subscriptions() as standin:
        as_azure(standin)
        report_of(Input(all_subscriptions=True, record=path))
    report = json.loads(report_of(Input(replay=path, subscriptions=(stand_in(REAL[2]),)))[0])
    assert report["source"]["subscriptions"] == [stand_in(REAL[2])]
    assert [stand_in(REAL[2]) in cluster["id"] for cluster in report["clusters"]] == [True]
    assert report["gaps"] == []
