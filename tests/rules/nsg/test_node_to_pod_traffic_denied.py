from __future__ import annotations

import pytest

from aks_audit.findings import Severity
from aks_audit.rules.nsg.node_to_pod_traffic_denied import node_to_pod_traffic_denied
from tests.estate import Model, security_rule, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import ALLOW_NODES, ALLOW_PROBES, DENY_ALL_IN, an_estate, cluster_of, vnet_of


def test_is_quiet_with_the_default_rules() -> None:
    for model in ("kubenet", "cni-overlay"):
        assert messages(node_to_pod_traffic_denied, network_of(an_estate(model=model))) == []
    network = network_of(an_estate(model="cni-pod-subnet-dynamic", pods=True))
    assert messages(node_to_pod_traffic_denied, network) == []


def test_finds_that_the_pod_cidr_was_forgotten() -> None:
    estate = an_estate(ALLOW_PROBES, ALLOW_NODES, DENY_ALL_IN, model="cni-overlay")
    finding = only(findings(node_to_pod_traffic_denied, network_of(estate)))
    assert finding.message == (
        "rule deny-all (priority 4096, inbound) of nsg-nodes denies traffic from nodes to pods, traffic from pods to "
        "nodes of aks1: TCP and UDP on every port from 10.1.0.0/24, 10.244.0.0/16 to 10.1.0.0/24, 10.244.0.0/16"
    )
    assert finding.severity is Severity.CRITICAL
    assert finding.evidence[0].path == "properties.securityRules[deny-all].properties.access"


def test_cannot_tell_without_the_groups() -> None:
    estate = an_estate(model="cni-overlay")
    network = network_of(estate, refused=["Microsoft.Network/networkSecurityGroups"])
    assert [answer.gap.status for answer in unknowns(node_to_pod_traffic_denied, network)] == [403]


def test_cannot_tell_without_a_pod_cidr() -> None:
    estate = an_estate(model="cni-overlay")
    for key in ("podCidr", "podCidrs"):
        cluster_of(estate)["properties"]["networkProfile"].pop(key)
    (answer,) = unknowns(node_to_pod_traffic_denied, network_of(estate))
    assert (answer.resource_id.name, answer.gap.message) == ("aks1", "its pod CIDR was not read")


@pytest.mark.parametrize("model", ["kubenet", "cni-overlay"])
def test_an_allow_within_the_virtual_network_is_enough(model: Model) -> None:
    vnet = security_rule("vnet", 4002, "Allow", source="VirtualNetwork", destination="VirtualNetwork")
    assert messages(node_to_pod_traffic_denied, network_of(an_estate(vnet, DENY_ALL_IN, model=model))) == []


def test_leaves_what_nodes_suffer_too_to_the_other_rule() -> None:
    assert messages(node_to_pod_traffic_denied, network_of(an_estate(DENY_ALL_IN, model="kubenet"))) == []


def test_pods_in_the_node_subnet_are_nodes_here() -> None:
    assert messages(node_to_pod_traffic_denied, network_of(an_estate(ALLOW_NODES, DENY_ALL_IN))) == []


def test_finds_a_pod_subnet_whose_group_lets_no_node_in() -> None:
    estate = an_estate(model="cni-pod-subnet-dynamic", pods=True)
    pods = subnet(vnet_of(estate), "pods")
    rule = security_rule("no-nodes", 500, source="10.1.0.0/24", ports="10-20", protocol="Tcp")
    estate.network_security_group("nsg-pods", [rule], subnets=[pods])
    finding = only(findings(node_to_pod_traffic_denied, network_of(estate)))
    assert finding.message == (
        "rule no-nodes (priority 500, inbound) of nsg-pods denies traffic from nodes to pods of aks1: "
        "TCP on port 10-20 from 10.1.0.0/24 to 10.1.16.0/20"
    )
    assert finding.severity is Severity.HIGH
    assert {item.name for item in finding.affected} == {"nodes", "pods", "np1"}


def test_cannot_tell_when_the_pod_subnets_group_is_gone() -> None:
    estate = an_estate(model="cni-pod-subnet-dynamic", pods=True)
    group = estate.network_security_group("nsg-pods", subnets=[subnet(vnet_of(estate), "pods")])
    estate.remove(group)
    (answer,) = unknowns(node_to_pod_traffic_denied, network_of(estate))
    assert (answer.gap.code, answer.gap.scope) == ("NotFound", group["id"])
