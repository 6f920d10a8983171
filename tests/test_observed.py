from __future__ import annotations

from aks_audit.findings import Rule
from aks_audit.rules import catalogue
from tests import observed as module
from tests.estate import Estate
from tests.networks import messages, network_of, unknowns
from tests.observed import example_of, listening, plain_tests

from .rules.capacity import test_max_pods_out_of_range


def a_rule(name: str) -> Rule:
    return next(rule for rule in catalogue() if rule.id == name)


def a_cluster() -> Estate:
    estate = Estate()
    estate.cluster("aks1", "byo")
    return estate


def test_notes_each_call_while_somebody_listens() -> None:
    rule, healthy = a_rule("dns-service-ip-invalid"), a_cluster()
    broken = a_cluster()
    broken.of_type("managedClusters")[0]["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    with listening() as heard:
        messages(rule, network_of(healthy))
        unknowns(rule, network_of(broken))
    messages(rule, network_of(healthy))
    assert [len(given.answers) for given in heard[rule.id]] == [0, 1]


def test_runs_only_what_needs_nothing() -> None:
    names = [test.__name__ for test in plain_tests(test_max_pods_out_of_range)]
    assert "test_is_mild_about_windows" in names
    assert "test_finds_a_value_outside" not in names, "it has parameters"
    assert "test_is_quiet_within_the_range" not in names, "it has parameters"
    assert plain_tests(module) == []


def test_an_example_is_the_first_finding_of_the_rules_own_tests() -> None:
    rule = a_rule("kubenet-ip-forwarding-off")
    assert example_of(rule).message.startswith("IP forwarding is off on 4 of 6 nodes of aks1: aks-np1-")
    assert {seen.path for seen in example_of(rule).evidence} == {"properties.enableIPForwarding"}
