"""A run that did not end, or ended with Gaps: another goes on from its file and asks only for what is missing."""

from __future__ import annotations

import json
import stat
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aks_audit.cli import run
from aks_audit.collectors.collect import collect
from aks_audit.errors import InventoryError
from aks_audit.inventory import InventoryWriter, read_inventory

from ..arm import StandIn
from ..arm.store import Store
from ..estate import SUBSCRIPTION, Estate, Json, Pool, subnet, subscription_id
from ..records import Kept
from .direct import DirectArm

OTHER = subscription_id(2)


@dataclass(frozen=True)
class Inventory:
    """A file's header and what is in it, in an order of its own."""

    header: Json
    lines: tuple[str, ...]


def content(path: Path) -> Inventory:
    first, *rest, end = path.read_text().splitlines()
    counted = json.loads(end)["end"]
    assert counted["resources"] + counted["gaps"] == len(rest)
    return Inventory(json.loads(first)["inventory"], tuple(sorted(rest)))


def collected(arm: DirectArm, path: Path, *, resume: bool = False, workers: int = 1) -> InventoryWriter:
    with InventoryWriter(str(path), resume=resume) as writer:
        header = collect(arm, (SUBSCRIPTION, OTHER), writer, workers=workers, journal=writer)
        writer.finish(header)
    return writer


def partial_of(path: Path) -> Path:
    return path.with_name(path.name + ".partial")


@pytest.fixture(scope="module")
def store() -> Store:
    """Two subscriptions: listings, resources read by their id elsewhere, scale sets, zones, rights."""
    estate = Estate()
    vnet = estate.virtual_network("spoke", "10.1.0.0/16", {"nodes": "10.1.0.0/24", "more": "10.1.4.0/22"})
    estate.cluster("aks1", "kubenet", pools=[Pool(count=2), Pool(name="b", count=1)], subnet=subnet(vnet, "nodes"))
    estate.cluster("aks2", "cni-node-subnet", pools=[Pool(count=1)], subnet=subnet(vnet, "more"), private=True)
    estate.network_security_group(subnets=[subnet(vnet, "nodes")])
    principal = estate.principal_of(estate.of_type("managedClusters")[0])
    role = estate.role_definition("joins", ["Microsoft.Network/*"])
    estate.role_assignment(f"/subscriptions/{SUBSCRIPTION}", principal, role["name"])
    estate.role_assignment("/providers/Microsoft.Management/managementGroups/all", principal)
    other = Estate(OTHER)
    far = other.virtual_network("far", "10.3.0.0/16", {"nodes": "10.3.0.0/24"})
    other.network_security_group(subnets=[subnet(far, "nodes")])
    other.cluster("aks3", "cni-overlay", pools=[Pool(count=2)], subnet=subnet(far, "nodes"))
    elsewhere = msgspec.json.encode(other.resources).decode()
    for spelling in ("rg-network", "RG-NETWORK"):
        elsewhere = elsewhere.replace(
            f"{OTHER}/resourceGroups/{spelling}/", f"{subscription_id(3)}/resourceGroups/rg-network/"
        )
    return Store([*estate.resources, *json.loads(elsewhere)])


@pytest.fixture(scope="module")
def whole(store: Store, tmp_path_factory: pytest.TempPathFactory) -> tuple[Inventory, Counter[str]]:
    """What a run that nobody interrupts writes, and what it asks for."""
    path = tmp_path_factory.mktemp("whole") / "estate.jsonl"
    arm = DirectArm(store, page_size=2)
    collected(arm, path)
    return content(path), Counter(arm.asked)


# -------------------------------------------------------------------- interrupted anywhere


@pytest.mark.parametrize("workers", [1, 4])
def test_an_interrupted_run_goes_on_where_it_was(
    workers: int, store: Store, whole: tuple[Inventory, Counter[str]], tmp_path: Path
) -> None:
    """Wherever it was: the file is the same in the end, and what was read whole is not asked for again."""
    expected, all_requests = whole
    for answers in range(0, all_requests.total(), workers):
        path = tmp_path / f"after-{answers}.jsonl"
        first = DirectArm(store, page_size=2, interrupt_after=answers)
        with pytest.raises(KeyboardInterrupt):
            collected(first, path, workers=workers)
        assert not path.exists()
        second = DirectArm(store, page_size=2)
        collected(second, path, resume=True, workers=workers)
        assert content(path) == expected
        assert not partial_of(path).exists()
        twice = Counter(first.asked) & Counter(second.asked)
        half_read = {url.partition("?")[0] for url in twice}
        assert len(half_read) <= workers  # what was being read
        assert Counter(first.asked) + Counter(second.asked) - twice == all_requests
        path.unlink()


