"""The command line: what it prints, where, and the exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from aks_audit import __version__
from aks_audit.cli import run
from aks_audit.collectors import load as load_module
from aks_audit.inventory import Header, read_inventory
from aks_audit.reporters import RENDER

from ..arm import StandIn
from ..estate import SUBSCRIPTION, Estate, Pool, subnet
from ..example_estates import healthy_mixed, kubenet_with_faults
from ..records import CLUSTER, SUBSCRIPTION_ID, TABLE, Kept

Capsys = pytest.CaptureFixture[str]


def healthy(path: Path) -> str:
    return str(healthy_mixed().write(path / "healthy.jsonl"))


def faulty(path: Path) -> str:
    return str(kubenet_with_faults().write(path / "faulty.jsonl"))


def as_line(**words: Any) -> str:
    return json.dumps(words, separators=(",", ":"))


def one_line(capsys: Capsys) -> str:
    """What is on standard error, which is one line, while standard output is empty."""
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    assert said.err.startswith("aks-audit: ")
    return said.err


def program(*arguments: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The program as a process of its own, with an environment that has no credential."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    command = [sys.executable, "-m", "aks_audit", *arguments]
    return subprocess.run(
        command, input=given, capture_output=True, env={**kept, "HOME": "/nonexistent", **environment}, check=False
    )


# -------------------------------------------------------------------- help and version


def test_says_its_version(capsys: Capsys) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"aks-audit {__version__}\n"


@pytest.mark.parametrize("command", ["", "audit", "collect", "topology", "diff", "rules", "explain", "schema"])
def test_helps(command: str, capsys: Capsys) -> None:
    assert run([*command.split(), "--help"]) == 0
    assert "Usage: aks-audit" in capsys.readouterr().out


def test_without_a_command_it_helps_on_standard_error(capsys: Capsys) -> None:
    assert run([]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Start here" in said.err


# -------------------------------------------------------------------- words that do not exist


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("audti --demo", "'audti'. Did you mean 'audit'?"),
        ("audit --demmo", "--demmo"),
        ("audit --demo -f markdwn", "format 'markdwn' does not exist; did you mean markdown?"),
        ("audit --demo --fail-on hihg", "severity 'hihg' does not exist; did you mean high?"),
        ("audit --demo --fail-on info", "severity 'info' does not exist; one of critical"),
        ("audit --demo --select kubenet-route-mising", "did you mean kubenet-route-missing?"),
        ("audit --demo --ignore kubenet-route-mising", "did you mean kubenet-route-missing?"),
        ("explain kubenet-route-mising", "did you mean kubenet-route-missing?"),
        ("topology --demo -f svg", "format 'svg' does not exist; one of text, json, mermaid"),
        ("rules -f yaml", "format 'yaml' does not exist"),
        ("audit --demo --as-of 2027-13-01", "--as-of '2027-13-01' is no date; write it as 2027-03-31"),
        ("audit --cloud mars", "there is no cloud 'mars'; one of public, usgov, china"),
        ("audit --collector grahp", "there is no collector 'grahp'; one of auto, graph, arm"),
        ("audit --demo -n nosuch", "there is no cluster 'nosuch'"),
        ("audit --demo -g nosuch", "there is no resource group 'nosuch' with a cluster"),
        ("audit --demo surplus", "surplus"),
        ("explain", "RULE"),
        ("audit --replay", "--replay"),
    ],
)
def test_a_word_that_does_not_exist_is_named(line: str, words: str, capsys: Capsys) -> None:
    assert run(line.split()) == 2
    assert words in one_line(capsys)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("audit --demo --replay x", "--replay and --demo do not go together"),
        ("audit --inventory x --replay y", "--replay and --inventory do not go together"),
        ("audit --demo -s x", "--subscription is for live runs and does not go with --demo"),
        ("audit --inventory x -s y", "--subscription is for live runs and does not go with --inventory"),
        ("audit --replay x --all-subscriptions", "--all-subscriptions is for live runs"),
        ("audit --replay x --management-group y", "--management-group is for live runs"),
        ("audit --all-subscriptions -s x", "--all-subscriptions and --subscription do not go together"),
        ("audit --all-subscriptions --management-group x", "do not go together"),
        ("audit --demo --record x", "--record is for live runs and does not go with --demo"),
        ("audit --demo --cloud china", "--cloud is for live runs and does not go with --demo"),
        ("audit --demo --collector arm", "--collector is for live runs and does not go with --demo"),
        ("audit --replay x --collector graph", "--collector is for live runs and does not go with --replay"),
        ("audit --demo --timeout 5m", "--timeout is for live runs and does not go with --demo"),
        ("audit --timeout 5d", "--timeout '5d' is no duration; write it as 90 (seconds), 10m or 1h"),
        ("audit --demo --no-scrub", "--no-scrub is for --record"),
    ],
)
@pytest.mark.parametrize("command", ["audit", "collect", "topology"])
def test_options_that_do_not_go_together(command: str, line: str, words: str, capsys: Capsys) -> None:
    assert run([command, *line.split()[1:]]) == 2
    assert words in one_line(capsys)


@pytest.mark.parametrize("option", ["--replay", "--inventory", "--record"])
def test_an_empty_file_name_is_no_live_run(option: str, capsys: Capsys) -> None:
    assert run(["audit", option, ""]) == 2
    assert f"{option} has no value" in one_line(capsys)


# -------------------------------------------------------------------- bad input


@pytest.mark.parametrize("command", ["audit", "collect", "topology"])
@pytest.mark.parametrize("option", ["--inventory", "--replay"])
@pytest.mark.parametrize("content", [None, b"", b"\x00\xff\x01", b"5", b"{", b"a: [", b"[1]", b'"x"', b"null", b"{}"])
def test_a_file_that_cannot_be_read_is_one_line(
    command: str, option: str, content: bytes | None, tmp_path: Path, capsys: Capsys
) -> None:
    path = tmp_path / "input"
    if content is not None:
        path.write_bytes(content)
    assert run([command, option, str(path)]) == 2
    assert str(path) in one_line(capsys)


def test_an_inventory_without_clusters_is_not_taken_for_fine(tmp_path: Path, capsys: Capsys) -> None:
    path = tmp_path / "tables.json"
    path.write_text(json.dumps([{"id": TABLE, "properties": {"routes": []}}]))
    assert run(["audit", "--inventory", str(path)]) == 2
    assert "holds no managed cluster and does not say that there are none" in one_line(capsys)


def test_an_inventory_that_says_there_are_no_clusters_is_fine(tmp_path: Path, capsys: Capsys) -> None:
    path = Estate().write(tmp_path / "empty.jsonl")
    assert run(["audit", "--inventory", str(path), "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["clusters"] == []


@pytest.mark.parametrize(
    "output", ["report.pdf", "report", "no/such/folder/report.json", "folder.json"], ids=["pdf", "none", "folder", "is"]
)
def test_an_output_that_cannot_be_written_is_refused_before_anything_is_read(
    output: str, tmp_path: Path, capsys: Capsys
) -> None:
    (tmp_path / "folder.json").mkdir()
    for command in ("audit", "topology"):
        assert run([command, "--inventory", "not-there", "-o", str(tmp_path / output)]) == 2
        assert output in one_line(capsys)


def test_a_fault_of_our_own_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr(load_module, "_replay", fail)
    monkeypatch.delenv("AKS_AUDIT_TRACEBACK", raising=False)
    assert run(["audit", "--demo"]) == 2
    assert "a fault in aks-audit itself: ZeroDivisionError: by zero; please report it" in one_line(capsys)
    monkeypatch.setenv("AKS_AUDIT_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        run(["audit", "--demo"])


def test_an_interruption_is_130(monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(load_module, "_replay", interrupt)
    assert run(["audit", "--demo"]) == 130
    assert "interrupted" in capsys.readouterr().err


@contextmanager
def heeding_interrupts() -> Iterator[None]:
    """For programs started meanwhile: what runs in the background of a shell would pass on that SIGINT is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interruption_does_not_wait_for_azure() -> None:
    with StandIn([]) as standin, socket.create_server(("127.0.0.1", 0), backlog=32) as silent:
        silent.settimeout(30)
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        azure = {**standin.environment, "AKS_AUDIT_ARM_ENDPOINT": f"https://127.0.0.1:{silent.getsockname()[1]}"}
        command = [sys.executable, "-m", "aks_audit", "audit", "-s", SUBSCRIPTION]
        with heeding_interrupts(), subprocess.Popen(command, stderr=subprocess.PIPE, env={**kept, **azure}) as running:
            waiting = [silent.accept()[0] for _ in range(10)]
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=10)
        for connection in waiting:
            connection.close()
    assert running.returncode == 130
    assert said == b"aks-audit: interrupted\n"


