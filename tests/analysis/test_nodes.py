"""The nodes of a cluster and the subnets that they are in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.analysis.nodes import NodeSubnet, node_subnet_id, node_subnets, nodes_of
from aks_audit.inventory import ResourceId
from aks_audit.model import Missing, Network, NotCollected, ScaleSet, Subnet

from ..estate import Estate, Pool, subnet
from ..networks import network_of


def names(network: Network) -> list[str]:
    [cluster] = network.clusters
    return [node.name for node in nodes_of(network, cluster).known]


def a_scale_set(prefix: str) -> ScaleSet:
    return ScaleSet(id=ResourceId.of("/x/y"), node_pool="", computer_name_prefix=prefix, capacity=None, gap=None)


@pytest.mark.parametrize(
    ("instance", "name"),
    [
        ("0", "aks-np1-1-vmss000000"),
        ("9", "aks-np1-1-vmss000009"),
        ("10", "aks-np1-1-vmss00000a"),
        ("35", "aks-np1-1-vmss00000z"),
        ("36", "aks-np1-1-vmss000010"),
        ("1295", "aks-np1-1-vmss0000zz"),
        ("2176782335", "aks-np1-1-vmsszzzzzz"),
        ("x", "x"),
        ("²", "²"),
        ("", ""),
    ],
)
def test_a_node_is_named_in_base_36(instance: str, name: str) -> None:
    assert a_scale_set("aks-np1-1-vmss").node_name(instance) == name


@given(st.integers(0, 36**6 - 1))
def test_a_nodes_number_can_be_read_back(number: int) -> None:
    name = a_scale_set("aks-NP-1-vmss").node_name(str(number))
    assert name[: len("aks-np-1-vmss")] == "aks-np-1-vmss"
    assert int(name[-6:], 36) == number


def test_instances_with_gaps_keep_their_numbers() -> None:
    estate = Estate()
    vnet = estate.virtual_network()
    estate.cluster(pools=[Pool(name="np1", count=3, instances=(0, 2, 37))], subnet=subnet(vnet, "nodes"))
    assert [name[-6:] for name in names(network_of(estate))] == ["000000", "000002", "000011"]


def test_windows_nodes_have_short_names_and_their_pool() -> None:
    estate = Estate()
    vnet = estate.virtual_network()
    pools = [Pool(name="np1", count=1), Pool(name="win", os_type="Windows", count=2, mode="User")]
    estate.cluster(pools=pools, subnet=subnet(vnet, "nodes"))
    network = network_of(estate)
    nodes = nodes_of(network, network.clusters[0]).known
    assert [node.node_pool for node in nodes] == ["np1", "win", "win"]
    assert [node.name for node in nodes[1:]] == ["akswin000000", "akswin000001"]


def test_availability_set_pools_have_virtual_machines() -> None:
    estate = Estate()
    vnet = estate.virtual_network()
    pools = [Pool(name="old", type="AvailabilitySet", count=2), Pool(name="new", count=1)]
    cluster = estate.cluster("aks1", "cni-node-subnet", pools=pools, subnet=subnet(vnet, "nodes"))
    estate.virtual_machine_nic(subnet(vnet, "nodes"), "jump")
    network = network_of(estate)
    nodes = nodes_of(network, network.clusters[0])
    assert nodes.gap is None
    assert [node.node_pool for node in nodes.known] == ["new", "old", "old"]
    addresses = [nic["properties"]["ipConfigurations"][0]["properties"] for nic in estate.nics(cluster, "old")]
    assert [node.address for node in nodes.known[1:]] == [each["privateIPAddress"] for each in addresses]


def test_odd_casing_of_the_node_group_hides_nobody() -> None:
    estate = Estate()
    vnet = estate.virtual_network()
    cluster = estate.cluster(subnet=subnet(vnet, "nodes"))
    before = names(network_of(estate))
    cluster["properties"]["nodeResourceGroup"] = cluster["properties"]["nodeResourceGroup"].upper()
    for nic in estate.nics(cluster):
        nic["id"] = nic["id"].upper()
    assert [name.lower() for name in names(network_of(estate))] == before
    assert len(before) == 3


def test_a_scale_sets_pool_is_its_tag_else_its_name() -> None:
    estate = Estate()
    cluster = estate.cluster(subnet=subnet(estate.virtual_network(), "nodes"))
    [scale_set] = estate.scale_sets(cluster)
    for tags, pool in (
        ({"aks-managed-poolName": "Tagged", "poolName": "old"}, "Tagged"),
        ({"poolName": "old"}, "old"),
        ({}, "np1"),
        (None, "np1"),
        ({"aks-managed-poolName": None}, "np1"),
    ):
        scale_set["tags"] = tags
        network = network_of(estate)
        assert {s.node_pool for s in network.scale_sets.values()} == {pool}


def test_refused_scale_sets_are_the_reason_for_not_knowing() -> None:
    estate = Estate()
    estate.cluster(subnet=subnet(estate.virtual_network(), "nodes"))
    for refused in (
        "Microsoft.Compute/virtualMachineScaleSets",
        "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces",
    ):
        network = network_of(estate, refused=[refused])
        nodes = nodes_of(network, network.clusters[0])
        assert nodes.known == ()
        assert nodes.gap
        assert (nodes.gap.status, nodes.gap.resource_type) == (403, refused)


# -------------------------------------------------------------------- the subnets of nodes


def test_a_pool_is_in_the_subnet_that_it_names() -> None:
    estate = Estate()
    vnet = estate.virtual_network(subnets={"a": "10.1.0.0/24", "b": "10.1.1.0/24"})
    pools = [
        Pool(name="one", subnet=subnet(vnet, "a")),
        Pool(name="two", subnet=subnet(vnet, "b")),
        Pool(name="three", subnet=subnet(vnet, "a")["id"].upper()),
    ]
    estate.cluster(pools=pools)
    network = network_of(estate)
    places = node_subnets(network, network.clusters[0])
    assert [(place.id.name, [p.name for p in place.pools]) for place in places if isinstance(place, NodeSubnet)] == [
        ("a", ["one", "three"]),
        ("b", ["two"]),
    ]


def test_a_pool_that_names_none_is_in_the_subnet_that_aks_made() -> None:
    estate = Estate()
    estate.cluster("aks1", "kubenet")
    estate.cluster("aks2", "kubenet")
    network = network_of(estate)
    found = {cluster.name: node_subnets(network, cluster) for cluster in network.clusters}
    for name, places in found.items():
        [place] = places
        assert isinstance(place, NodeSubnet)
        assert isinstance(place.subnet, Subnet)
        assert place.id.name == "aks-subnet"
        assert f"_{name}_" in place.id.resource_group


def test_an_empty_subnet_id_counts_as_none() -> None:
    estate = Estate()
    cluster = estate.cluster("aks1", "kubenet")
    cluster["properties"]["agentPoolProfiles"][0]["vnetSubnetID"] = ""
    network = network_of(estate)
    answer = node_subnet_id(network, network.clusters[0], network.clusters[0].node_pools[0])
    assert isinstance(answer, ResourceId)
    assert answer.name == "aks-subnet"


def test_the_refusal_that_hides_the_subnet_is_named() -> None:
    estate = Estate()
    estate.cluster("aks1", "kubenet")
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    [place] = node_subnets(network, network.clusters[0])
    assert isinstance(place, NotCollected)
    assert (place.gap.status, place.gap.code) == (403, "AuthorizationFailed")


def test_a_subnet_that_does_not_exist_is_missing() -> None:
    estate = Estate()
    vnet = estate.virtual_network()
    estate.cluster(subnet=subnet(vnet, "nodes"))
    vnet["properties"]["subnets"].clear()
    network = network_of(estate)
    [place] = node_subnets(network, network.clusters[0])
    assert isinstance(place, NodeSubnet)
    assert isinstance(place.subnet, Missing)
