"""Why a rule did or did not fire at a resource."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest

from aks_audit import baseline
from aks_audit.audit import audit
from aks_audit.findings import Rule
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.model import Network, select
from aks_audit.rules import catalogue
from aks_audit.rules.capacity.subnet_nearly_full import subnet_nearly_full
from aks_audit.rules.kubenet.kubenet_route_missing import kubenet_route_missing
from aks_audit.rules.lifecycle.kubenet_retirement import kubenet_retirement
from aks_audit.suppressions import Suppress, suppress
from aks_audit.why import places_of, values_read, why

from .estate import Estate
from .example_estates import healthy_mixed, kubenet_with_faults
from .networks import network_of


def an_estate() -> Estate:
    """A kubenet cluster with a node without a route, and an overlay cluster."""
    estate = Estate()
    cluster = estate.cluster("aks1", "kubenet")
    table = estate.route_table_of(cluster)
    table["properties"]["routes"].pop()
    estate.cluster("flat", "cni-overlay")
    return estate


def told(network: Network, rule: Rule, resource: str, against: str | None = None) -> list[str]:
    return why(network, audit(network, [rule]), rule, resource, against)


def table_name(estate: Estate) -> str:
    return str(estate.of_type("routeTables")[0]["name"])


def test_says_what_was_found() -> None:
    estate = an_estate()
    (line,) = told(network_of(estate), kubenet_route_missing, table_name(estate).upper())
    assert line.startswith(f"{table_name(estate)}: kubenet-route-missing found (critical): ")
    assert "has no route for 1 of 3 nodes of aks1" in line


def test_says_who_answers_for_what_was_found() -> None:
    network = network_of(an_estate())
    entry = Suppress(rule="kubenet-retirement", resource="aks1", reason="known", owner="ana", expires=date(2027, 1, 1))
    report = suppress(audit(network, [kubenet_retirement]), [entry], date(2026, 11, 20))
    (line,) = why(network, report, kubenet_retirement, "aks1", None)
    assert line.endswith("; suppressed until 2027-01-01 by ana: known")


def test_says_that_the_baseline_has_it(tmp_path: object) -> None:
    network = network_of(an_estate())
    report = audit(network, [kubenet_retirement])
    path = f"{tmp_path}/known.json"
    baseline.write(report, path)
    (line,) = why(network, baseline.compare(report, baseline.read(path), network), kubenet_retirement, "aks1", None)
    assert line.endswith("; the baseline has it")


def test_says_where_a_resource_is_named_by_what_was_found_elsewhere() -> None:
    estate = an_estate()
    named, quiet = told(network_of(estate), kubenet_route_missing, "aks1")
    assert named.startswith(f"aks1: it is named in what was found at {table_name(estate)}: kubenet-route-missing found")
    assert quiet.startswith("aks1: kubenet-route-missing looked at it and found nothing more; it read ")


def test_what_is_found_at_a_cluster_is_said_of_its_pools() -> None:
    named, quiet = told(network_of(an_estate()), kubenet_retirement, "aks1/np1")
    assert named.startswith("np1: it is named in what was found at aks1: kubenet-retirement found (medium): ")
    assert (
        quiet == "np1: kubenet-retirement looked at aks1 and found nothing more; it read " + quiet.partition("read ")[2]
    )


def test_says_what_could_not_be_told() -> None:
    network = network_of(an_estate(), refused=["Microsoft.Network/virtualNetworks"])
    report = audit(network, [subnet_nearly_full])
    place = next(item.resource_id for item in report.unknown if item.resource_id in network.resource_types)
    lines = why(network, report, subnet_nearly_full, place.text, None)
    assert any(f"{place.name}: subnet-nearly-full could not tell: " in line for line in lines)
    assert not any("found nothing" in line for line in lines)


def test_what_could_not_be_told_elsewhere_is_said_beside_what_was_fine() -> None:
    network = network_of(an_estate(), refused=["Microsoft.Network/routeTables"])
    report = audit(network, [kubenet_route_missing])
    lines = why(network, report, kubenet_route_missing, "flat", None)
    assert lines[0].startswith("flat: kubenet-route-missing looked at it and found nothing; it read ")
    assert lines[1].startswith("flat: but kubenet-route-missing could not tell about ")


def test_says_what_the_rule_went_by_where_it_found_nothing() -> None:
    assert told(network_of(an_estate()), kubenet_retirement, "flat") == [
        "flat: kubenet-retirement looked at it and found nothing; it read network_plugin = azure"
    ]


def test_says_that_the_rule_does_not_look_at_such_a_resource() -> None:
    estate = an_estate()
    assert told(network_of(estate), kubenet_retirement, table_name(estate)) == [
        f"{table_name(estate)}: kubenet-retirement did not look at it; see 'aks-audit explain kubenet-retirement' for "
        "what it looks at"
    ]


def test_says_why_a_rule_did_not_run() -> None:
    assert told(network_of(an_estate()), kubenet_retirement, "aks1", "it is ignored") == [
        "kubenet-retirement did not run: it is ignored"
    ]


def test_says_that_a_resource_was_not_read() -> None:
    assert told(network_of(an_estate()), kubenet_retirement, "nosuch") == [
        "nosuch is not in what was read, so nothing is known about it"
    ]
    network = network_of(an_estate(), refused=["Microsoft.Network/routeTables"])
    subscription = network.gaps[0].scope
    (line,) = told(network, kubenet_retirement, subscription)
    assert f"; Microsoft.Network/routeTables of {subscription}: AuthorizationFailed, so nothing" in line


def test_says_that_a_cluster_was_not_to_be_judged() -> None:
    network = select(network_of(an_estate()), ("flat",))
    for resource, name in (("aks1", "aks1"), ("aks1/np1", "np1")):
        assert told(network, kubenet_retirement, resource) == [
            f"{name}: its cluster aks1 is not among those that were to be judged"
        ]


def test_resources_of_one_name_are_each_told_about_up_to_five() -> None:
    estate = Estate()
    for number in range(7):
        estate.cluster(f"aks{number}", "cni-overlay")
    network = network_of(estate)
    assert len(places_of(network, "np1")) == 7
    lines = told(network, kubenet_retirement, "np1")
    assert len(lines) == 6
    assert lines[-1] == "and 2 more resources of that name; give an id"


def test_a_star_is_no_pattern_here() -> None:
    assert places_of(network_of(an_estate()), "*") == []
    assert places_of(network_of(an_estate()), "aks*") == []


def resources(network: Network) -> Iterable[ResourceId]:
    return sorted({*network.resource_types, *network.subnets})


@pytest.mark.parametrize("estate", [kubenet_with_faults(), healthy_mixed()], ids=["faulty", "healthy"])
def test_a_rule_answers_the_same_while_it_is_watched(estate: Estate) -> None:
    """And every kind of resource can be watched."""
    network = network_of(estate)
    by_type = {place.type: place for place in resources(network)}
    for rule in catalogue():
        for place in by_type.values():
            values_read(network, rule, place)
    rule = kubenet_route_missing
    before = [str(answer) for answer in rule.check(network)]
    watched = [values_read(network, rule, place) for place in by_type.values()]
    assert any(watched)
    assert [str(answer) for answer in rule.check(network)] == before
