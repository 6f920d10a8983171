"""Options that several commands share: where the input comes from."""

from __future__ import annotations

import inspect
import re
import threading
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Annotated, Any, Final

import typer

from ..collectors.input import Input
from ..errors import UsageError
from .completion import CLOUDS, COLLECTORS, PROFILES, RULES, SEVERITIES

Replay = Annotated[
    str | None, typer.Option("--replay", metavar="FILE", help="Play a cassette; no network, no credential.")
]
Inventory = Annotated[
    str | None,
    typer.Option("--inventory", metavar="FILE", help="Read an inventory, or a JSON list of resources; - is stdin."),
]
Demo = Annotated[bool, typer.Option("--demo", help="Use the estate that ships with aks-audit.")]
Subscriptions = Annotated[
    list[str] | None,
    typer.Option("--subscription", "-s", metavar="ID_OR_NAME", help="Subscription to read; repeatable."),
]
ManagementGroup = Annotated[
    str, typer.Option("--management-group", metavar="ID", help="Every subscription below this management group.")
]
AllSubscriptions = Annotated[
    bool, typer.Option("--all-subscriptions", help="Every subscription that the credential sees.")
]
ResourceGroups = Annotated[
    list[str] | None,
    typer.Option("--resource-group", "-g", metavar="NAME", help="Judge only clusters in this group; repeatable."),
]
Clusters = Annotated[
    list[str] | None,
    typer.Option("--cluster", "-n", metavar="NAME", help="Judge only this cluster; repeatable."),
]
Cloud = Annotated[str, typer.Option("--cloud", metavar="NAME", help="public, usgov or china.", autocompletion=CLOUDS)]
Timeout = Annotated[
    str | None,
    typer.Option(
        "--timeout", metavar="TIME", help="Stop reading after that: 90 (seconds), 10m or 1h; the rest is unknown."
    ),
]
MaxRequestsPerSecond = Annotated[
    float | None,
    typer.Option(
        "--max-requests-per-second", metavar="N", help="Ask Azure for no more than that, over all subscriptions."
    ),
]
Collector = Annotated[
    str,
    typer.Option(
        "--collector",
        metavar="NAME",
        autocompletion=COLLECTORS,
        help="graph (Azure Resource Graph, few queries), arm (listings), auto: graph from 5 subscriptions up.",
    ),
]
LogFile = Annotated[
    str | None,
    typer.Option("--log-file", metavar="FILE", help="Add a line of JSON for each request to Azure; no secrets in it."),
]
Record = Annotated[
    str | None, typer.Option("--record", metavar="FILE", help="Write a cassette of all answers while it runs.")
]
NoScrub = Annotated[
    bool, typer.Option("--no-scrub", help="Keep ids of subscriptions, tenants and principals in the cassette.")
]
_SECONDS_OF: Final = {"": 1, "s": 1, "m": 60, "h": 3600}
_DURATION: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smh]?)", re.ASCII)


Output = Annotated[
    list[str] | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to a file; the suffix says the format; repeatable."),
]
FailOn = Annotated[
    str,
    typer.Option(
        "--fail-on",
        metavar="SEVERITY",
        autocompletion=SEVERITIES,
        help="Exit 1 from this one up: critical, high (if not given), medium, low, never.",
    ),
]
AllowIncomplete = Annotated[bool, typer.Option("--allow-incomplete", help="Exit 0 instead of 3.")]
Profile = Annotated[
    str,
    typer.Option(
        "--profile",
        metavar="PROFILE",
        autocompletion=PROFILES,
        help="default, or policy: what other tools demand as well.",
    ),
]
Select = Annotated[
    list[str] | None,
    typer.Option("--select", metavar="RULE", autocompletion=RULES, help="Only this rule; repeatable."),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="RULE", autocompletion=RULES, help="Not this rule; repeatable."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no messages, errors aside.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say each request to Azure, a line each.")]


def _input(
    replay: Replay = None,
    inventory: Inventory = None,
    demo: Demo = False,
    subscription: Subscriptions = None,
    management_group: ManagementGroup = "",
    all_subscriptions: AllSubscriptions = False,
    resource_group: ResourceGroups = None,
    cluster: Clusters = None,
    cloud: Cloud = "public",
    timeout: Timeout = None,
    max_requests_per_second: MaxRequestsPerSecond = None,
    collector: Collector = "auto",
    log_file: LogFile = None,
    record: Record = None,
    no_scrub: NoScrub = False,
) -> Input:
    for name, value in (
        ("--replay", replay),
        ("--inventory", inventory),
        ("--record", record),
        ("--log-file", log_file),
    ):
        if value == "":
            raise UsageError(f"{name} has no value", "name a file: an empty one would mean a live run")
    return Input(
        replay=replay or "",
        inventory=inventory or "",
        demo=demo,
        subscriptions=tuple(subscription or ()),
        management_group=management_group,
        all_subscriptions=all_subscriptions,
        resource_groups=tuple(resource_group or ()),
        clusters=tuple(cluster or ()),
        cloud=cloud,
        timeout_seconds=None if timeout is None else duration(timeout),
        max_requests_per_second=max_requests_per_second,
        collector=collector,
        log_file=log_file or "",
        record=record or "",
        scrub=not no_scrub,
    )


def takes_input(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options of every input; it gets them as its first argument, an `Input`."""
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    of_input = list(inspect.signature(_input, eval_str=True).parameters.values())
    names = [parameter.name for parameter in of_input]

    @wraps(command)
    def run(**given: Any) -> int:
        wanted = _input(**{name: given.pop(name) for name in names})
        return command(wanted, **given)

    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*of_input, *own)]
    run.__signature__ = inspect.Signature(parameters, return_annotation=int)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    del run.__wrapped__
    return run


def today() -> date:
    """The day of the run where it is made: the one that people's promises go by."""
    return date.today()


def day(text: str) -> date | None:
    """The value of --as-of: None where it was not given.

    Raises:
        UsageError: it is neither a date nor `today`.
    """
    if not text:
        return None
    if text == "today":
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--as-of {text!r} is no date", "write it as 2027-03-31, or 'today'") from error


def duration(text: str) -> float:
    """The seconds in `90`, `90s`, `10m` or `1.5h`.

    Raises:
        UsageError: it is no duration, or none at all.

    >>> duration("90"), duration("10m"), duration("1.5h")
    (90.0, 600.0, 5400.0)
    """
    found = _DURATION.fullmatch(text)
    seconds = float(found[1]) * _SECONDS_OF[found[2]] if found else 0.0
    if not 0 < seconds <= threading.TIMEOUT_MAX:
        raise UsageError(f"--timeout {text!r} is no duration", "write it as 90 (seconds), 10m or 1h")
    return seconds
