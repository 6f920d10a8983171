"""Merging reports: the shards of one input say what the whole says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aks_audit.cli import run

from ..estate import subnet
from ..example_estates import crowded_node_subnet, egress_with_faults, healthy_mixed, kubenet_with_faults
from ..fleet import write_fleet

Capsys = pytest.CaptureFixture[str]


def audited(inventory: Path | str, to: Path, *more: str) -> Path:
    assert run(["audit", "--inventory", str(inventory), "-q", "-o", str(to), *more]) in (0, 1, 3)
    return to


def shards(inventory: Path | str, folder: Path, count: int, *more: str) -> list[str]:
    return [
        str(audited(inventory, folder / f"{i}-of-{count}.json", "--shard", f"{i}/{count}", *more))
        for i in range(1, count + 1)
    ]


def read(path: Path | str) -> Any:
    return json.loads(Path(path).read_text())


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    others = (crowded_node_subnet(), healthy_mixed(), egress_with_faults())
    return kubenet_with_faults().write(tmp_path_factory.mktemp("examples") / "examples.jsonl", *others)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fleet(tmp_path_factory.mktemp("fleet") / "fleet.jsonl", 25, pools=2, nodes=2)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("estate", ["examples", "fleet"])
def test_all_shards_together_are_the_whole(
    estate: str, count: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    inventory = request.getfixturevalue(estate)
    whole = audited(inventory, tmp_path / "whole.json", "--profile", "policy")
    parts = shards(inventory, tmp_path, count, "--profile", "policy")
    code = run(["merge", *reversed(parts), "-q", "-o", str(tmp_path / "merged.json")])
    assert (tmp_path / "merged.json").read_bytes() == whole.read_bytes()
    assert code == 1


def test_a_shared_thing_is_found_in_each_shard_and_once_in_the_whole(fleet: Path, tmp_path: Path) -> None:
    parts = shards(fleet, tmp_path, 4)
    found = [finding["fingerprint"] for part in parts for finding in read(part)["findings"]]
    run(["merge", *parts, "-q", "-o", str(tmp_path / "merged.json")])
    merged = [finding["fingerprint"] for finding in read(tmp_path / "merged.json")["findings"]]
    assert len(found) > len(set(found)) == len(merged) == len(set(merged))


def test_a_missing_shard_is_no_clean_report(fleet: Path, tmp_path: Path, capsys: Capsys) -> None:
    parts = shards(fleet, tmp_path, 3)
    assert run(["merge", parts[0], parts[2]]) == 2
    assert "not among the reports: shard 2/3" in capsys.readouterr().err
    run(["merge", parts[0], parts[2], "--allow-incomplete", "-q", "-o", str(tmp_path / "merged.json")])
    merged = read(tmp_path / "merged.json")
    assert not merged["complete"]
    assert [gap["code"] for gap in merged["gaps"]] == ["ShardMissing"]


def test_the_exit_code_is_the_gates(examples: Path, tmp_path: Path) -> None:
    out = ["-q", "-o", str(tmp_path / "merged.json")]
    clean = str(audited(examples, tmp_path / "clean.json", "--select", "byo-cni", "-n", "aks-shop"))
    faulty = str(audited(examples, tmp_path / "faulty.json"))
    assert run(["merge", clean, *out]) == 0
    assert run(["merge", faulty, *out]) == 1
    assert run(["merge", faulty, "--fail-on", "never", *out]) == 0


def test_what_could_not_be_told_is_3_and_allowed_0(examples: Path, tmp_path: Path) -> None:
    lines = [
        line for line in examples.read_text().splitlines() if "routeTables" not in line.partition('"type"')[2][:60]
    ]
    lines[0] = lines[0].replace("Microsoft.Network/routeTables", "Microsoft.Network/nothing")
    count = len(lines) - 2
    lines[-1] = json.dumps({"end": {"resources": count, "gaps": 0}})
    (tmp_path / "part.jsonl").write_text("\n".join(lines) + "\n")
    part = str(audited(tmp_path / "part.jsonl", tmp_path / "part.json", "--select", "kubenet-route-missing"))
    assert read(part)["unknown"]
    out = ["-q", "-o", str(tmp_path / "merged.json")]
    assert run(["merge", part, *out]) == 3
    assert run(["merge", part, "--allow-incomplete", *out]) == 0


def test_suppressed_and_known_findings_do_not_fail_the_merged_run(examples: Path, tmp_path: Path) -> None:
    known = str(tmp_path / "baseline.json")
    audited(examples, tmp_path / "whole.json", "--write-baseline", known)
    parts = shards(examples, tmp_path, 2, "--baseline", known)
    assert run(["merge", *parts, "-q", "-o", str(tmp_path / "merged.json")]) == 0
    merged = read(tmp_path / "merged.json")
    assert merged["summary"]["baselined"] == len(merged["findings"]) > 0


def test_two_reports_that_differ_on_a_subnet_are_a_gap(tmp_path: Path) -> None:
    late = crowded_node_subnet()
    late.usage(subnet(late.of_type("virtualNetworks")[0], "snet-aks"))["currentValue"] += 1
    early, late_report = (
        str(audited(estate.write(tmp_path / f"{name}.jsonl"), tmp_path / f"{name}.json"))
        for name, estate in (("early", crowded_node_subnet()), ("late", late))
    )
    run(["merge", early, late_report, "-q", "-o", str(tmp_path / "merged.json")])
    merged = read(tmp_path / "merged.json")
    assert not merged["complete"]
    assert [(gap["code"], gap["resourceType"].rpartition("/")[2]) for gap in merged["gaps"]] == [
        ("DuplicateId", "subnets")
    ]
    assert "merge the inventories" in merged["gaps"][0]["message"]


def test_a_report_that_another_program_printed_anew_is_the_same_report(examples: Path, tmp_path: Path) -> None:
    parts = shards(examples, tmp_path, 2)
    (tmp_path / "compact.json").write_text(json.dumps(read(parts[1]), separators=(",", ":")))
    run(["merge", *parts, "-q", "-o", str(tmp_path / "merged.json")])
    run(["merge", parts[0], str(tmp_path / "compact.json"), "-q", "-o", str(tmp_path / "again.json")])
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "merged.json").read_bytes()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schemaVersion": 2}, "schemaVersion 2"),
        ({"tool": {"name": "aks-audit", "version": "9"}}, "different versions"),
        ({"rules": ["one"]}, "different rules"),
        ({"clusters": 7}, "is no JSON report"),
        ({"source": None}, "is no JSON report"),
        ({"findings": [{"rule": 1}]}, "is no JSON report"),
    ],
)
def test_reports_that_do_not_belong_together_are_refused_in_one_line(
    change: dict[str, Any], said: str, examples: Path, tmp_path: Path, capsys: Capsys
) -> None:
    good = audited(examples, tmp_path / "good.json")
    (tmp_path / "other.json").write_text(json.dumps(read(good) | change))
    assert run(["merge", str(good), str(tmp_path / "other.json")]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_shards_of_unlike_inputs_or_counts_are_refused(
    examples: Path, fleet: Path, tmp_path: Path, capsys: Capsys
) -> None:
    one = shards(examples, tmp_path, 2)[0]
    (tmp_path / "b").mkdir()
    others = shards(fleet, tmp_path / "b", 2)
    thirds = shards(examples, tmp_path, 3)
    whole = str(audited(examples, tmp_path / "whole.json"))
    for pair in ([one, others[1]], [one, thirds[1]], [one, whole], [one, one]):
        assert run(["merge", *pair]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_a_report_and_an_inventory_do_not_go_together(examples: Path, tmp_path: Path, capsys: Capsys) -> None:
    report = audited(examples, tmp_path / "whole.json")
    assert run(["merge", str(report), str(examples)]) == 2
    assert "is a report" in capsys.readouterr().err
    assert run(["merge", str(tmp_path / "absent.json")]) == 2
    assert run(["merge", "-"]) == 2


def test_a_file_to_merge_is_not_written_over(examples: Path, tmp_path: Path, capsys: Capsys) -> None:
    paths = shards(examples, tmp_path, 2)
    before = Path(paths[0]).read_bytes()
    assert run(["merge", *paths, "-o", paths[0]]) == 2
    assert "1-of-2.json is one of the files to merge" in capsys.readouterr().err
    assert Path(paths[0]).read_bytes() == before


@pytest.mark.parametrize(("kept", "said"), [(0, "is empty"), (1000, "is cut off, or no JSON")])
def test_a_broken_report_is_named_as_such(kept: int, said: str, examples: Path, tmp_path: Path, capsys: Capsys) -> None:
    whole, broken = shards(examples, tmp_path, 2)
    Path(broken).write_bytes(Path(broken).read_bytes()[:kept])
    assert run(["merge", whole, broken]) == 2
    assert f"2-of-2.json {said}" in capsys.readouterr().err


def test_a_file_named_sarif_json_is_sarif(examples: Path, tmp_path: Path) -> None:
    assert read(audited(examples, tmp_path / "x.sarif.json"))["version"] == "2.1.0"
