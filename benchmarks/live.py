"""A run against the ARM stand-in with a distance to it, and how near it comes to the least that it could take."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from tests.arm import Recorded, StandIn
from tests.estate import grow

from . import measure
from .line import Line, at_most, shown

TITLE: Final = "live against the stand-in, 100 ms a request, 20 clusters in 4 subscriptions"
CLUSTERS, SUBSCRIPTIONS, POOLS = 20, 4, 3
LATENCY_SECONDS: Final = 0.1
LISTINGS: Final = 15
"""Of a subscription."""
CHAIN: Final = 4
"""Requests of which each needs the answer to the one before: the subscriptions, their clusters, the page after those
(Azure's listing of clusters ends with an empty one), the NICs of their scale sets."""
TIMES: Final = 3


def run() -> Iterator[Line]:
    with StandIn(grow(clusters=CLUSTERS, subscriptions=SUBSCRIPTIONS, pools=POOLS)) as arm:
        walls: dict[float, list[float]] = {0.0: [], LATENCY_SECONDS: []}
        for _ in range(TIMES):
            for latency, taken in walls.items():
                arm.latency_seconds = latency
                arm.clear()
                taken.append(audit(arm).wall_seconds)
        requests = list(arm.requests)
    near, far = map(min, walls.values())
    critical = near + CHAIN * LATENCY_SECONDS
    yield shown("at no distance: wall time (start-up, reading, rules)", near, "s")
    yield shown(f"critical path: that, and {CHAIN} requests one after the other", critical, "s")
    yield shown("at 100 ms: wall time", far, "s")
    yield at_most("at 100 ms / critical path", far / critical, 1.3, "x")
    asked = [one for one in requests if not is_further_page(one)]
    allowed = LISTINGS * SUBSCRIPTIONS + CLUSTERS * POOLS + CLUSTERS + 1
    yield at_most("requests for: subscriptions, listings, scale sets, networks", len(asked), allowed, "")
    yield shown("requests for further pages", len(requests) - len(asked), "")
    yield shown("most requests at once", arm.max_in_flight, "")


def audit(arm: StandIn) -> measure.Measured:
    """An audit of all that the stand-in holds, by environment alone."""
    command = [
        *measure.AKS_AUDIT,
        "audit",
        "--all-subscriptions",
        "--collector",
        "arm",
        "-q",
        "-f",
        "csv",
        "-o",
        os.devnull,
    ]
    return measure.run(command, arm.environment)


def is_further_page(request: Recorded) -> bool:
    """Whether it follows a nextLink."""
    return "skiptoken" in request.raw_query.lower()
