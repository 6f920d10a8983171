"""Shards: parts of the clusters, which together say what the whole says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.audit import audit
from aks_audit.cli import run
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.model import Shard
from aks_audit.rules import catalogue

from .estate import Estate, subnet
from .networks import network_of
from .records import GROUP

Capsys = pytest.CaptureFixture[str]

names = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)


def cluster_id(name: str) -> ResourceId:
    return ResourceId(f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/{name}")


@given(names, st.integers(1, 50))
def test_every_cluster_belongs_to_exactly_one_shard_whatever_its_case(name: str, count: int) -> None:
    holders = [i for i in range(1, count + 1) if Shard(i, count).holds(cluster_id(name))]
    assert len(holders) == 1
    assert Shard(holders[0], count).holds(cluster_id(name.upper()))


def test_where_a_cluster_belongs_is_a_promise() -> None:
    assert [Shard(1, 4).holds(cluster_id(f"aks{n}")) for n in range(1, 9)] == PROMISED


PROMISED = [False, False, True, False, True, False, False, False]


def test_a_finding_on_a_shared_subnet_names_both_clusters_in_both_shards() -> None:
    estate = Estate()
    nodes = subnet(estate.virtual_network(), "nodes")
    for name in ("aks1", "aks2"):
        estate.cluster(name, subnet=nodes)
    network = network_of(estate)
    [rule] = [rule for rule in catalogue() if rule.id == "node-subnet-without-security-group"]
    whole = [item.finding for item in audit(network, [rule]).findings]
    assert "aks1, aks2" in whole[0].message
    for cluster in network.clusters:
        shard = next(s for s in (Shard(1, 64), *(Shard(i, 64) for i in range(2, 65))) if s.holds(cluster.id))
        report = audit(network, [rule], shard=shard)
        assert [item.cluster.id for item in report.clusters] == [cluster.id]
        assert [item.finding for item in report.findings] == whole


def test_a_shard_says_that_it_is_one(capsys: Capsys) -> None:
    run(["audit", "--demo", "--shard", "1/2", "-f", "json"])
    said = capsys.readouterr()
    assert "clusters are judged here" in said.err
    report = json.loads(said.out)
    assert report["source"]["shard"] == {"index": 1, "count": 2}
    assert [notice["kind"] for notice in report["notices"]] == ["shard"]


def test_a_shard_without_clusters_is_clean_and_says_how_many_there_are(capsys: Capsys) -> None:
    empty = next(i for i in range(1, 100) if run(["audit", "--demo", "--shard", f"{i}/99", "-q", "-o", "-"]) == 0)
    capsys.readouterr()
    assert run(["audit", "--demo", "--shard", f"{empty}/99"]) == 0
    assert "0 of 4 clusters are judged here" in capsys.readouterr().err


def test_a_shard_of_selected_clusters_takes_from_those_alone(capsys: Capsys) -> None:
    run(["audit", "--demo", "-n", "aks-shop", "-n", "aks-orders", "--shard", "1/1"])
    assert "2 of 2 clusters are judged here" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0/4", "5/4", "1/0", "-1/4", "1", "1/2/3", "a/b", "1.0/2"])
def test_what_is_no_shard_is_refused_in_one_line(text: str, capsys: Capsys) -> None:
    assert run(["audit", "--demo", f"--shard={text}"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_live_run_has_no_shards(capsys: Capsys) -> None:
    assert run(["audit", "--all-subscriptions", "--shard", "1/2"]) == 2
    assert "aks-audit collect" in capsys.readouterr().err


def test_a_baseline_is_not_said_to_be_out_of_date_by_a_shard(tmp_path: Path, capsys: Capsys) -> None:
    known = str(tmp_path / "baseline.json")
    run(["audit", "--demo", "--write-baseline", known, "-q", "-o", str(tmp_path / "whole.json")])
    assert run(["audit", "--demo", "--baseline", known, "--shard", "1/2", "-f", "json", "-q"]) == 0
    assert '"gone": []' in capsys.readouterr().out
