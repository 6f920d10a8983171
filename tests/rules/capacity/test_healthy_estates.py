from collections.abc import Iterable

import msgspec
import pytest

from aks_audit.findings import Finding, Rule
from aks_audit.inventory.records import Complete, Header, Source
from aks_audit.inventory.split import split
from aks_audit.model import Network, NetworkBuilder
from aks_audit.rules import catalogue
from tests.estate import MIXED, SUBSCRIPTION, TYPES, Estate, Json, Model, Pool, grow
from tests.networks import network_of

RULES = [rule for rule in catalogue() if rule.family in ("addressing", "capacity", "outbound")]


def read(resources: Iterable[Json]) -> Network:
    builder = NetworkBuilder()
    for resource in resources:
        for record in split(msgspec.json.encode(resource), "the estate"):
            builder.add(record)
    complete = tuple(Complete(each, f"/subscriptions/{SUBSCRIPTION}") for each in TYPES)
    return builder.build(Source("inventory", Header(complete=complete)))


def an_estate(model: Model, *, managed: bool) -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/22", "pods": "10.1.16.0/20"})
    nodes, pods = vnet["properties"]["subnets"]
    pools = [Pool(), Pool(name="np2", count=2, max_count=5, mode="User")]
    subnet = None if managed else nodes
    estate.cluster("aks1", model, private=True, pools=pools, subnet=subnet, pod_subnet=pods)
    return estate


def said(rule: Rule, network: Network) -> list[str]:
    return [a.message if isinstance(a, Finding) else a.gap.message for a in rule.check(network)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_says_nothing_about_healthy_clusters_of_any_model(rule: Rule) -> None:
    models: tuple[Model, ...] = MIXED if rule.id == "byo-cni" else (*MIXED, "byo")  # that one names every such cluster
    for model in models:
        assert said(rule, network_of(an_estate(model, managed=False))) == []
        if "pod-subnet" not in model:
            assert said(rule, network_of(an_estate(model, managed=True))) == []


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_says_nothing_about_many_healthy_clusters(seed: int) -> None:
    network = read(grow(clusters=20, seed=seed))
    assert [text for rule in RULES for text in said(rule, network)] == []
