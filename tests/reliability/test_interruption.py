"""Ctrl-C: whatever a run waits for, it ends at once, with 130, and leaves no file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..arm import StandIn
from ..estate import SUBSCRIPTION
from .bed import healthy_estate

WAITS: dict[str, dict[str, Any]] = {
    "no answer": {"how": "silence"},
    "a stalled body": {"how": "stall"},
    "a retry": {"how": "reset"},
    "the end of a throttling": {"status": 429, "retry_after": 50},
}


@pytest.fixture(autouse=True)
def _heeding_interrupts() -> Iterator[None]:
    """What runs in the background of a shell would pass on that SIGINT is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("wait", WAITS)
def test_an_interruption_ends_a_run_and_leaves_no_file(wait: str, tmp_path: Path) -> None:
    words = ["audit", "-s", SUBSCRIPTION, "-o", "r.json", "-o", "r.md", "--write-baseline", "b.json"]
    assert interrupted([*words, "--record", "c.yaml"], WAITS[wait], tmp_path) == (130, b"aks-audit: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_collection_leaves_no_inventory(tmp_path: Path) -> None:
    words = ["collect", "-s", SUBSCRIPTION, "-o", "estate.jsonl.gz"]
    assert interrupted(words, WAITS["a stalled body"], tmp_path)[0] == 130
    assert not (tmp_path / "estate.jsonl.gz").exists()


def interrupted(words: list[str], fault: dict[str, Any], folder: Path) -> tuple[int, bytes]:
    """Exit code and standard error of a run that is interrupted when all but what a fault holds up was answered."""
    with StandIn(healthy_estate().resources) as standin:
        standin.fault("*/loadBalancers", **fault)
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        environment = {**kept, **standin.environment, "HOME": "/nonexistent"}
        environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        command = [sys.executable, "-m", "aks_audit", *words]
        with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, cwd=folder) as running:
            for _ in range(600):
                if len(standin.requests) >= 15:
                    break
                time.sleep(0.05)
            time.sleep(0.1)
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=10)
    return running.returncode, said
