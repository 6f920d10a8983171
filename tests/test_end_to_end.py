"""The main job over real HTTPS: one change in a healthy network, one finding with its numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aks_audit.cli import run

from .arm import StandIn
from .estate import Estate, Pool, subnet, subscription_id

Report = dict[str, Any]


def healthy(subscription: str = subscription_id(1)) -> Estate:
    """A kubenet cluster on its owner's route table, and an Azure CNI cluster that fills its /24 to the last address."""
    estate = Estate(subscription)
    vnet = estate.virtual_network("vnet", "10.20.0.0/16", {"nodes": "10.20.0.0/24", "cni": "10.20.1.0/24"})
    table = estate.route_table("rt", subnets=[subnet(vnet, "nodes")])
    estate.cluster("kube", "kubenet", subnet=subnet(vnet, "nodes"), route_table=table)
    pool = Pool(count=4, max_pods=49, max_surge="1")  # (4 + 1) x (49 + 1) = 250 of 251
    estate.cluster("cni", "cni-node-subnet", subnet=subnet(vnet, "cni"), pools=[pool], pod_cidr=None)
    estate.network_security_group("nsg", subnets=[subnet(vnet, "nodes"), subnet(vnet, "cni")])
    return estate


def audited(estate: Estate, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Report:
    """The JSON report of a live run against the stand-in; what is true of its models, whatever their state, aside."""
    with StandIn(estate.resources) as arm:
        for name, value in arm.environment.items():
            monkeypatch.setenv(name, value)
        ignored = ("kubenet-retirement", "kubenet-migration-obstructed", "node-subnet-legacy")
        code = run(["audit", "-f", "json", "--all-subscriptions", *(w for r in ignored for w in ("--ignore", r))])
    report: Report = json.loads(capsys.readouterr().out)
    assert code == (1 if any(f["severity"] in ("critical", "high") for f in report["findings"]) else 0)
    assert report["complete"] is True
    assert report["unknown"] == []
    return report


def delete_a_route(estate: Estate) -> None:
    estate.of_type("routeTables")[0]["properties"]["routes"].pop(1)


def add_a_stale_route(estate: Estate) -> None:
    table = estate.of_type("routeTables")[0]
    name = table["properties"]["routes"][0]["name"].partition("____")[0][:-1] + "9"
    estate.add_route(table, "10.244.9.0/24", "10.20.0.99", name)


def switch_forwarding_off(estate: Estate) -> None:
    kube = estate.of_type("managedClusters")[0]
    estate.nics(kube)[2]["properties"]["enableIPForwarding"] = False


def ask_for_four_addresses_too_many(estate: Estate) -> None:
    cni = estate.of_type("managedClusters")[1]
    cni["properties"]["agentPoolProfiles"][0]["maxPods"] = 50


def test_the_healthy_network_is_silent(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert audited(healthy(), capsys, monkeypatch)["findings"] == []


@pytest.mark.parametrize(
    ("change", "rule", "figures"),
    [
        (delete_a_route, "kubenet-route-missing", ["1 of 3 nodes", "10.20.0.5"]),
        (add_a_stale_route, "kubenet-route-stale", ["10.244.9.0/24"]),
        (switch_forwarding_off, "kubenet-ip-forwarding-off", ["1 of 3 nodes", "vmss000002"]),
        (ask_for_four_addresses_too_many, "subnet-too-small-for-upgrade", ["4 addresses short", "255", "251"]),
    ],
)
def test_one_change_is_one_finding_with_its_numbers(
    change: Callable[[Estate], None],
    rule: str,
    figures: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    estate = healthy()
    change(estate)
    findings = audited(estate, capsys, monkeypatch)["findings"]
    serious = [f for f in findings if f["severity"] not in ("info", "low")]
    assert [finding["rule"] for finding in serious] == [rule]
    message = serious[0]["message"]
    assert all(figure in message for figure in figures), message


@pytest.mark.parametrize("subscription", [subscription_id(1), "3f0c2a54-8d0a-4f3e-9b43-0c8de0f6a001"])
def test_a_recording_replays_to_the_same_bytes(
    subscription: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    estate = healthy(subscription)
    delete_a_route(estate)
    cassette = str(tmp_path / "run.yaml")
    other = Estate(subscription_id(2))  # so that there are more than sixteen listings to ask for at once
    other.virtual_network()
    with StandIn([*estate.resources, *other.resources], latency_seconds=0.3) as arm:
        for name, value in arm.environment.items():
            monkeypatch.setenv(name, value)
        assert run(["audit", "-f", "json", "--all-subscriptions", "--record", cassette]) == 1
        assert arm.max_in_flight == 16
    recorded = capsys.readouterr().out
    for _ in range(2):
        assert run(["audit", "-f", "json", "--replay", cassette]) == 1
        assert capsys.readouterr().out == recorded