# -------------------------------------------------------------------- exit codes


def test_exit_codes(tmp_path: Path, capsys: Capsys) -> None:
    good, bad = healthy(tmp_path), faulty(tmp_path)
    assert run(["audit", "--inventory", good]) == 0
    assert run(["audit", "--inventory", bad]) == 1
    assert run(["audit", "--inventory", bad, "--fail-on", "never"]) == 0
    assert run(["audit", "--inventory", bad, "--select", "kubenet-retirement", "--fail-on", "critical"]) == 0
    assert run(["audit", "--inventory", bad, "--select", "kubenet-retirement", "--fail-on", "low"]) == 1


@pytest.mark.parametrize("name", RENDER)
def test_the_format_changes_no_exit_code(name: str, tmp_path: Path, capsys: Capsys) -> None:
    bad, unread = faulty(tmp_path), without_tables(tmp_path)
    few = ["-f", name, "--select", "kubenet-route-missing"]
    assert run(["audit", "--inventory", bad, *few]) == 1
    assert run(["audit", "--inventory", bad, *few, "--fail-on", "never"]) == 0
    assert run(["audit", "--inventory", unread, *few]) == 3
    assert run(["audit", "--inventory", unread, *few, "--allow-incomplete"]) == 0


def without_tables(path: Path) -> str:
    """An inventory of a kubenet cluster whose route tables were refused."""
    estate = Estate()
    vnet = estate.virtual_network()
    cluster = estate.cluster("aks1", "kubenet", subnet=subnet(vnet, "nodes"), pools=[Pool(count=1)])
    estate.remove(estate.route_table_of(cluster))
    lines = estate.write(path / "a.jsonl").read_text().splitlines()
    header = json.loads(lines[0])["inventory"]
    header["complete"] = [c for c in header["complete"] if not c["resourceType"].endswith("routeTables")]
    gap = {"resourceType": "Microsoft.Network/routeTables", "scope": SUBSCRIPTION_ID, "status": 403}
    gap |= {"code": "AuthorizationFailed", "message": "no"}
    end = {"resources": len(lines) - 2, "gaps": 1}
    unread = path / "b.jsonl"
    unread.write_text("\n".join([as_line(inventory=header), *lines[1:-1], as_line(gap=gap), as_line(end=end)]))
    return str(unread)


