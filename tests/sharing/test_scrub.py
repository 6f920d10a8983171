"""`scrub` and `collect --anonymize`: what comes out has the same findings, and nothing that says whose it is."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aks_audit.analysis.azure_roles import AZURE_ROLES
from aks_audit.cli import run
from aks_audit.inventory import ResourceId
from aks_audit.sharing import Anonymizer, key_from
from aks_audit.sharing.addresses import HOME, KEPT
from aks_audit.sharing.names import WELL_KNOWN

from ..arm import StandIn
from ..estate import Estate
from ..example_estates import crowded_node_subnet, egress_with_faults, healthy_mixed, kubenet_with_faults

Capsys = pytest.CaptureFixture[str]
REAL = Path(__file__).parents[3] / "shared" / "real-arm"
ESTATES = [kubenet_with_faults, crowded_node_subnet, egress_with_faults, healthy_mixed]
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ADDRESS = re.compile(r"(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])")


def report_of(path: Path, capsys: Capsys, option: str = "--inventory") -> Any:
    capsys.readouterr()
    assert run(["audit", option, str(path), "-f", "json", "-q", "--fail-on", "never", "--allow-incomplete"]) == 0
    return json.loads(capsys.readouterr().out)


def findings_in(report: Any, of: Callable[[str], str]) -> Counter[tuple[Any, ...]]:
    """About what, how bad, and where it looked; by ids, for messages have names in them."""
    return Counter(
        (
            finding["rule"],
            finding["severity"],
            finding["latent"],
            of(finding["resourceId"]).lower(),
            of(finding["clusterId"] or "").lower(),
            tuple(sorted(of(each).lower() for each in finding["affected"])),
        )
        for finding in report["findings"]
    )


def told_by(text: str) -> set[str]:
    """What says whose an estate is: every name, GUID and public address in it, in lower case."""
    names = {
        name.lower() for name in re.findall(r'"(?:name|displayName|nodeResourceGroup|dnsPrefix)":\s*"([^"]+)"', text)
    }
    for resource_id in map(ResourceId, re.findall(r'"(/subscriptions/[^"]+)"', text)):
        names |= {name.lower() for name in (*resource_id.names, resource_id.resource_group)}
    ours = {name for name in names if not _is_azures(name) and name not in AZURE_ROLES}
    guids = {guid for guid in GUID.findall(text.lower()) if guid not in AZURE_ROLES}
    return ours | guids | {address for address in ADDRESS.findall(text) if _is_public(address)}


def left_in(text: str, known: set[str]) -> set[str]:
    """What of it is still there, as a word of its own. `subnet` may be somebody's name, and is ARM's word, too."""
    arms_words = {*re.findall(r'"(\w+)":', text.lower()), "agentpool"}
    words = (word for word in known if word not in arms_words)
    return {word for word in words if re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text.lower())}


def _is_azures(name: str) -> bool:
    """A name too short to be looked for, a word of Azure's, or a number of an instance."""
    patterns = r"ipconfig\d*|azurefirewallipconfiguration\d*|standard.*|basic|base|subnetspace|azfw_vnet|\d+"
    return len(name) < 5 or name in WELL_KNOWN or re.fullmatch(patterns, name) is not None


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    return not any(address in block for block in (*KEPT, *HOME) if block.version == 4)


@pytest.fixture
def key(tmp_path: Path) -> str:
    return str(tmp_path / "key")


@pytest.mark.parametrize("make", ESTATES)
def test_a_scrubbed_inventory_has_the_same_findings_and_no_name(
    make: Callable[[], Estate], key: str, tmp_path: Path, capsys: Capsys
) -> None:
    source, target = tmp_path / "estate.jsonl", tmp_path / "scrubbed.jsonl.gz"
    make().write(source)
    assert run(["scrub", str(source), "-o", str(target), "--key-file", key]) == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    of = Anonymizer(key_from(key)).names.resource_id
    before, after = report_of(source, capsys), report_of(target, capsys)
    assert before["findings"]
    assert findings_in(after, lambda text: text) == findings_in(before, of)
    assert after["summary"] == before["summary"]
    assert run(["scrub", str(source), "--key-file", key]) == 0
    scrubbed = capsys.readouterr().out
    known = told_by(source.read_text())
    assert len(known) > 20
    assert left_in(scrubbed, known) == set()


def test_the_same_key_gives_the_same_bytes_and_another_key_others(key: str, tmp_path: Path, capsys: Capsys) -> None:
    source = kubenet_with_faults().write(tmp_path / "estate.jsonl")
    files = [tmp_path / f"{number}.jsonl" for number in range(4)]
    for file, options in zip(files, [["--key-file", key]] * 2 + [[]] * 2, strict=True):
        assert run(["scrub", str(source), "-o", str(file), *options]) == 0
    one, two, three, four = (file.read_bytes() for file in files)
    assert one == two
    assert len({one, three, four}) == 3
    assert "thrown away" in capsys.readouterr().err


def test_what_was_scrubbed_on_two_days_can_be_compared(key: str, tmp_path: Path, capsys: Capsys) -> None:
    estate = kubenet_with_faults()
    for day, name in enumerate(("monday", "tuesday")):
        source = estate.write(tmp_path / f"{name}.jsonl")
        assert run(["scrub", str(source), "-o", str(tmp_path / f"{day}.jsonl"), "--key-file", key]) == 0
        estate.of_type("routeTables")[0]["properties"]["routes"].pop()
    capsys.readouterr()
    assert run(["diff", str(tmp_path / "0.jsonl"), str(tmp_path / "1.jsonl"), "-f", "json", "--fail-on", "never"]) == 0
    difference = json.loads(capsys.readouterr().out)
    assert [change["rule"] for change in difference["findings"]["gone"]] == ["kubenet-route-stale"]
    assert difference["findings"]["new"] == []


