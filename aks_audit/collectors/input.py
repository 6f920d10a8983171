"""What the command line says about where the input comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from ..errors import UsageError
from .connection.clouds import PUBLIC, cloud_named

AUTO: Final = "auto"
COLLECTORS: Final = (AUTO, "graph", "arm")
"""Resource Graph from a handful of subscriptions up and ARM below; Resource Graph; ARM's listings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Where the input comes from: at most one of replay, inventory and demo; none of them means live."""

    replay: str = ""
    inventory: str = ""
    demo: bool = False
    subscriptions: tuple[str, ...] = ()
    """Live: ids or names. Replay: which of the cassette's."""
    management_group: str = ""
    all_subscriptions: bool = False
    resource_groups: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    cloud: str = PUBLIC
    timeout_seconds: float | None = None
    """Live: when to stop reading; None is never."""
    max_requests_per_second: float | None = None
    """Live, over all subscriptions; None leaves it to Azure's quotas."""
    collector: str = AUTO
    """How what lies in the subscriptions is read: one of `COLLECTORS`."""
    log_file: str = ""
    """Live: write a line of JSON here for each request."""
    record: str = ""
    """Write a cassette here while it runs."""
    scrub: bool = True
    """Replace ids of subscriptions, tenants and principals in what `record` writes."""
    comment: str = field(default="")
    """Added to the first line of the cassette."""

    @property
    def is_live(self) -> bool:
        """Whether Azure is asked, and what it says goes nowhere but into the result."""
        return not (self.replay or self.inventory or self.demo or self.record)

    def check(self) -> None:
        """
        Raises:
            UsageError: options that do not go together.
        """
        given = [
            name
            for name, value in (("--replay", self.replay), ("--inventory", self.inventory), ("--demo", self.demo))
            if value
        ]
        if len(given) > 1:
            raise UsageError(f"{given[0]} and {given[1]} do not go together", "name one input")
        wide = [
            name
            for name, value in (
                ("--management-group", self.management_group),
                ("--all-subscriptions", self.all_subscriptions),
                ("--subscription", self.subscriptions),
            )
            if value
        ]
        if len(wide) > 1:
            raise UsageError(f"{wide[0]} and {wide[1]} do not go together", "name one scope")
        cloud_named(self.cloud)
        rate = self.max_requests_per_second
        if rate is not None and not 0 < rate < math.inf:
            raise UsageError(
                f"--max-requests-per-second {rate:g} is no rate", "give a number above 0, such as 5 or 0.5"
            )
        if self.collector not in COLLECTORS:
            raise UsageError(f"there is no collector {self.collector!r}", f"one of {', '.join(COLLECTORS)}")
        if not self.scrub and not self.record:
            raise UsageError("--no-scrub is for --record", "add --record FILE, or leave it out")
        if given:
            live_only = [*wide[:1]] if wide[:1] != ["--subscription"] or given != ["--replay"] else []
            live_only += ["--record"] if self.record else []
            live_only += ["--log-file"] if self.log_file else []
            live_only += ["--timeout"] if self.timeout_seconds is not None else []
            live_only += ["--max-requests-per-second"] if rate is not None else []
            live_only += ["--cloud"] if self.cloud != PUBLIC else []
            live_only += ["--collector"] if self.collector != AUTO else []
            if live_only:
                raise UsageError(f"{live_only[0]} is for live runs and does not go with {given[0]}", "leave one out")
