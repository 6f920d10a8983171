"""`aks-audit plan`: forms, exit codes, and what is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aks_audit.cli import run

from ..estate import Estate, Json, subnet

Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def inventory(tmp_path: Path) -> str:
    """A flat cluster of three nodes in a /24."""
    estate = Estate()
    vnet = estate.virtual_network(subnets={"nodes": "10.1.0.0/24", "more": "10.1.1.0/24"})
    estate.cluster("aks1", "cni-node-subnet", subnet=subnet(vnet, "nodes"))
    return str(estate.write(tmp_path / "estate.jsonl"))


def said(capsys: Capsys) -> Json:
    found: Json = json.loads(capsys.readouterr().out)
    return found


def refused(capsys: Capsys) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


@pytest.mark.parametrize(
    ("words", "code", "operation"),
    [
        ("--pool np1 --count 5", 0, "scale"),
        ("--pool np1 --count 9", 1, "scale"),
        ("--pool np1 --min-count 1 --max-count 8", 0, "scale"),
        ("--pool np1 --max-surge 50%", 0, "scale"),
        ("--upgrade", 0, "upgrade"),
        ("--upgrade --pool np1", 0, "upgrade"),
        ("--add-pool name=b,count=5", 0, "add-pool"),
        ("--add-pool name=b,count=2,max-count=6,max-pods=20,subnet=more --add-pool name=c,count=1", 0, "add-pool"),
        ("--allocated-outbound-ports 16000", 0, "outbound"),
        ("--allocated-outbound-ports 20000", 1, "outbound"),
        ("--allocated-outbound-ports 20000 --managed-outbound-ips 2", 0, "outbound"),
        ("", 0, "update"),
    ],
)
def test_every_form_answers_with_its_exit_code(
    inventory: str, capsys: Capsys, words: str, code: int, operation: str
) -> None:
    assert run(["plan", "--inventory", inventory, "--cluster", "aks1", *words.split(), "-f", "json"]) == code
    plan = said(capsys)
    assert (plan["operation"], plan["verdict"]) == (operation, "does-not-fit" if code else "fits")


def test_the_json_is_that_of_the_contract(inventory: str, capsys: Capsys) -> None:
    assert run(["plan", "--inventory", inventory, "-n", "aks1", "--pool", "np1", "--count", "9", "-f", "json"]) == 1
    plan = said(capsys)
    fields = "schemaVersion operation verdict latent errors constraints blockers steps fixes unknown"
    assert list(plan) == fields.split()
    first = plan["constraints"][0]
    assert {key: first[key] for key in ("kind", "horizon", "need", "available", "short", "added", "free")} == {
        "kind": "subnet-addresses",
        "horizon": "now",
        "need": 279,
        "available": 251,
        "short": 28,
        "added": 186,
        "free": 158,
    }
    assert first["arithmetic"] == "pre-allocated 279 = 9 x (30 + 1) [aks1/np1]; usable 251 in 10.1.0.0/24; short by 28"
    assert [error["code"] for error in plan["errors"]] == ["InsufficientSubnetSize"]
    assert set(plan["fixes"][0]) == {"change", "detail", "disruptive"}


def test_programs_can_tell_a_refusal_from_a_warning(inventory: str, capsys: Capsys) -> None:
    words = ["--inventory", inventory, "-n", "aks1", "--pool", "np1", "--max-surge", "150%", "-f", "json"]
    assert run(["plan", *words]) == 1
    (blocker,) = said(capsys)["blockers"]
    assert (list(blocker), blocker["refuses"]) == (["what", "resourceId", "fix", "refuses"], True)


def test_a_subnet_that_is_there_is_not_the_designs_to_change(tmp_path: Path, inventory: str, capsys: Capsys) -> None:
    vnet, arm = _design(pools=[{"count": 300, "max_pods": 30, "instances": ()}])
    for resources, change in ([vnet, arm], "make subnet nodes a /"), ([arm], "use a new subnet, a /"):
        (tmp_path / "design.json").write_text(json.dumps(resources), encoding="utf-8")
        beside = [] if vnet in resources else ["--inventory", inventory]
        assert run(["plan", "create", "--file", str(tmp_path / "design.json"), *beside, "-f", "json"]) == 1
        found = [fix["change"] for fix in said(capsys)["fixes"] if "subnet" in fix["change"]]
        assert [each.startswith(change) for each in found if not each.startswith("add a /")] == [True]


def test_the_text_has_the_verdict_first_and_fits_the_page(inventory: str, capsys: Capsys) -> None:
    run(["plan", "--inventory", inventory, "-n", "aks1", "--pool", "np1", "--count", "9"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "DOES NOT FIT: pool aks1/np1: count 9"
    assert lines[1] == "  subnet-addresses of nodes runs out with the nodes wanted now:"
    assert max(map(len, lines)) <= 100


def test_what_was_not_read_is_three(tmp_path: Path, capsys: Capsys) -> None:
    estate = Estate()
    vnet = estate.virtual_network(subnets={"nodes": "10.1.0.0/24"})
    arm = estate.cluster("aks1", "cni-overlay", subnet=subnet(vnet, "nodes"))
    (tmp_path / "only.json").write_text(json.dumps([arm]), encoding="utf-8")
    assert run(["plan", "--inventory", str(tmp_path / "only.json"), "--upgrade", "-f", "json"]) == 3
    plan = said(capsys)
    assert plan["verdict"] == "cannot-tell"
    assert [gap["gap"]["code"] for gap in plan["unknown"]] == ["NotCollected"]


def test_the_demo_is_planned_for_as_well(capsys: Capsys) -> None:
    assert run(["plan", "--demo", "-n", "aks-shop", "--upgrade", "-f", "json", "-q"]) == 0
    assert said(capsys)["operation"] == "upgrade"
    assert run(["plan", "migrate", "--demo", "-n", "aks-shop", "--to", "overlay", "-f", "json", "-q"]) in (0, 1)
    assert said(capsys)["operation"] == "migrate"


def test_a_size_needs_no_input(capsys: Capsys) -> None:
    words = "plan size --model cni-node-subnet --nodes 50 --max-pods 30 --max-surge 1 -f json"
    assert run(words.split()) == 0
    size = said(capsys)
    assert list(size) == ["schemaVersion", "model", "subnets", "podCidr", "routes", "exceeds"]
    assert (size["subnets"][0]["prefixLength"], size["subnets"][0]["need"], size["podCidr"]) == (21, 1581, None)
    assert run(["plan", "size", "--model", "kubenet", "--nodes", "50", "--max-pods", "30", "-f", "json"]) == 0
    assert said(capsys)["routes"] == {"need": 55, "limit": 400}


def _design(**changes: Any) -> list[Json]:
    estate = Estate()
    vnet = estate.virtual_network(subnets={"nodes": "10.1.0.0/24"})
    arm = estate.cluster("new", "cni-overlay", subnet=subnet(vnet, "nodes"), **changes)
    return [vnet, arm]


def test_a_design_stands_alone_or_beside_what_is_there(tmp_path: Path, inventory: str, capsys: Capsys) -> None:
    alone, cluster = tmp_path / "alone.json", tmp_path / "cluster.json"
    vnet, arm = _design()
    alone.write_text(json.dumps([vnet, arm]), encoding="utf-8")
    cluster.write_text(json.dumps({"resources": [arm]}), encoding="utf-8")
    assert run(["plan", "create", "--file", str(alone), "-f", "json"]) == 0
    said(capsys)
    assert run(["plan", "create", "--file", str(cluster), "-f", "json"]) == 3
    said(capsys)
    assert run(["plan", "create", "--file", str(cluster), "--inventory", inventory, "-f", "json"]) == 0
    limit = next(c for c in said(capsys)["constraints"] if c["kind"] == "subnet-addresses")
    assert (limit["need"], limit["added"], limit["free"]) == (96, 3, 158)


def test_a_design_of_what_is_there_already_is_refused(tmp_path: Path, inventory: str, capsys: Capsys) -> None:
    resources = [json.loads(line) for line in Path(inventory).read_text(encoding="utf-8").splitlines()]
    again = [r for r in resources if r.get("id", "").endswith("/aks1")]
    (tmp_path / "again.json").write_text(json.dumps(again), encoding="utf-8")
    assert run(["plan", "create", "--file", str(tmp_path / "again.json"), "--inventory", inventory]) == 2
    assert "cluster aks1 exists already" in refused(capsys)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--cluster aks2 --upgrade", "no cluster 'aks2'"),
        ("--pool np2 --count 3", "has no pool 'np2'; did you mean np1?"),
        ("--count 3", "--count is for a pool"),
        ("--pool np1", "nothing is to change on pool np1"),
        ("--pool np1 --count 3 --upgrade", "--count and --upgrade do not go together"),
        ("--pool np1 --add-pool name=b,count=1", "--pool and --add-pool do not go together"),
        ("--add-pool nmae=b,count=1", "add-pool key 'nmae' does not exist; did you mean name?"),
        ("--add-pool name=b", "has no count"),
        ("--add-pool name=b,count=x", "count=x is no number"),
        ("--add-pool name=b,count=1,os=Windos", "did you mean Windows?"),
        ("--add-pool name=b,count=1,count=2", "names count twice"),
        ("--add-pool name=b,count", "has no value"),
        ("--add-pool name=b,count=1,subnet=mor", "did you mean more?"),
        ("--pool np1 --count 99999999999999999999", "count is above 100000"),
        ("--pool np1 --max-surge 99999999999999999999%", "max-surge is above 100000"),
        ("--allocated-outbound-ports 99999999999999999999", "allocated-outbound-ports is above 100000"),
        ("--managed-outbound-ips 100001", "managed-outbound-ips is above 100000"),
        (f"--add-pool name=b,count={'9' * 5000}", "count is above 100000"),
        ("--add-pool name=b,count=100001", "count is above 100000"),
        ("--pool np1 --max-pods 7", "max-pods 7 is not between 10 and 250"),
        ("--cluster a --cluster b --upgrade", "a plan is for one cluster"),
        ("--upgrade -f xml", "format 'xml' does not exist"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_two(inventory: str, capsys: Capsys, words: str, message: str) -> None:
    assert run(["plan", "--inventory", inventory, *words.split()]) == 2
    assert message in refused(capsys)


def test_the_input_stands_after_the_subcommand(capsys: Capsys) -> None:
    assert run(["plan", "--demo", "migrate", "--to", "overlay"]) == 2
    assert "write it after migrate" in refused(capsys)


def test_a_plan_goes_into_files(inventory: str, tmp_path: Path, capsys: Capsys) -> None:
    target = tmp_path / "plan.json"
    assert run(["plan", "--inventory", inventory, "--upgrade", "-o", str(target), "-q"]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads(target.read_text(encoding="utf-8"))["verdict"] == "fits"


def test_a_size_beyond_azures_limits_is_told_and_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "size", "--model", "kubenet", "--nodes", "390", "--max-pods", "110", "-f", "json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["routes"] == {"need": 429, "limit": 400}
    assert "400" in answer["exceeds"][0]
    assert run(["plan", "size", "--model", "kubenet", "--nodes", "300", "--max-pods", "110"]) == 0
