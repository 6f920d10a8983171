from aks_audit.analysis.node_groups import seen_in_node_group
from tests.estate import Estate
from tests.networks import network_of


def test_a_composed_cluster_has_a_node_resource_group() -> None:
    estate = Estate()
    estate.cluster("aks1")
    network = network_of(estate)
    assert seen_in_node_group(network, network.clusters[0])


def test_the_cluster_alone_shows_nothing_of_it() -> None:
    estate = Estate()
    arm = estate.cluster("aks1")
    estate.resources = [arm]
    network = network_of(estate)
    assert not seen_in_node_group(network, network.clusters[0])


def test_letter_case_and_other_subscriptions() -> None:
    estate, other = Estate(), Estate("00000000-0000-0000-0000-000000000002")
    arm = estate.cluster("aks1")
    group = arm["properties"]["nodeResourceGroup"]
    estate.resources = [arm]
    other.public_ip(resource_group=group)
    network = network_of(estate, other)
    assert not seen_in_node_group(network, network.clusters[0])
    estate.public_ip(resource_group=group.upper())
    network = network_of(estate, other)
    assert seen_in_node_group(network, network.clusters[0])
