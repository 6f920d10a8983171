"""With stand-ins for every name and address, every rule answers as before: on everything that the tests know."""

from __future__ import annotations

import pkgutil
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from ipaddress import ip_network
from typing import Any

import pytest

from aks_audit.audit import audit
from aks_audit.findings import Finding, Rule, Unknown
from aks_audit.inventory import Resource, Source
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.model import Network, NetworkBuilder
from aks_audit.rules import catalogue
from aks_audit.settings import Settings
from aks_audit.sharing import Anonymizer

from .. import incidents
from ..estate import Estate
from ..example_estates import crowded_node_subnet, egress_with_faults, healthy_mixed, kubenet_with_faults
from ..networks import Made, network_of, watching
from ..observed import plain_tests

ANONYMIZER = Anonymizer(b"a key that is as long as it ought to be")
ADDRESS = re.compile(r"[0-9a-f]*:[0-9a-f:]+(/\d+)?|\d+\.\d+\.\d+\.\d+(/\d+)?")
NUMBER = re.compile(r"(?<![\w.-])\d[\d,]*(?![\w.-])")
Answer = tuple[Any, ...]
MOST_BYTES = 400_000


def before_and_after(made: Made) -> tuple[Network, Network]:
    """The network of some records, and the one of their stand-ins."""
    before, after = NetworkBuilder(), NetworkBuilder()
    sink = ANONYMIZER.before(after)
    for record in made.records:
        before.add(record)
        sink.add(record)
    header = ANONYMIZER.header(made.header)
    return (
        before.build(Source("inventory", made.header), made.as_of, made.settings),
        after.build(Source("inventory", header), made.as_of, with_stand_ins(made.settings)),
    )


def with_stand_ins(settings: Settings) -> Settings:
    """The ranges that a team declares in its configuration, which is scrubbed by hand."""

    def of(prefix: Any) -> Any:
        return ip_network(ANONYMIZER.address(str(prefix)))

    return replace(
        settings,
        external_prefixes=tuple(replace(each, prefix=of(each.prefix)) for each in settings.external_prefixes),
        expected_egress=tuple(map(of, settings.expected_egress)),
    )


def mapped(resource_id: ResourceId | None) -> str:
    return ANONYMIZER.names.resource_id(resource_id.text).lower() if resource_id else ""


def same(resource_id: ResourceId | None) -> str:
    return resource_id.key if resource_id else ""


def answer(given: Finding | Unknown, of: Callable[[ResourceId | None], str]) -> Answer:
    """What of an answer must stay: about what, how bad, and the sum."""
    if isinstance(given, Unknown):
        return (of(given.resource_id), given.gap.resource_type, given.gap.status, given.gap.code)
    numbers = tuple(sorted(NUMBER.findall(ADDRESS.sub("", given.arithmetic or ""))))
    affected = tuple(sorted(of(item) for item in given.affected))
    # of evidence how much: what several share is shown at the first of them, and by name another one is
    shown = len(given.evidence)
    return of(given.resource_id), of(given.cluster_id), affected, given.severity, given.latent, numbers, shown


def answers_of(rule: Rule, network: Network, of: Callable[[ResourceId | None], str]) -> Counter[Answer]:
    return Counter(answer(given, of) for given in rule.check(network))


def is_small(made: Made) -> bool:
    """Networks of many hundred nodes tell nothing more, and take their time."""
    return sum(len(record.raw) for record in made.records if isinstance(record, Resource)) < MOST_BYTES


RULES = {rule.id: rule for rule in catalogue()}


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_answers_about_stand_ins_as_in_its_own_tests(rule_id: str) -> None:
    rule = RULES[rule_id]
    module = import_module(f"tests.rules.{rule.family}.test_{rule_id.replace('-', '_')}")
    with watching() as networks:
        for test in plain_tests(module):
            test()
    assert networks
    for made in filter(is_small, networks):
        before, after = before_and_after(made)
        assert answers_of(rule, after, same) == answers_of(rule, before, mapped)


def scenarios() -> Iterator[Any]:
    for found in pkgutil.iter_modules(incidents.__path__, f"{incidents.__name__}."):
        module = import_module(found.name)
        for test in plain_tests(module):
            yield pytest.param(test, id=test.__name__)


@pytest.mark.parametrize("scenario", list(scenarios()))
def test_every_rule_answers_about_an_incident_as_before(scenario: Callable[[], None]) -> None:
    with watching() as networks:
        scenario()
    for made in networks:
        before, after = before_and_after(made)
        for rule in RULES.values():
            assert answers_of(rule, after, same) == answers_of(rule, before, mapped), rule.id


@pytest.mark.parametrize("make", [kubenet_with_faults, crowded_node_subnet, egress_with_faults, healthy_mixed])
def test_the_example_estates_have_the_same_findings_and_figures(make: Callable[[], Estate]) -> None:
    with watching() as networks:
        network_of(make())
    before, after = (audit(network, catalogue()) for network in before_and_after(networks[0]))
    assert len(after.findings) == len(before.findings) > 0
    for rule in RULES.values():
        assert answers_of(rule, after.network, same) == answers_of(rule, before.network, mapped), rule.id
    figures = [
        Counter((of(each.subnet.id), each.usable, each.used, each.free) for each in report.subnets)
        for report, of in ((before, mapped), (after, same))
    ]
    assert figures[0] == figures[1]
