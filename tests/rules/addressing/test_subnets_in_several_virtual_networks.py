from aks_audit.rules.addressing.subnets_in_several_virtual_networks import subnets_in_several_virtual_networks
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(second_network: str) -> Estate:
    estate = Estate()
    subnets = {}
    for number, name in enumerate(("vnet1", "vnet2"), start=1):
        plan = {"nodes": f"10.{number}.0.0/24", "more": f"10.{number}.1.0/24"}
        subnets[name] = estate.virtual_network(name, [f"10.{number}.0.0/16"], plan)["id"] + "/subnets/"
    pools = [Pool(subnet=subnets["vnet1"] + "nodes"), Pool(name="np2", subnet=subnets[second_network] + "more")]
    estate.cluster("aks1", "cni-overlay", pools=pools)
    return estate


def test_is_quiet_about_two_subnets_of_one_network() -> None:
    assert messages(subnets_in_several_virtual_networks, network_of(an_estate("vnet1"))) == []


def test_finds_a_pool_in_another_network() -> None:
    finding = only(findings(subnets_in_several_virtual_networks, network_of(an_estate("vnet2"))))
    assert finding.message == "aks1 has subnets in 2 virtual networks: vnet1 (np1), vnet2 (np2)"
    assert [resource.name for resource in finding.affected] == ["vnet1", "vnet2"]


def test_needs_no_virtual_network_to_tell() -> None:
    network = network_of(an_estate("vnet2"), refused=["Microsoft.Network/virtualNetworks"])
    assert len(messages(subnets_in_several_virtual_networks, network)) == 1


def test_cannot_tell_about_a_subnet_that_aks_made_beside_one_that_is_named() -> None:
    estate = an_estate("vnet1")
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][1]["vnetSubnetID"]
    answers = unknowns(subnets_in_several_virtual_networks, network_of(estate))
    assert [u.gap.code for u in answers] == ["NotCollected"]
