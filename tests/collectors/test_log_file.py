"""What a live run tells of itself: the log file, -v, the last line, and the report's own block."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.cli import run
from aks_audit.collectors import live
from aks_audit.collectors.connection.exchanges import shown_url
from aks_audit.collectors.connection.patience import Patience

from ..arm import StandIn
from ..estate import SUBSCRIPTION, Estate, Pool, subnet
from ..reliability.bed import DATE

Serve = Callable[..., StandIn]
Capsys = pytest.CaptureFixture[str]
CANARIES = (
    "canary-token",
    "canary-claims",
    "canary-skip",
    "canary-sig",
    "canary-header",
    "canary-body",
    "stand-in-token",
)
COST = re.compile(
    r"aks-audit: (\d+) requests( \(\d+ of them again\))?, [\d,]+ bytes, [\d.]+ s: sign-in [\d.]+, collect"
)


@pytest.fixture
def azure(estate: Estate, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A stand-in that the command line takes for Azure."""
    standin = serve(estate.resources, date=DATE)
    for name, value in {**standin.environment, "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(live, "PATIENCE", Patience(backoff_seconds=0.001))
    return standin


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_each_request_is_a_line_of_the_log(azure: StandIn, tmp_path: Path, capsys: Capsys) -> None:
    log = tmp_path / "run.log"
    run(["audit", "--log-file", str(log), "-f", "json"])
    start, *requests, end = lines(log)
    assert (start["event"], end["event"]) == ("start", "end")
    assert {line["event"] for line in requests} == {"request"}
    asked = [f"{azure.base_url}{request.path}?{request.raw_query}" for request in azure.requests]
    assert sorted(line["url"] for line in requests) == sorted(map(shown_url, asked))
    for line in requests:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert (line["method"], line["status"], line["error"], line["retry"]) == ("GET", 200, None, 0)
        assert line["requestId"] == line["correlationId"] != ""
        assert line["bytes"] > 0
        assert line["milliseconds"] >= 0
        assert line["waitedMilliseconds"] >= 0
    assert end["requests"] == len(requests)
    assert end["bytes"] == sum(line["bytes"] for line in requests)
    assert set(end["seconds"]) == {"signIn", "collect"}


def test_what_is_tried_again_is_told_each_time(azure: StandIn, tmp_path: Path, capsys: Capsys) -> None:
    log = tmp_path / "run.log"
    azure.fault("*/routeTables", status=503, times=1)
    azure.fault("*/natGateways", how="reset", times=1)
    run(["audit", "--log-file", str(log), "-f", "json"])
    told = [
        line for line in lines(log) if line.get("url", "").partition("?")[0].endswith(("routeTables", "natGateways"))
    ]
    assert sorted((line["status"] or 0, line["error"] or "", line["retry"]) for line in told) == [
        (0, "ConnectionError", 0),
        (200, "", 1),
        (200, "", 1),
        (503, "", 0),
    ]
    said = capsys.readouterr()
    assert json.loads(said.out)["stats"]["retries"] == 2
    assert "(2 of them again)" in said.err


def test_the_report_has_a_block_of_its_own(azure: StandIn, tmp_path: Path, capsys: Capsys) -> None:
    run(["audit", "-f", "json"])
    stats = json.loads(capsys.readouterr().out)["stats"]
    assert stats["requests"] == len(azure.requests)
    assert set(stats) == {"requests", "retries", "bytes", "waitedSeconds", "seconds"}
    assert all(stats["seconds"][phase] >= 0 for phase in ("signIn", "collect", "analyse"))
    for words in (["--record", str(tmp_path / "c.yaml")], ["--replay", str(tmp_path / "c.yaml")]):
        run(["audit", "-f", "json", *words])
        assert json.loads(capsys.readouterr().out)["stats"] is None


@pytest.mark.parametrize("command", ["audit", "topology", "collect"])
def test_the_last_line_says_what_a_live_run_cost(command: str, azure: StandIn, capsys: Capsys) -> None:
    run([command])
    *_, last = capsys.readouterr().err.splitlines()
    found = COST.match(last)
    assert found
    assert int(found[1]) == len(azure.requests)
    run([command, "--quiet"])
    assert capsys.readouterr().err == ""


def test_a_file_costs_nothing(capsys: Capsys) -> None:
    run(["audit", "--demo"])
    assert "requests" not in capsys.readouterr().err


def test_verbose_says_each_request_in_a_readable_line(azure: StandIn, capsys: Capsys) -> None:
    azure.fault("*/routeTables", status=503, times=1)
    run(["audit", "-v"])
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("aks-audit: GET ")]
    assert len(said) == len(azure.requests)
    tables = [line for line in said if "/routeTables?" in line]
    assert re.search(
        r"/routeTables\?api-version=[\d-]+: 503, \d+ ms, [\d,]+ bytes \(request id [0-9a-f-]+\)$", tables[0]
    )
    assert re.search(r": 200, \d+ ms, [\d,]+ bytes \(retry 1, ", tables[1])
    run(["audit"])
    assert "aks-audit: GET" not in capsys.readouterr().err