def test_what_could_not_be_told_is_three(tmp_path: Path, capsys: Capsys) -> None:
    path = without_tables(tmp_path)
    words = ["audit", "--inventory", path, "--select", "kubenet-route-missing", "-f", "json"]
    assert run(words) == 3
    report = json.loads(capsys.readouterr().out)
    assert [item["gap"]["code"] for item in report["unknown"]] == ["AuthorizationFailed"]
    assert not report["complete"]
    assert run([*words, "--allow-incomplete"]) == 0
    assert run([*words, "--fail-on", "never"]) == 3
    assert run(["audit", "--inventory", path, "--select", "dns-service-ip-invalid"]) == 0


def test_a_cassette_that_lacks_answers_is_three(tmp_path: Path, capsys: Capsys) -> None:
    path = tmp_path / "c.yaml"
    uri = f"https://management.azure.com{CLUSTER}?api-version=1"
    body = {
        "id": CLUSTER,
        "properties": {
            "agentPoolProfiles": [{"name": "np1", "count": 1}],
            "networkProfile": {"networkPlugin": "kubenet"},
        },
    }
    answer = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": json.dumps(body)}}
    request: dict[str, Any] = {"method": "GET", "uri": uri, "body": None, "headers": {}}
    path.write_text(json.dumps({"version": 1, "interactions": [{"request": request, "response": answer}]}))
    assert run(["audit", "--replay", str(path), "-f", "json", "--fail-on", "critical"]) == 3
    said = capsys.readouterr()
    assert "NotInCassette" in said.out


