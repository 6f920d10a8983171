"""What a rule answered when its own tests ran: that it was quiet, what it found, and what it could not tell."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Final

from aks_audit.findings import Evidence, Finding, Rule, Unknown
from aks_audit.inventory.read_actions import asked_as
from aks_audit.inventory.types import MANAGED_CLUSTERS, is_known
from aks_audit.model import Network
from aks_audit.shards import ask

from .estate import TYPES, Estate
from .evidence import stands_there

Answers = list[Finding | Unknown]
_ORIGIN = "what a network was made of"
REFUSED: Final = 403
_PROBED: Final = 2
"""So many findings of a rule are looked at with one listing after the other refused."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a network was made of."""

    estates: tuple[Estate, ...]
    refusing: Callable[[str], Network]
    """The same network with one more type refused."""
    not_asking: Callable[[str], Network]
    """The same network with one more type that nobody asked for."""


@dataclass(frozen=True, slots=True)
class _Heard:
    answers: Answers
    wrong_evidence: list[Evidence]
    silent_without: list[str]
    needs: list[str]
    unlike_in_shards: Answers


_listeners: list[dict[str, list[_Heard]]] = []


def remember(network: Network, origin: Origin) -> None:
    """Keep what a network was made of, so that evidence can be looked up in it."""
    network.memory[_ORIGIN] = origin


def answers(rule: Rule, network: Network) -> Answers:
    """All that a rule answers about a network; whoever listens gets to know."""
    given = list(rule.check(network))
    for heard in _listeners:
        before = heard.setdefault(rule.id, [])
        before.append(_heard(rule, network, given, before))
    return given


def _heard(rule: Rule, network: Network, given: Answers, before: list[_Heard]) -> _Heard:
    found = [answer for answer in given if isinstance(answer, Finding)]
    origin: Origin | None = network.memory.get(_ORIGIN)
    unlike = _unlike_in_shards(rule, network, given)
    if origin is None or not found:
        return _Heard(given, [], [], [], unlike)
    wrong = [item for answer in found for item in answer.evidence if not stands_there(item, origin.estates)]
    is_new = sum(any(isinstance(a, Finding) for a in each.answers) for each in before) < _PROBED
    types = [t for t in TYPES if t.lower() != MANAGED_CLUSTERS.lower()]
    ways = (origin.refusing, origin.not_asking) if is_new else ()
    without = [(t, list(rule.check(way(t)))) for t in types for way in ways]
    silent = [t for t, told in without if not told]
    needs = [t for t, told in without if any(_is_new_gap(a, given) for a in told)]
    return _Heard(given, wrong, silent, needs, unlike)


def _is_new_gap(answer: Finding | Unknown, given: Answers) -> bool:
    return isinstance(answer, Unknown) and answer not in given


def _unlike_in_shards(rule: Rule, network: Network, given: Answers) -> Answers:
    """What the shards together say and the whole does not, or the other way round, with one cluster to a shard."""
    if len(network.clusters) < 2:
        return []
    parts = [network.judging((cluster,)) for cluster in network.clusters]
    together = {answer for part in parts for answer in ask(rule, network, part)}
    return [*together.symmetric_difference(given)]


@contextmanager
def listening() -> Iterator[dict[str, list[_Heard]]]:
    """What `answers` gave while this lasts, by rule id, one list a call."""
    heard: dict[str, list[_Heard]] = {}
    _listeners.append(heard)
    try:
        yield heard
    finally:
        _listeners.remove(heard)


@dataclass(frozen=True, slots=True)
class Observed:
    """What the tests of one rule made it answer, in the order in which they stand in the file."""

    was_quiet: bool
    findings: tuple[Finding, ...]
    unknowns: tuple[Unknown, ...]
    wrong_evidence: tuple[Evidence, ...]
    """What was shown as evidence and does not stand there in ARM's JSON."""
    silent_without: tuple[str, ...]
    """Types without whose listing the trouble that was found is passed over in silence."""
    needs: tuple[str, ...]
    """Types without which it could not tell, clusters left out, as they are asked for."""
    unlike_in_shards: tuple[Finding | Unknown, ...]
    """What shards of one cluster each say together and the whole does not, or the other way round."""


def observed(rule: Rule) -> Observed:
    """Run the rule's own tests, those without parameters, fixtures or marks, and note what it answers."""
    name = rule.id.replace("-", "_")
    module = import_module(f"{__package__}.rules.{rule.family}.test_{name}")
    with listening() as heard:
        for test in plain_tests(module):
            test()
    given = heard.get(rule.id, [])
    told = [answer for each in given for answer in each.answers]
    return Observed(
        was_quiet=any(not each.answers for each in given),
        findings=tuple(answer for answer in told if isinstance(answer, Finding)),
        unknowns=tuple(answer for answer in told if isinstance(answer, Unknown)),
        wrong_evidence=tuple(item for each in given for item in each.wrong_evidence),
        silent_without=tuple(dict.fromkeys(name for each in given for name in each.silent_without)),
        needs=_asked_as([*(t for each in given for t in each.needs), *_refused(told)]),
        unlike_in_shards=tuple(answer for each in given for answer in each.unlike_in_shards),
    )


def _refused(told: Answers) -> Iterator[str]:
    """The types of the listings whose refusal kept it from telling."""
    for answer in told:
        if isinstance(answer, Unknown) and answer.gap.status in (REFUSED, None) and is_known(answer.gap.resource_type):
            yield answer.gap.resource_type


def _asked_as(types: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({asked_as(t) for t in types} - {MANAGED_CLUSTERS}))


def example_of(rule: Rule) -> Finding:
    """The first Finding of the rule's own tests: the example for its page."""
    return observed(rule).findings[0]


def in_words(seen: Observed) -> str:
    """Every answer of a rule's own tests with all that it carries, each once."""
    lines = [_finding_in_words(finding) for finding in seen.findings]
    lines += [f"cannot tell about {told.resource_id}: {told.gap}" for told in seen.unknowns]
    return "\n\n".join(dict.fromkeys(lines)) + "\n"


def _finding_in_words(finding: Finding) -> str:
    lines = [
        f"{finding.severity or 'found'}{' (latent)' if finding.latent else ''}: {finding.message}",
        f"at {finding.resource_id}{f' {finding.key}' if finding.key else ''}, cluster {finding.cluster_id}",
        *(f"affects {affected}" for affected in finding.affected),
        *(f"seen {seen.resource_id}: {seen.path} = {seen.value!r}" for seen in finding.evidence),
        *([f"sum {finding.arithmetic}"] if finding.arithmetic else []),
    ]
    return "\n".join(lines)


def plain_tests(module: ModuleType) -> list[Callable[[], None]]:
    """The tests of a module that run by being called: no arguments, no marks, no generated examples."""
    return [
        item
        for name, item in vars(module).items()
        if name.startswith("test_")
        and inspect.isfunction(item)
        and item.__module__ == module.__name__
        and not inspect.signature(item).parameters
        and not hasattr(item, "pytestmark")
        and not hasattr(item, "hypothesis")
    ]
