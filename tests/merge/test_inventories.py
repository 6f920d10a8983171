"""Merging inventories: those of single subscriptions say what one of all says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aks_audit.cli import run
from aks_audit.inventory import read_inventory

from ..estate import Estate, subnet, subscription_id
from ..example_estates import crowded_node_subnet, egress_with_faults, healthy_mixed, kubenet_with_faults
from ..records import Kept

VNETS = "Microsoft.Network/virtualNetworks"
TABLES = "Microsoft.Network/routeTables"


def lines(path: Path, header: dict[str, Any], *records: Any) -> str:
    gaps = sum("gap" in record for record in records)
    end = {"end": {"resources": len(records) - gaps, "gaps": gaps}}
    texts = [json.dumps(line) for line in ({"inventory": {"schemaVersion": 1, **header}}, *records, end)]
    path.write_text("\n".join(texts) + "\n")
    return str(path)


def listed(resource_type: str, scope: str) -> dict[str, str]:
    return {"resourceType": resource_type, "scope": scope}


def gap(resource_type: str, scope: str, code: str = "AuthorizationFailed") -> dict[str, Any]:
    return {"gap": {**listed(resource_type, scope), "status": 403, "code": code, "message": "no"}}


def merged(tmp_path: Path, *files: str) -> tuple[Any, Kept]:
    target = tmp_path / "merged.jsonl.gz"
    assert run(["merge", *files, "-q", "-o", str(target)]) == 0
    kept = Kept()
    return read_inventory(str(target), kept), kept


def test_inventories_of_single_subscriptions_say_what_one_of_all_says(tmp_path: Path) -> None:
    estates = [kubenet_with_faults(), crowded_node_subnet(), healthy_mixed(), egress_with_faults()]
    singles = [str(estate.write(tmp_path / f"{n}.jsonl")) for n, estate in enumerate(estates)]
    whole = estates[0].write(tmp_path / "whole.jsonl", *estates[1:])
    run(["merge", *singles, "-q", "-o", str(tmp_path / "merged.jsonl")])
    for name in ("whole", "merged"):
        run(["audit", "--inventory", str(tmp_path / f"{name}.jsonl"), "-q", "-o", str(tmp_path / f"{name}.json")])
    assert whole.exists()
    assert (tmp_path / "merged.json").read_bytes() == (tmp_path / "whole.json").read_bytes()


def test_each_resource_stands_once_and_unlike_ones_are_a_gap(tmp_path: Path) -> None:
    table = {"id": f"/subscriptions/{subscription_id(1)}/resourceGroups/rg/providers/{TABLES}/rt", "type": TABLES}
    other = table | {"id": table["id"].upper()}
    changed = table | {"etag": "2"}
    _, kept = merged(
        tmp_path,
        *(lines(tmp_path / f"{n}.jsonl", {}, each) for n, each in enumerate((table, table, changed))),
    )
    assert kept.ids == [table["id"]]
    assert kept.codes == ["DuplicateId"]
    assert other["id"].lower() == table["id"].lower()


def test_a_gap_that_another_inventory_has_is_none(tmp_path: Path) -> None:
    scope, other = (f"/subscriptions/{subscription_id(n)}" for n in (1, 2))
    vnet: dict[str, Any] = {"id": f"{other}/resourceGroups/rg/providers/{VNETS}/hub", "type": VNETS, "properties": {}}
    first = lines(
        tmp_path / "1.jsonl",
        {"complete": [listed(VNETS, scope)]},
        gap(VNETS, vnet["id"]),  # is there in the other
        gap(VNETS, f"{other}/resourceGroups/rg/providers/{VNETS}/gone"),  # the other has listed that it is not there
        gap(TABLES, other),  # nobody has
    )
    second = lines(tmp_path / "2.jsonl", {"complete": [listed(VNETS, other)]}, gap(VNETS, scope), vnet)
    header, kept = merged(tmp_path, first, second)
    assert [(g.resource_type, g.scope) for g in kept.gaps] == [(TABLES, other)]
    assert sorted(item.scope for item in header.complete) == [scope, other]


@pytest.mark.parametrize("code", ["InvalidValue", "DuplicateId"])
def test_a_gap_about_what_is_there_remains(code: str, tmp_path: Path) -> None:
    scope = f"/subscriptions/{subscription_id(1)}"
    vnet: dict[str, Any] = {"id": f"{scope}/resourceGroups/rg/providers/{VNETS}/hub", "type": VNETS, "properties": {}}
    first = lines(tmp_path / "1.jsonl", {}, gap(VNETS, vnet["id"], code))
    second = lines(tmp_path / "2.jsonl", {"complete": [listed(VNETS, scope)]}, vnet)
    assert merged(tmp_path, first, second)[1].codes == [code]


def test_refused_nics_of_a_scale_set_are_not_mended_by_other_nics(tmp_path: Path) -> None:
    estate = Estate()
    cluster = estate.cluster(subnet=subnet(estate.virtual_network(), "nodes"))
    [scale_set] = estate.scale_sets(cluster)
    bare = tmp_path / "bare.json"
    bare.write_text(json.dumps([r for r in estate.resources if r is not scale_set]))
    nics = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"
    refused = lines(tmp_path / "1.jsonl", {}, gap(nics, f"{scale_set['id']}x"))
    _, kept = merged(tmp_path, refused, str(bare))
    assert [g.scope for g in kept.gaps] == [f"{scale_set['id']}x"]


def test_the_header_has_the_earliest_day_and_all_subscriptions(tmp_path: Path) -> None:
    ids = [subscription_id(n) for n in (2, 1, 2)]
    days = ["2026-11-20T06:00:00Z", "2026-11-19T06:00:00Z", None]
    files = [
        lines(tmp_path / f"{n}.jsonl", {"collectedAt": day, "subscriptions": [one]})
        for n, (one, day) in enumerate(zip(ids, days, strict=True))
    ]
    header, _ = merged(tmp_path, *files)
    assert header.collected_at == days[1]
    assert header.subscriptions == (subscription_id(1), subscription_id(2))


def test_a_file_without_a_header_counts_as_listed_what_is_there(tmp_path: Path) -> None:
    estate = kubenet_with_faults()
    bare = tmp_path / "bare.json"
    bare.write_text(json.dumps(estate.resources))
    header, kept = merged(tmp_path, str(bare))
    assert header.subscriptions == (estate.subscription,)
    types = {item.resource_type for item in header.complete}
    assert VNETS in types
    assert "Microsoft.Authorization/roleAssignments" in kept.by_type
    assert "Microsoft.Authorization/roleAssignments" not in types


def test_a_file_that_was_cut_off_ends_the_merge_and_leaves_nothing(tmp_path: Path, capsys: Any) -> None:
    good = str(kubenet_with_faults().write(tmp_path / "good.jsonl"))
    cut = tmp_path / "cut.jsonl"
    cut.write_text("\n".join(Path(good).read_text().splitlines()[:-1]) + "\n")
    assert run(["merge", good, str(cut), "-o", str(tmp_path / "merged.jsonl")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "merged.jsonl").exists()


def test_options_of_reports_are_refused(tmp_path: Path, capsys: Any) -> None:
    good = str(kubenet_with_faults().write(tmp_path / "good.jsonl"))
    assert run(["merge", good, "--fail-on", "low"]) == 2
    assert "--fail-on is for reports" in capsys.readouterr().err