def test_a_scrubbed_cassette_plays_the_same_findings(key: str, tmp_path: Path, capsys: Capsys) -> None:
    cassette = Path(__file__).parents[2] / "aks_audit" / "demo" / "demo.yaml"
    target, inventory = tmp_path / "scrubbed.yaml", tmp_path / "demo.jsonl"
    assert run(["scrub", str(cassette), "-o", str(target), "--key-file", key]) == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    of = Anonymizer(key_from(key)).names.resource_id
    before, after = report_of(cassette, capsys, "--replay"), report_of(target, capsys, "--replay")
    assert findings_in(after, lambda text: text) == findings_in(before, of)
    assert after["gaps"] == before["gaps"] == []
    run(["collect", "--demo", "-o", str(inventory), "-q"])
    assert left_in(target.read_text(), told_by(inventory.read_text())) == set()


def test_a_scrubbed_cassette_of_resource_graph_plays_the_same_findings(
    key: str, tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StandIn(egress_with_faults().resources, graph_page_size=2) as standin:
        for name, value in standin.environment.items():
            monkeypatch.setenv(name, value)
        record = ["--record", str(tmp_path / "run.yaml"), "--no-scrub", "--fail-on", "never", "-q"]
        assert run(["audit", "--all-subscriptions", "--collector", "graph", *record]) == 0
    assert run(["scrub", str(tmp_path / "run.yaml"), "-o", str(tmp_path / "scrubbed.yaml"), "--key-file", key]) == 0
    of = Anonymizer(key_from(key)).names.resource_id
    before, after = (report_of(tmp_path / f"{name}.yaml", capsys, "--replay") for name in ("run", "scrubbed"))
    assert findings_in(after, lambda text: text) == findings_in(before, of)
    assert before["findings"]
    assert after["gaps"] == before["gaps"] == []


@pytest.mark.skipif(not REAL.exists(), reason="what real ARM sent is not beside this checkout")
@pytest.mark.parametrize("name", ["aso2024", "akspreview2021", "cloudprovider", "c7n"])
def test_what_real_arm_sent_has_the_same_findings(name: str, key: str, tmp_path: Path, capsys: Capsys) -> None:
    source, target = tmp_path / "estate.jsonl", tmp_path / "scrubbed.jsonl"
    assert run(["collect", "--replay", str(REAL / f"{name}.yaml"), "-o", str(source), "-q"]) == 0
    assert run(["scrub", str(source), "-o", str(target), "--key-file", key, "-q"]) == 0
    of = Anonymizer(key_from(key)).names.resource_id
    before, after = report_of(source, capsys), report_of(target, capsys)
    assert findings_in(after, lambda text: text) == findings_in(before, of)
    assert left_in(target.read_text(), told_by(source.read_text())) == set()


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    for name in [name for name in os.environ if name.startswith(("AZURE_", "MSI_", "IDENTITY_"))]:
        monkeypatch.delenv(name)
    with StandIn(egress_with_faults().resources) as standin:
        for name, value in standin.environment.items():
            monkeypatch.setenv(name, value)
        standin.fault("*/natGateways", status=403, message="jane.doe@contoso.com may not read vnet-edge")
        yield standin


def test_collecting_with_stand_ins_writes_no_name(azure: StandIn, key: str, tmp_path: Path, capsys: Capsys) -> None:
    plain, target = tmp_path / "plain.jsonl", tmp_path / "estate.jsonl"
    assert run(["collect", "--all-subscriptions", "-o", str(plain), "-q"]) == 0
    assert run(["collect", "--all-subscriptions", "--anonymize", "--key-file", key, "-o", str(target), "-q"]) == 0
    text = target.read_text().lower()
    assert left_in(text, told_by(plain.read_text())) == set()
    assert "jane" not in text
    assert "authorizationfailed" in text
    assert run(["scrub", str(plain), "-o", str(plain.with_name("scrubbed.jsonl")), "--key-file", key, "-q"]) == 0
    first, *lines = target.read_text().splitlines()
    again, *others = plain.with_name("scrubbed.jsonl").read_text().splitlines()
    assert sorted(lines) == sorted(others)
    assert json.loads(first)["inventory"]["complete"] == json.loads(again)["inventory"]["complete"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("collect --demo --key-file k", "--key-file is for --anonymize"),
        ("collect --demo --anonymize --key-file ", "--key-file has no value"),
        ("collect --anonymize --resume -o x.jsonl", "--anonymize and --resume do not go together"),
        ("scrub nowhere.jsonl", "cannot read nowhere.jsonl"),
        ("scrub nowhere.yaml", "cannot read nowhere.yaml"),
        ("scrub a.jsonl -o a.jsonl", "a.jsonl is the file itself"),
        ("scrub a.jsonl --key-file no/such/folder/key", "cannot use key file"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    line: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").write_text("[]")
    assert run(line.split(" ")) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert words in told.err


def test_a_file_that_is_cut_off_leaves_nothing_behind(tmp_path: Path, capsys: Capsys) -> None:
    source = kubenet_with_faults().write(tmp_path / "estate.jsonl")
    source.write_bytes(source.read_bytes()[:-20])
    assert run(["scrub", str(source), "-o", str(tmp_path / "scrubbed.jsonl")]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["estate.jsonl"]
