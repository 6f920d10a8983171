"""How work grows with the estate, counted and not timed: function calls of each step, requests of a live run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, partial
from math import log2
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

import pytest

from aks_audit.audit import audit
from aks_audit.cli import run
from aks_audit.collectors.input import Input
from aks_audit.collectors.load import load_network
from aks_audit.reporters import RENDER
from aks_audit.rules import catalogue

from .arm import StandIn
from .estate import grow
from .fleet import write_fleet

T = TypeVar("T")
SIZES: Final = (40, 80, 160)
"""Clusters; what doubles from step to step."""
MOST: Final = 1.1
STEPS: Final = ("reading", "rules", *sorted(RENDER))


def counted(work: Callable[[], T]) -> tuple[T, int]:
    """What some work gives, and how many functions were called for it, Python's and C's."""
    calls = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        given = work()
    finally:
        sys.setprofile(before)
    return given, calls


@cache
def calls_by_step() -> dict[str, list[int]]:
    """For each step the calls it took at each size; a first round fills what is kept between runs."""
    with TemporaryDirectory() as folder:
        files = [write_fleet(Path(folder) / f"{size}.jsonl", size, pools=1, nodes=1) for size in SIZES]
        _calls(files[0])
        of_sizes = [_calls(file) for file in files]
    return {step: [calls[step] for calls in of_sizes] for step in STEPS}


def _calls(inventory: Path) -> dict[str, int]:
    network, reading = counted(lambda: load_network(Input(inventory=str(inventory))))
    report, rules = counted(lambda: audit(network, catalogue()))
    formats = {name: counted(partial(render, report))[1] for name, render in RENDER.items()}
    return {"reading": reading, "rules": rules, **formats}


@pytest.mark.parametrize("step", STEPS)
def test_no_step_grows_faster_than_the_number_of_clusters(step: str) -> None:
    """If calls are a + b n^e, the second doubling adds 2^e times what the first one does."""
    small, middle, large = calls_by_step()[step]
    assert log2((large - middle) / (middle - small)) <= MOST, (small, middle, large)


@pytest.mark.parametrize(("subscriptions", "clusters", "pools"), [(1, 1, 1), (2, 4, 2), (3, 6, 3)])
def test_a_live_run_asks_as_often_as_the_estate_calls_for(
    subscriptions: int, clusters: int, pools: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = str(tmp_path / "all.jsonl")
    with StandIn(grow(clusters=clusters, subscriptions=subscriptions, pools=pools, nodes=1)) as arm:
        for name, value in arm.environment.items():
            monkeypatch.setenv(name, value)
        assert run(["collect", "--all-subscriptions", "--collector", "arm", "-q", "-o", target]) == 0
    first_pages = [request for request in arm.requests if "skiptoken" not in request.raw_query.lower()]
    listings, scale_sets, networks = 15 * subscriptions, clusters * pools, clusters
    assert len(first_pages) == 1 + listings + scale_sets + networks
    assert len(arm.requests) == len(first_pages) + subscriptions  # AKS's listing ends with an empty page
