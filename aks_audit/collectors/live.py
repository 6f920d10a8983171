"""A run against Azure."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from ..errors import AccessError
from ..inventory.records import Source
from ..inventory.run_stats import RunStats
from ..inventory.stream import Journal, Sink
from .cassettes.cassette import Recorder
from .collect import WORKERS, Survey, by_listings, collect
from .connection.arm import Arm
from .connection.clouds import cloud_named
from .connection.deadline import Deadline, OutOfTime
from .connection.exchanges import Exchanges
from .connection.patience import Patience
from .connection.throttle import Throttle
from .connection.transport import BoundedAdapter, session_with
from .gather import Progress
from .input import AUTO, Input
from .log_file import logged
from .scope import Scope, resolve
from .selection import Selection

PATIENCE: Final = Patience()
ENOUGH_SUBSCRIPTIONS: Final = 5
"""From here on `--collector auto` takes Resource Graph: below, fifteen listings each are as quick, and never behind."""


def live(wanted: Input, sink: Sink, progress: Progress | None, journal: Journal | None = None) -> tuple[Source, bool]:
    """Collect from Azure with the DefaultAzureCredential, and record a cassette where one is wanted.

    Returns:
        What came, as a source, and whether the cassette has stand-ins for ids that Azure sent.

    Raises:
        AccessError: no credential, no such subscription, no network, no time.
        UsageError: a cloud or cluster that does not exist; several subscriptions and none named; no such log file.
        CassetteError: the cassette cannot be written.
    """
    from azure.identity import DefaultAzureCredential

    _quieten_libraries()
    cloud = cloud_named(wanted.cloud)
    if wanted.record:
        Recorder.insist_on_target(wanted.record)
    deadline = Deadline(wanted.timeout_seconds)
    recorder = Recorder(deadline, PATIENCE, pool_maxsize=WORKERS) if wanted.record else None
    session = session_with(recorder or BoundedAdapter(deadline, PATIENCE, pool_maxsize=WORKERS))
    stats, notes = RunStats(), list[str]()
    limit, pause = wanted.max_requests_per_second, PATIENCE.pause_seconds
    words: Any = {
        "patience": PATIENCE,
        "deadline": deadline,
        "throttle": Throttle(limit, clock=deadline, pause_seconds=pause),
        "exchanges": Exchanges(stats),
    }
    with (
        logged(wanted.log_file, stats, notes),
        session,
        DefaultAzureCredential(authority=cloud.authority) as credential,
    ):
        with stats.during("signIn"):
            subscriptions = _begin(Arm(cloud, credential, session, **words), wanted)
        selection = Selection(names=wanted.clusters, resource_groups=wanted.resource_groups)
        # a connection of its own: when it was collected is told by answers that a replay plays too
        arm = Arm(cloud, credential, session, **words)
        survey = _survey(arm, wanted.collector, len(subscriptions), notes.append)
        words = {"selection": selection, "progress": progress, "journal": journal, "survey": survey}
        with stats.during("collect"):
            header = collect(arm, subscriptions, sink, **words)
    has_stand_ins = recorder.save(wanted.record, scrub=wanted.scrub, comment=wanted.comment) if recorder else False
    return Source("live", header, notes, stats), has_stand_ins


def _survey(arm: Arm, collector: str, subscriptions: int, note: Callable[[str], None]) -> Survey:
    """How so many subscriptions are read."""
    if collector == "arm" or (collector == AUTO and subscriptions < ENOUGH_SUBSCRIPTIONS):
        return by_listings
    from .graph.survey import GraphSurvey

    return GraphSurvey(arm, note, is_optional=collector == AUTO)


def _begin(arm: Arm, wanted: Input) -> tuple[str, ...]:
    """Sign in, and find out which subscriptions are meant."""
    scope = Scope(
        subscriptions=wanted.subscriptions,
        management_group=wanted.management_group,
        all_subscriptions=wanted.all_subscriptions,
    )

    def work() -> tuple[str, ...]:
        arm.sign_in()
        return resolve(arm, scope)

    try:
        return arm.deadline.within(work)
    except OutOfTime as error:
        raise AccessError(f"Azure could not be asked: {error}", "give it more time, or look at the network") from error


def _quieten_libraries() -> None:
    """What the libraries log comes as Gaps and errors of ours; without a handler it would land on standard error."""
    for name in ("azure", "urllib3", "msal"):
        logging.getLogger(name).addHandler(logging.NullHandler())
