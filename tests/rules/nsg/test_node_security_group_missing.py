from __future__ import annotations

from aks_audit.rules.nsg.node_security_group_missing import node_security_group_missing
from tests.estate import Estate
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, cluster_of, group_of

NICS = ["Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"]


def test_is_quiet_on_what_aks_makes() -> None:
    assert messages(node_security_group_missing, network_of(an_estate())) == []


def test_finds_nics_without_a_group() -> None:
    estate = an_estate()
    nics = estate.nics(cluster_of(estate))
    nics[0]["properties"].pop("networkSecurityGroup")
    finding = only(findings(node_security_group_missing, network_of(estate)))
    assert finding.message.startswith("aks1: 1 node stands without a security group, not behind AKS's own: aks-np1-")
    assert [(line.path, line.value) for line in finding.evidence] == [("properties.networkSecurityGroup", None)]
    assert [item.text for item in finding.affected] == [nics[0]["id"]]


def test_finds_a_group_from_elsewhere() -> None:
    estate = an_estate()
    group = group_of(estate)
    for nic in estate.nics(cluster_of(estate)):
        nic["properties"]["networkSecurityGroup"] = {"id": group["id"]}
    finding = only(findings(node_security_group_missing, network_of(estate)))
    assert finding.message.startswith("aks1: 2 nodes stand behind nsg-nodes in rg-network, not behind AKS's own: ")
    assert finding.evidence[0].path == "properties.networkSecurityGroup.id"
    assert finding.evidence[0].value == group["id"]
    assert finding.key == group["id"].lower()


def test_cannot_tell_without_the_nics() -> None:
    (answer,) = unknowns(node_security_group_missing, network_of(an_estate(), refused=NICS))
    assert (answer.resource_id.name, answer.gap.status) == ("aks1", 403)


def test_in_a_network_that_aks_made_the_subnets_group_will_do() -> None:
    estate = Estate()
    cluster = estate.cluster("aks1", "cni-overlay")
    for nic in estate.nics(cluster):
        nic["properties"].pop("networkSecurityGroup")
    assert messages(node_security_group_missing, network_of(estate)) == []
    estate.of_type("virtualNetworks")[0]["properties"]["subnets"][0]["properties"].pop("networkSecurityGroup")
    assert len(messages(node_security_group_missing, network_of(estate))) == 1


def test_a_resource_group_in_other_letters_is_the_same() -> None:
    estate = an_estate()
    for nic in estate.nics(cluster_of(estate)):
        words = nic["properties"]["networkSecurityGroup"]
        words["id"] = words["id"].upper()
    assert messages(node_security_group_missing, network_of(estate)) == []