def test_a_run_can_be_interrupted_again_and_again(
    store: Store, whole: tuple[Inventory, Counter[str]], tmp_path: Path
) -> None:
    path = tmp_path / "estate.jsonl"
    runs = 0
    while not path.exists():
        runs += 1
        with suppress(KeyboardInterrupt):
            collected(DirectArm(store, page_size=2, interrupt_after=7), path, resume=True)
    assert content(path) == whole[0]
    assert runs > 5


def test_when_it_was_collected_is_when_the_first_run_began(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    for at, after in (("2026-11-20T08:00:00Z", 20), ("2026-11-21T08:00:00Z", 20), ("2026-11-22T08:00:00Z", None)):
        with suppress(KeyboardInterrupt):
            collected(DirectArm(store, interrupt_after=after, at=at), path, resume=True)
    assert content(path).header["collectedAt"] == "2026-11-20T08:00:00Z"


def test_what_changed_between_the_runs_is_no_contradiction(store: Store, tmp_path: Path) -> None:
    """A listing that was half read is read anew; what was read whole stays as it was."""
    path = tmp_path / "estate.jsonl"
    with pytest.raises(KeyboardInterrupt):
        collected(DirectArm(store, page_size=1, interrupt_after=9), path)
    changed = Store({**json.loads(raw), "etag": "another"} for raw in store._items.values())
    collected(DirectArm(changed, page_size=1), path, resume=True)
    assert '{"gap"' not in path.read_text()


# -------------------------------------------------------------------- killed anywhere


@pytest.fixture(scope="module")
def journal(store: Store, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The unfinished file of a run just before its end."""
    path = tmp_path_factory.mktemp("journal") / "estate.jsonl"
    with suppress(RuntimeError), InventoryWriter(str(path)) as writer:
        collect(DirectArm(store, page_size=2), (SUBSCRIPTION, OTHER), writer, workers=1, journal=writer)
        raise RuntimeError
    return partial_of(path).read_bytes()


@given(share=st.floats(0, 1))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_that_was_cut_off_anywhere_is_gone_on_from(
    share: float, journal: bytes, store: Store, whole: tuple[Inventory, Counter[str]], tmp_path: Path
) -> None:
    path = tmp_path / "estate.jsonl"
    path.unlink(missing_ok=True)
    partial_of(path).write_bytes(journal[: int(share * len(journal))])
    arm = DirectArm(store, page_size=2)
    collected(arm, path, resume=True)
    assert content(path) == whole[0]
    assert not Counter(arm.asked) - whole[1]


def test_an_unfinished_file_is_no_inventory(journal: bytes, tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl.partial"
    path.write_bytes(journal)
    with pytest.raises(InventoryError, match=r"aks-audit collect --resume -o .*estate\.jsonl'"):
        read_inventory(str(path), Kept())


def test_a_damaged_file_is_named(journal: bytes, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    first, second, *rest = journal.splitlines(keepends=True)
    partial_of(path).write_bytes(b"".join([first, second[:9] + b"\n", *rest]))
    with pytest.raises(InventoryError, match=r"cannot go on from .*estate\.jsonl\.partial: it is damaged"):
        collected(DirectArm(store), path, resume=True)
    assert partial_of(path).exists()


# -------------------------------------------------------------------- Gaps


@pytest.mark.parametrize(
    "refused",
    [
        "*/routeTables",
        f"*{SUBSCRIPTION}/providers/microsoft.network/*",
        "*/networkInterfaces",
        "*/virtualMachineScaleSets",
        "*/roleAssignments",
        "*/far",
        "*/usages",
        "*/roleDefinitions/*",
        f"*{OTHER}/*",
    ],
)
@pytest.mark.parametrize("name", ["estate.jsonl", "estate.jsonl.gz"])
def test_gaps_are_asked_for_again_and_gone_when_rights_were_given(
    name: str, refused: str, store: Store, whole: tuple[Inventory, Counter[str]], tmp_path: Path
) -> None:
    path = tmp_path / name
    first = DirectArm(store, page_size=2, refused=[refused])
    collected(first, path)
    kept = Kept()
    header = read_inventory(str(path), kept)
    assert header
    assert kept.gaps
    second = DirectArm(store, page_size=2)
    collected(second, path, resume=True)
    plain = tmp_path / "plain.jsonl"
    kept = Kept()
    header = read_inventory(str(path), kept)
    with InventoryWriter(str(plain)) as writer:
        for record in kept.records:
            writer.add(record)
        assert header
        writer.finish(header)
    assert set(content(plain).lines) == set(whole[0].lines)
    assert {(c["resourceType"], c["scope"]) for c in whole[0].header["complete"]} <= {
        (c.resource_type, c.scope) for c in header.complete
    }
    refused_once = sum((Counter(first.asked) & Counter(second.asked)).values())
    assert refused_once <= len(first.asked) / 2


def test_gaps_that_stay_are_named_once(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    collected(DirectArm(store, refused=["*/routeTables"]), path)
    before = content(path)
    for _ in range(2):
        collected(DirectArm(store, refused=["*/routeTables"]), path, resume=True)
    assert content(path) == before


def test_nothing_is_asked_for_where_nothing_is_missing(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    collected(DirectArm(store), path)
    before = content(path)
    again = DirectArm(store)
    collected(again, path, resume=True)
    assert again.asked == []
    assert content(path) == before


# -------------------------------------------------------------------- what it goes on from


def test_other_subscriptions_are_refused_and_both_are_named(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    collected(DirectArm(store), path)
    both = f"{SUBSCRIPTION}, {OTHER}, and this run of subscription {OTHER};"
    with pytest.raises(InventoryError, match=both), InventoryWriter(str(path), resume=True) as writer:
        collect(DirectArm(store), (OTHER,), writer, journal=writer)
    assert content(path).header["subscriptions"] == [SUBSCRIPTION, OTHER]


def test_a_file_without_a_header_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "estate.json"
    path.write_bytes(msgspec.json.encode([json.loads(raw) for raw in store._items.values()]))
    with pytest.raises(InventoryError, match="does not say which subscriptions"):
        InventoryWriter(str(path), resume=True)


def test_the_unfinished_file_is_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    with pytest.raises(KeyboardInterrupt):
        collected(DirectArm(store, interrupt_after=9), path)
    assert stat.S_IMODE(partial_of(path).stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [partial_of(path).name]


def test_a_run_that_read_nothing_leaves_nothing_and_takes_nothing_away(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    with pytest.raises(KeyboardInterrupt):
        collected(DirectArm(store, interrupt_after=0), path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(KeyboardInterrupt):
        collected(DirectArm(store, interrupt_after=30), path)
    before = partial_of(path).read_bytes()
    with pytest.raises(KeyboardInterrupt):
        collected(DirectArm(store, interrupt_after=0), path)
    assert partial_of(path).read_bytes() == before
    assert list(tmp_path.iterdir()) == [partial_of(path)]


# -------------------------------------------------------------------- at the command line


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch, store: Store) -> Any:
    with StandIn([json.loads(raw) for raw in store._items.values()]) as standin:
        for name, value in standin.environment.items():
            monkeypatch.setenv(name, value)
        yield standin


Said = Callable[..., tuple[int, str]]


@pytest.fixture
def aks_audit(capsys: pytest.CaptureFixture[str]) -> Said:
    def command(*words: str) -> tuple[int, str]:
        code = run(["collect", "-s", SUBSCRIPTION, *words])
        return code, capsys.readouterr().err

    return command


def test_gaps_at_the_command_line(standin: StandIn, aks_audit: Said, tmp_path: Path) -> None:
    path = str(tmp_path / "estate.jsonl")
    fault = standin.fault("*/routeTables*", status=403)
    code, said = aks_audit("-o", path, "--resume")
    assert code == 0
    assert f"nothing to go on from at {path}; collecting from the start" in said
    assert "the same command with --resume asks again for what was not collected" in said
    standin.faults.remove(fault)
    standin.requests.clear()
    code, said = aks_audit("-o", path, "--resume")
    assert code == 0
    assert f"going on from {path}, which has " in said
    assert ", 0 gaps" in said
    assert {request.path.split("/")[-1] for request in standin.requests} == {"routeTables"}


def test_an_interrupted_run_says_how_to_go_on(
    standin: StandIn, aks_audit: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "estate.jsonl"
    write = InventoryWriter.note
    notes = []

    def note(self: InventoryWriter, *words: Any, **more: Any) -> None:
        write(self, *words, **more)
        notes.append(words)
        if len(notes) == 9:
            raise KeyboardInterrupt

    monkeypatch.setattr(InventoryWriter, "note", note)
    code, said = aks_audit("-o", str(path))
    assert code == 130
    assert f"kept in {path}.partial; the same command with --resume goes on from there" in said
    assert not path.exists()
    code, said = aks_audit("-o", str(path), "--resume")
    assert code == 0
    assert f"going on from {path}.partial, which has " in said
    partial_of(path).write_bytes(b"")
    code, said = aks_audit("-o", str(path))
    assert code == 0
    assert f"{path}.partial of an unfinished run will be replaced" in said
    assert not partial_of(path).exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--resume"], "--resume needs a file to go on from"),
        (["--resume", "-o", "FILE", "--demo"], "--resume is for live runs"),
        (["--resume", "-o", "FILE", "--inventory", "x.jsonl"], "--resume is for live runs"),
        (["--resume", "-o", "FILE", "--record", "x.yaml"], "--resume is for live runs"),
    ],
)
def test_resume_where_it_has_no_place(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["collect", *(str(tmp_path / "f.jsonl") if word == "FILE" else word for word in words)]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
