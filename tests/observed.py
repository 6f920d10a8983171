"""What a rule answered when its own tests ran: that it was quiet, what it found, and what it could not tell."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType

from aks_audit.findings import Evidence, Finding, Rule, Unknown
from aks_audit.model import Network

from .estate import Estate
from .evidence import stands_there

Answers = list[Finding | Unknown]
_ESTATES = "the estates that a network was made of"


@dataclass(frozen=True, slots=True)
class _Heard:
    answers: Answers
    wrong_evidence: list[Evidence]


_listeners: list[dict[str, list[_Heard]]] = []


def remember(network: Network, estates: tuple[Estate, ...]) -> None:
    """Keep what a network was made of, so that evidence can be looked up in it."""
    network.memory[_ESTATES] = estates


def answers(rule: Rule, network: Network) -> Answers:
    """All that a rule answers about a network; whoever listens gets to know."""
    given = list(rule.check(network))
    for heard in _listeners:
        estates = network.memory.get(_ESTATES)
        shown = [evidence for answer in given if isinstance(answer, Finding) for evidence in answer.evidence]
        wrong = [item for item in shown if estates and not stands_there(item, estates)]
        heard.setdefault(rule.id, []).append(_Heard(given, wrong))
    return given


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


@cache
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
    )


def example_of(rule: Rule) -> Finding:
    """The first Finding of the rule's own tests: the example for its page."""
    return observed(rule).findings[0]


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