def test_dated_rules_judge_by_the_day_asked_for(tmp_path: Path, capsys: Capsys) -> None:
    words = ["audit", "--inventory", faulty(tmp_path), "--select", "kubenet-retirement", "-f", "json"]
    severities = []
    for day in ("2020-01-01", "2028-03-30", "2028-04-01", "today"):
        run([*words, "--as-of", day])
        severities.append([f["severity"] for f in json.loads(capsys.readouterr().out)["findings"]])
    assert severities[0] != severities[2]
    assert all(len(found) == 1 for found in severities)


# -------------------------------------------------------------------- outputs


def test_the_suffix_of_a_file_says_the_format(tmp_path: Path, capsys: Capsys) -> None:
    files = [tmp_path / "r.json", tmp_path / "r.MD"]
    words = [word for file in files for word in ("-o", str(file))]
    assert run(["audit", "--demo", *words]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert all(f"wrote {file}" in said.err for file in files)
    assert json.loads(files[0].read_text())["source"]["kind"] == "demo"
    assert "### Findings" in files[1].read_text()


def test_a_format_besides_a_file_goes_to_standard_output(tmp_path: Path, capsys: Capsys) -> None:
    run(["audit", "--demo", "-f", "json", "-o", str(tmp_path / "r.md")])
    assert json.loads(capsys.readouterr().out)["schemaVersion"] == 1
    run(["audit", "--demo", "-f", "json", "-o", str(tmp_path / "r.txt")])
    assert capsys.readouterr().out == ""
    assert json.loads((tmp_path / "r.txt").read_text())["schemaVersion"] == 1
    run(["audit", "--demo", "-q", "-o", "-"])
    assert "aks-shop" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["audit", "topology", "collect"])
def test_quiet_says_nothing(command: str, tmp_path: Path, capsys: Capsys) -> None:
    run([command, "--demo", "-q", "-o", str(tmp_path / "r.json")])
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


def test_the_same_input_gives_the_same_bytes() -> None:
    runs = [program("audit", "--demo", "-f", "json", PYTHONHASHSEED=str(seed)).stdout for seed in (1, 2)]
    assert runs[0] == runs[1] != b""


def test_a_reader_that_goes_away_changes_no_exit_code() -> None:
    for arguments, code in (
        (["audit", "--demo", "-f", "json", "-q"], 1),
        (["rules"], 0),
        (["collect", "--demo", "-q"], 2),
    ):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [sys.executable, "-m", "aks_audit", *arguments], stdout=writing, stderr=subprocess.PIPE, check=False
        )
        os.close(writing)
        assert done.returncode == code
        assert done.stderr.count(b"\n") <= 1
        assert b"Traceback" not in done.stderr


def test_what_azure_said_moves_no_cursor(tmp_path: Path, capsys: Capsys) -> None:
    gap = {
        "resourceType": "t\x1b[31m",
        "scope": "/s\r\n",
        "status": 403,
        "code": "X\x07",
        "message": "\x1b]0;title\x07",
    }
    lines = [{"inventory": {"schemaVersion": 1}}, {"gap": gap}, {"end": {"resources": 0, "gaps": 1}}]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(line, separators=(",", ":")) for line in lines))
    assert run(["collect", "--inventory", str(path), "-o", str(tmp_path / "b.jsonl")]) == 0
    said = capsys.readouterr().err
    assert "not collected" in said
    assert not {"\x1b", "\x07", "\r"} & set(said)


# -------------------------------------------------------------------- collect


def test_collect_and_audit_go_through_a_pipe() -> None:
    collected = program("collect", "--demo", "-o", "-")
    assert collected.returncode == 0
    assert b"0 gaps" in collected.stderr
    audited = program("audit", "--inventory", "-", "-f", "json", given=collected.stdout)
    direct = program("audit", "--demo", "-f", "json")
    assert audited.returncode == direct.returncode == 1
    one, other = json.loads(audited.stdout), json.loads(direct.stdout)
    assert one.pop("source")["kind"] == "inventory"
    assert other.pop("source")["kind"] == "demo"
    assert one == other


