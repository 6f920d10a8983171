from __future__ import annotations

from aks_audit.findings import Severity
from aks_audit.rules.nsg.node_subnet_without_security_group import node_subnet_without_security_group
from tests.estate import Estate, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, vnet_of


def bare(*names: str) -> Estate:
    estate = an_estate(names=names)
    subnet(vnet_of(estate), "nodes")["properties"].pop("networkSecurityGroup")
    return estate


def test_is_quiet_with_a_group_and_in_a_network_that_aks_made() -> None:
    assert messages(node_subnet_without_security_group, network_of(an_estate())) == []
    estate = Estate()
    estate.cluster("aks1", "kubenet")
    estate.of_type("virtualNetworks")[0]["properties"]["subnets"][0]["properties"].pop("networkSecurityGroup")
    assert messages(node_subnet_without_security_group, network_of(estate)) == []


def test_finds_a_subnet_without_one() -> None:
    finding = only(findings(node_subnet_without_security_group, network_of(bare("aks1"))))
    assert finding.message == (
        "nodes has no security group; nodes of aks1 are there, behind AKS's own group on their NICs"
    )
    assert node_subnet_without_security_group.severity is Severity.INFO
    assert [(line.resource_id.name, line.path, line.value) for line in finding.evidence] == [
        ("nodes", "properties.networkSecurityGroup", None)
    ]
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks1"
    assert finding.affected == ()


def test_cannot_tell_without_the_virtual_network() -> None:
    network = network_of(bare("aks1"), refused=["Microsoft.Network/virtualNetworks"])
    assert [answer.resource_id.name for answer in unknowns(node_subnet_without_security_group, network)] == ["nodes"]


def test_two_clusters_in_one_subnet_are_one_finding() -> None:
    finding = only(findings(node_subnet_without_security_group, network_of(bare("aks1", "aks2"))))
    assert "nodes of aks1, aks2 are there" in finding.message
    assert finding.cluster_id is None
    assert [item.name for item in finding.affected] == ["aks1", "aks2"]


def test_a_network_that_aks_made_is_no_question_even_unread() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-overlay")
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert messages(node_subnet_without_security_group, network) == []
