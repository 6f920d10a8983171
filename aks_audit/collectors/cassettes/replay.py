"""Playing a cassette: the same collectors, no network, no credential."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from ...errors import CassetteError, UsageError
from ...inventory.records import Header
from ...inventory.stream import Sink
from ...inventory.types import MANAGED_CLUSTERS, canonical_type
from ..collect import by_listings, collect
from ..connection.arm import Arm
from ..connection.clouds import Cloud
from ..connection.patience import Patience
from ..connection.transport import session_with
from ..gather import Progress
from ..graph.ask import named_in
from ..graph.queries import PATH
from ..graph.survey import GraphSurvey
from ..listings import Listing, Single
from ..selection import Selection
from .cassette import Cassette, Player, Recorded

_SUBSCRIPTION: Final = re.compile(r"/subscriptions/([^/?]+)", re.IGNORECASE)
_PROVIDERS: Final = "/providers/"
_CLUSTERS: Final = re.compile(rf"/providers/{re.escape(MANAGED_CLUSTERS)}(/|$)", re.IGNORECASE)


def replay(
    cassette: Cassette,
    sink: Sink,
    *,
    subscriptions: tuple[str, ...] = (),
    selection: Selection | None = None,
    progress: Progress | None = None,
) -> tuple[Header, list[str]]:
    """Read a cassette as if it were Azure, all of it: what the collectors do not ask for is read at the end.

    Args:
        subscriptions: only these of the cassette's.

    Returns:
        The header, and notes for the person who runs it.

    Raises:
        CassetteError: nothing in it answers for managed clusters.
        UsageError: a subscription is not in it, or the selection fits no cluster.
    """
    have = subscriptions_in(cassette)
    scope = _chosen(have, subscriptions, cassette.path)
    left_out = set(have) - set(scope)
    arm = Arm(Cloud(cassette.endpoint, "", ""), None, session_with(Player(cassette)), patience=Patience(retries=0))
    notes: list[str] = []
    batches = _batches_in(cassette)
    survey = GraphSurvey(arm, notes.append, batches=batches) if batches else by_listings
    tried: set[str] = set()

    def rest() -> tuple[list[Listing], list[Single]]:
        answers = [
            answer
            for answer in cassette.unplayed()
            if answer.method == "GET" and answer.uri not in tried and _subscription_of(answer.uri) not in left_out
        ]
        first = [a for a in answers if not _is_later_page(a)] or answers
        tried.update(answer.uri for answer in first)
        wanted = [_as_wanted(answer) for answer in first]
        return [w for w in wanted if isinstance(w, Listing)], [w for w in wanted if isinstance(w, Single)]

    header = collect(arm, scope, sink, selection=selection, progress=progress, workers=1, survey=survey, rest=rest)
    return header, [*notes, *_notes(cassette)]


def subscriptions_in(cassette: Cassette) -> tuple[str, ...]:
    """The subscriptions whose clusters the cassette answers for, sorted.

    Raises:
        CassetteError: it answers for no managed cluster.
    """
    uris = [a.uri for a in cassette.answers.values() if a.method == "GET" and _CLUSTERS.search(urlsplit(a.uri).path)]
    listed = [uri for uri in uris if urlsplit(uri).path.lower().endswith(MANAGED_CLUSTERS.lower())]
    found = {subscription for uri in listed or uris if (subscription := _subscription_of(uri))}
    found.update(subscription for batch in _batches_in(cassette) for subscription in batch)
    if not found:
        raise CassetteError(
            f"cannot replay {cassette.path}: nothing in it answers for managed clusters",
            "record it with 'aks-audit audit --record FILE'",
        )
    return tuple(sorted(found))


def _batches_in(cassette: Cassette) -> list[tuple[str, ...]]:
    """The subscriptions that each query of Resource Graph named, where the recording run asked it."""
    asked = (a.asked for a in cassette.answers.values() if urlsplit(a.uri).path.lower() == PATH.lower())
    return sorted({named for body in asked if (named := named_in(body))})


def _subscription_of(uri: str) -> str:
    match = _SUBSCRIPTION.search(uri)
    return match[1].lower() if match else ""


def _chosen(have: tuple[str, ...], wanted: tuple[str, ...], path: str) -> tuple[str, ...]:
    absent = [name for name in wanted if name.lower() not in have]
    if absent:
        raise UsageError(f"subscription {absent[0]!r} is not in {path}", f"it holds {', '.join(have)}")
    return tuple(name for name in have if not wanted or name in {w.lower() for w in wanted})


def _is_later_page(answer: Recorded) -> bool:
    return any("skiptoken" in name.lower() for name, _ in answer.key[2])


def _as_wanted(answer: Recorded) -> Listing | Single | None:
    """What has to be asked for to get an answer; None for what is no resource, such as a list of subscriptions."""
    path = urlsplit(answer.uri).path.rstrip("/")
    provider, *segments = path[path.lower().rfind(_PROVIDERS) + len(_PROVIDERS) :].split("/")
    if _PROVIDERS not in path.lower() or not segments:
        return None
    resource_type = canonical_type("/".join([provider, *segments[::2]]))
    if len(segments) % 2 == 0:
        return Single(_relative(answer.uri), resource_type)
    scope = path.rpartition("/")[0] if len(segments) > 1 else path[: path.lower().rfind(_PROVIDERS)]
    return Listing(resource_type, scope, _relative(answer.uri), (), is_fragment=_is_later_page(answer))


def _relative(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.path}?{parts.query}"


def _notes(cassette: Cassette) -> list[str]:
    notes = []
    if cassette.other_versions:
        versions = ", ".join(sorted(version or "none" for version in cassette.other_versions))
        notes.append(f"{cassette.path} was recorded with other api-versions than this aks-audit asks for: {versions}")
    writes = sum(answer.method != "GET" for answer in cassette.unplayed())
    if writes:
        notes.append(f"{cassette.path} also holds {writes} requests other than GET, which were left out")
    return notes
