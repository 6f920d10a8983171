"""A run against the ARM stand-in with ARM's quotas switched on, and how near it comes to what they allow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.arm import Quotas, StandIn
from tests.estate import grow

from .line import Line, at_most, shown
from .live import audit

TITLE: Final = "live against the stand-in with ARM's quotas, 1,600 scale sets in 2 subscriptions"
CLUSTERS, SUBSCRIPTIONS, POOLS = 20, 2, 80


def run() -> Iterator[Line]:
    quotas = Quotas()
    estate = grow(clusters=CLUSTERS, subscriptions=SUBSCRIPTIONS, pools=POOLS, nodes=1, models=["cni-overlay"])
    with StandIn(estate, quotas=quotas) as arm:
        measured = audit(arm)
    least = quotas.least_seconds
    yield shown("requests", len(arm.requests), "")
    yield shown("what the quotas allow: 250 at once and 25 a second, by subscription", least, "s")
    yield shown("processor time of the run", measured.processor_seconds, "s")
    yield shown("wall time of the run, start-up and rules included", measured.wall_seconds, "s")
    reading = arm.requests[-1].at - arm.requests[0].at
    yield shown("reading: from the first request to the last", reading, "s")
    yield at_most("reading / what the quotas allow", reading / least, 1.3, "x")
    yield shown("requests refused", quotas.refusals, "")
    yield at_most("most refused in a row, in one subscription", quotas.most_in_a_row, 1, "")
