from aks_audit.analysis.outbound_balancer import outbound_balancer
from aks_audit.model import Missing, NotCollected
from tests.estate import Estate, subnet
from tests.networks import network_of


def an_estate() -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24"})
    estate.cluster("aks1", subnet=subnet(vnet, "nodes"))
    return estate


def test_what_lacks_in_a_group_that_was_seen_into_does_not_exist() -> None:
    estate = an_estate()
    estate.remove(estate.of_type("loadBalancers")[0])
    network = network_of(estate)
    assert isinstance(outbound_balancer(network, network.clusters[0]), Missing)


def test_what_lacks_in_a_group_of_which_nothing_was_seen_was_not_collected() -> None:
    estate = an_estate()
    for resource in [r for r in estate.resources if "/mc_rg-aks1" in r["id"].lower()]:
        estate.remove(resource)
    network = network_of(estate)
    found = outbound_balancer(network, network.clusters[0])
    assert isinstance(found, NotCollected)
    assert found.gap.message == (
        "nothing in resource group MC_rg-aks1_aks1_westeurope was seen, and a cluster has its nodes there"
    )
    assert found.gap.resource_type == "Microsoft.Network/loadBalancers"


def test_cannot_tell_of_a_cluster_that_does_not_name_its_group() -> None:
    estate = an_estate()
    del estate.of_type("managedClusters")[0]["properties"]["nodeResourceGroup"]
    network = network_of(estate)
    found = outbound_balancer(network, network.clusters[0])
    assert isinstance(found, NotCollected)
    assert found.gap.message == "properties.nodeResourceGroup is absent"


def test_cannot_tell_where_a_value_of_the_load_balancer_does_not_parse() -> None:
    estate = an_estate()
    estate.of_type("loadBalancers")[0]["properties"]["probes"] = 7
    network = network_of(estate)
    found = outbound_balancer(network, network.clusters[0])
    assert isinstance(found, NotCollected)
    assert found.gap.code == "InvalidValue"
