from __future__ import annotations

import pytest

from aks_audit.analysis.outbound_balancer import (
    at_rest,
    balancer_id,
    covered_by,
    is_basic,
    is_changing,
    leaving_rules,
    outbound_balancer,
    outbound_ids,
)
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.model import LoadBalancer, ManagedCluster
from tests.estate import Estate
from tests.networks import network_of


def a_cluster(**properties: object) -> ManagedCluster:
    estate = Estate()
    estate.cluster("aks1")["properties"].update(properties)
    return network_of(estate).clusters[0]


@pytest.mark.parametrize(
    ("state", "changing"),
    [("Succeeded", False), ("failed", False), ("Canceled", False), (None, False), ("Updating", True), ("Odd", True)],
)
def test_an_operation_runs_in_every_state_that_is_not_an_end(state: str | None, changing: bool) -> None:
    cluster = a_cluster(provisioningState=state)
    assert is_changing(cluster) is changing
    assert at_rest(cluster) is not changing


def test_a_stopped_cluster_is_not_at_rest_and_not_at_work() -> None:
    cluster = a_cluster(powerState={"code": "Stopped"})
    assert not at_rest(cluster)
    assert not is_changing(cluster)


def test_the_load_balancer_is_the_one_named_kubernetes() -> None:
    estate = Estate()
    estate.cluster("aks1", outbound_ips=2)
    network = network_of(estate)
    balancer = outbound_balancer(network, network.clusters[0])
    assert isinstance(balancer, LoadBalancer)
    assert balancer.id == balancer_id(network.clusters[0])
    assert [rule.name for rule in leaving_rules(balancer)] == ["aksOutboundRule"]
    assert [item.text for item in outbound_ids(balancer)] == [pip["id"] for pip in estate.of_type("publicIPAddresses")]


def test_a_rule_without_a_frontend_does_not_lead_out() -> None:
    estate = Estate()
    estate.cluster("aks1")
    rule = estate.of_type("loadBalancers")[0]["properties"]["outboundRules"][0]["properties"]
    rule["frontendIPConfigurations"] = [{"id": "/gone"}]
    network = network_of(estate)
    balancer = outbound_balancer(network, network.clusters[0])
    assert isinstance(balancer, LoadBalancer)
    assert outbound_ids(balancer) == ()
    rule["frontendIPConfigurations"] = []
    network = network_of(estate)
    balancer = outbound_balancer(network, network.clusters[0])
    assert isinstance(balancer, LoadBalancer)
    assert leaving_rules(balancer) == ()


def test_basic_in_any_case() -> None:
    assert is_basic(a_cluster(networkProfile={"loadBalancerSku": "Basic"}))
    assert not is_basic(a_cluster(networkProfile={"loadBalancerSku": "Standard"}))
    assert not is_basic(a_cluster(networkProfile={}))


def test_an_address_is_covered_by_the_prefix_that_it_was_taken_from() -> None:
    estate = Estate()
    prefix = ResourceId.of(estate.resource_id("Microsoft.Network/publicIPPrefixes", "prefix"))
    other = ResourceId.of(estate.resource_id("Microsoft.Network/publicIPPrefixes", "other"))
    taken, free = estate.public_ip("taken"), estate.public_ip("free")
    taken["properties"]["publicIPPrefix"] = {"id": prefix.text}
    network = network_of(estate)
    assert covered_by(network, ResourceId.of(taken["id"]), (prefix,))
    assert not covered_by(network, ResourceId.of(taken["id"]), (other,))
    assert not covered_by(network, ResourceId.of(free["id"]), (prefix,))
    assert covered_by(network, prefix, (prefix,))
    assert not covered_by(network, other, (prefix,))
