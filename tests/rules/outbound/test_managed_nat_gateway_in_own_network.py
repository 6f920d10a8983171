from aks_audit.rules.outbound.managed_nat_gateway_in_own_network import managed_nat_gateway_in_own_network
from tests.estate import Estate, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, properties


def test_is_quiet_in_the_network_that_aks_made_and_about_other_types() -> None:
    estate = Estate()
    estate.cluster("aks1", outbound_type="managedNATGateway")
    assert messages(managed_nat_gateway_in_own_network, network_of(estate)) == []
    for outbound_type in ("userAssignedNATGateway", "loadBalancer"):
        assert messages(managed_nat_gateway_in_own_network, network_of(an_estate(outbound_type)[0])) == []


def test_finds_pools_in_a_subnet_of_the_owners() -> None:
    estate, vnet = an_estate()
    nodes = subnet(vnet, "nodes")
    pools = [Pool(subnet=nodes), Pool(name="np2", mode="User", subnet=nodes)]
    estate.cluster("aks2", pools=pools, outbound_type="managedNATGatewayV2")
    finding = only(findings(managed_nat_gateway_in_own_network, network_of(estate)))
    assert finding.message == "aks2: outbound type managedNATGatewayV2, but np1, np2 are in a subnet of the owner's"
    assert [(line.path, line.value) for line in finding.evidence] == [
        ("properties.networkProfile.outboundType", "managedNATGatewayV2"),
        ("properties.agentPoolProfiles[np1].vnetSubnetID", nodes["id"]),
        ("properties.agentPoolProfiles[np2].vnetSubnetID", nodes["id"]),
    ]
    assert [item.name for item in finding.affected] == ["np1", "np2"]
    assert finding.cluster_id == finding.resource_id


def test_finds_one_pool() -> None:
    message = only(findings(managed_nat_gateway_in_own_network, network_of(an_estate("managedNATGateway")[0]))).message
    assert message == "aks1: outbound type managedNATGateway, but np1 is in a subnet of the owner's"


def test_cannot_tell_without_the_pools() -> None:
    estate = Estate()
    estate.cluster("aks1", outbound_type="managedNATGateway")
    properties(estate)["agentPoolProfiles"] = []
    answers = unknowns(managed_nat_gateway_in_own_network, network_of(estate))
    assert [u.gap.message for u in answers] == ["the cluster's node pools were not read"]
