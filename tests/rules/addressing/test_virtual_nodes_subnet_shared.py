from aks_audit.rules.addressing.virtual_nodes_subnet_shared import virtual_nodes_subnet_shared
from tests.estate import Estate, subnet
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(virtual_nodes: str) -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/22", "aci": "10.1.9.0/24"})
    cluster = estate.cluster("aks1", "cni-node-subnet", subnet=subnet(vnet, "nodes"))
    addon = {"enabled": True, "config": {"SubnetName": virtual_nodes}}
    cluster["properties"]["addonProfiles"] = {"aciConnectorLinux": addon}
    return estate


def test_is_quiet_about_a_subnet_of_its_own() -> None:
    assert messages(virtual_nodes_subnet_shared, network_of(an_estate("aci"))) == []


def test_finds_the_node_subnet_in_any_case() -> None:
    finding = only(findings(virtual_nodes_subnet_shared, network_of(an_estate("NODES"))))
    assert finding.message == (
        "aks1: virtual nodes are to use NODES, which has nodes of aks1/np1 in it "
        "(SubnetDelegationsCannotChangeWhenSubnetUsedByResource)"
    )


def test_cannot_tell_without_the_virtual_network() -> None:
    estate = an_estate("aks-subnet")
    for profile in estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"]:
        del profile["vnetSubnetID"]
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(virtual_nodes_subnet_shared, network)] == [403]