# -------------------------------------------------------------------- no secrets


def test_no_secret_gets_into_the_log_or_among_the_messages(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    estate.cluster("aks", "cni-overlay", pools=[Pool(count=1)], subnet=subnet(vnet, "nodes"))
    standin = serve(estate.resources)
    away = f"{standin.base_url}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Network/routeTables"
    link = f"{away}?api-version=2024-05-01&$skiptoken=canary-skip&sig=canary-sig&se=2030#canary-sig"
    challenge = 'Bearer error="insufficient_claims", claims="Y2FuYXJ5LWNsYWltcw=="'
    headers = {"x-ms-request-id": "canary-header is no id", "Set-Cookie": "canary-header"}
    body = f'{{"value":[],"nextLink":"{link}","canary-body":"canary-body"}}'.encode()
    standin.fault("*/routeTables", body=body, headers=headers, times=1)
    standin.fault("*/natGateways", status=401, headers={"WWW-Authenticate": challenge})
    for name, value in standin.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(live, "PATIENCE", Patience(backoff_seconds=0.001))
    log = tmp_path / "run.log"
    run(["audit", "-v", "-s", SUBSCRIPTION, "--log-file", str(log)])
    said = capsys.readouterr()
    told = log.read_text("utf-8") + said.err + said.out
    assert "/routeTables?api-version=2024-05-01&$skiptoken=...&sig=...&se=..." in told
    assert "natGateways" in told
    assert [canary for canary in CANARIES if canary in told] == []
    assert "authorization" not in told.lower().replace("microsoft.authorization", "")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_no_value_of_a_query_is_shown(secret: str) -> None:
    from urllib.parse import quote

    secret = f"canary{secret}canary"
    assert "canary" not in shown_url(f"https://a.example/x?sig={quote(secret, safe='')}&api-version=1")
    assert "canary" not in shown_url(f"https://user:{quote(secret, safe='')}@a.example/x")


# -------------------------------------------------------------------- the file


def test_only_its_owner_reads_the_log_and_a_second_run_adds_to_it(
    azure: StandIn, tmp_path: Path, capsys: Capsys
) -> None:
    log = tmp_path / "run.log"
    for _ in range(2):
        run(["audit", "--log-file", str(log)])
    assert log.stat().st_mode & 0o777 == 0o600
    assert [line["event"] for line in lines(log) if line["event"] != "request"] == ["start", "end"] * 2


@pytest.mark.parametrize("path", ["", "nosuch/run.log", "."])
def test_a_log_that_cannot_be_opened_ends_the_run_before_it_begins(
    path: str, azure: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["audit", "--log-file", path]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "--log-file has no value" in said or f"cannot write the log {path}: " in said
    assert azure.requests == azure.token_requests == []


def test_a_log_that_cannot_be_written_any_more_ends_no_run(azure: StandIn, capsys: Capsys) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("only Linux has a device that is always full")
    assert run(["audit", "--log-file", "/dev/full"]) in (0, 1)
    assert "the log /dev/full is not whole: [Errno 28]" in capsys.readouterr().err


def test_the_log_is_for_live_runs(capsys: Capsys) -> None:
    assert run(["audit", "--demo", "--log-file", "x"]) == 2
    assert "--log-file is for live runs and does not go with --demo" in capsys.readouterr().err