def test_collecting_again_changes_nothing(tmp_path: Path, capsys: Capsys) -> None:
    one, two = tmp_path / "one.jsonl.gz", tmp_path / "two.jsonl.gz"
    assert run(["collect", "--demo", "-o", str(one)]) == 0
    assert run(["collect", "--inventory", str(one), "-o", str(two)]) == 0
    assert one.read_bytes() == two.read_bytes()


def test_collecting_a_list_of_resources_keeps_what_it_tells(tmp_path: Path, capsys: Capsys) -> None:
    estate = kubenet_with_faults()
    source, target = tmp_path / "list.json", tmp_path / "estate.jsonl"
    source.write_text(json.dumps(estate.resources))
    assert run(["collect", "--inventory", str(source), "-o", str(target)]) == 0
    capsys.readouterr()
    reports = []
    for path in (source, target):
        run(["audit", "--inventory", str(path), "-f", "json", "--as-of", "2026-11-20"])
        reports.append(json.loads(capsys.readouterr().out))
    assert [report.pop("source")["kind"] for report in reports] == ["inventory", "inventory"]
    assert reports[0] == reports[1]


def test_collecting_lets_no_secret_through(tmp_path: Path, capsys: Capsys) -> None:
    source, target = tmp_path / "list.json", tmp_path / "estate.jsonl"
    source.write_text(json.dumps([{"id": TABLE, "tags": {"db-password": "hunter2"}, "properties": {"routes": []}}]))
    assert run(["collect", "--inventory", str(source), "-o", str(target)]) == 0
    assert "hunter2" not in target.read_text()
    kept = Kept()
    assert isinstance(read_inventory(str(target), kept), Header)
    assert kept.json(TABLE) == {"id": TABLE, "properties": {"routes": []}}


# -------------------------------------------------------------------- without Azure


def test_without_a_credential_it_ends_with_one_line() -> None:
    done = program("audit")
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1
    assert b"no credential for Azure" in done.stderr
    assert b"az login" in done.stderr


LOADED = "import sys; from aks_audit.cli import run; run({!r}); print(sorted({{m.split('.')[0] for m in sys.modules}}))"


@pytest.mark.parametrize(
    "line", ["--help", "--version", "explain kubenet-route-missing", "rules", "audit --inventory FILE -q -o OUT"]
)
def test_what_needs_no_azure_imports_none(line: str, tmp_path: Path) -> None:
    words = [{"FILE": healthy(tmp_path), "OUT": str(tmp_path / "r.json")}.get(word, word) for word in line.split()]
    done = subprocess.run([sys.executable, "-c", LOADED.format(words)], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1]
    assert "'aks_audit'" in loaded
    assert [name for name in ("azure", "requests", "urllib3", "vcr", "yaml", "msal") if f"'{name}'" in loaded] == []


def test_the_version_waits_neither_for_the_model_nor_for_the_reporters() -> None:
    code = "import sys; from aks_audit.cli import run; run(['--version']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "aks_audit.cli.audit" in loaded
    assert {"aks_audit.model", "aks_audit.report", "aks_audit.rules", "rich", "jinja2"}.isdisjoint(loaded)


def test_every_command_is_offered(capsys: Capsys) -> None:
    run(["--help"])
    said = capsys.readouterr().out
    commands = ("audit", "topology", "plan", "collect", "rules", "explain", "schema")
    assert all(re.search(rf"^│ {command} ", said, re.MULTILINE) for command in commands)


def test_a_format_that_a_file_takes_does_not_come_out_on_standard_output_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", "--demo", "-f", "json", "-o", str(tmp_path / "report.json")]) == 1
    assert capsys.readouterr().out == ""
    assert run(["audit", "--demo", "-f", "terminal", "-o", str(tmp_path / "report.json")]) == 1
    assert "CRITICAL" in capsys.readouterr().out
