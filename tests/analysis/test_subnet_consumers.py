"""Who holds the addresses of a subnet."""

from __future__ import annotations

from typing import Any

import pytest

from aks_audit.analysis.subnet_consumers import Consumer, addresses_held, consumers_of
from aks_audit.inventory import ResourceId
from aks_audit.model import IpConfiguration

from ..estate import Estate, Json, Pool, subnet
from ..networks import network_of


def an_estate() -> tuple[Estate, Json]:
    estate = Estate()
    return estate, estate.virtual_network(
        prefixes="10.1.0.0/16", subnets={"nodes": "10.1.0.0/24", "pods": "10.1.4.0/22", "gw": "10.1.1.0/24"}
    )


def consumers(estate: Estate, of: Json, **words: Any) -> list[Consumer]:
    return list(consumers_of(network_of(estate, **words), ResourceId.of(of["id"].upper())))


def told(found: list[Consumer]) -> list[tuple[str, str, int | None]]:
    return [(each.kind, each.node_pool or each.resource_id.name, each.addresses) for each in found]


def test_a_pool_is_counted_once_though_arm_tells_of_it_twice() -> None:
    estate, vnet = an_estate()
    pools = [Pool(name="np1", count=2, max_pods=30), Pool(name="np2", count=1, max_pods=10, mode="User")]
    estate.cluster("aks1", "cni-node-subnet", pools=pools, subnet=subnet(vnet, "nodes"))
    assert told(consumers(estate, subnet(vnet, "nodes"))) == [("nodePool", "np1", 62), ("nodePool", "np2", 11)]


@pytest.mark.parametrize("without", ["the subnet's list", "the NICs"])
def test_either_source_is_enough(without: str) -> None:
    estate, vnet = an_estate()
    nodes = subnet(vnet, "nodes")
    cluster = estate.cluster("aks1", "cni-node-subnet", pools=[Pool(count=2, max_pods=30)], subnet=nodes)
    if without == "the NICs":
        for nic in estate.nics(cluster):
            estate.remove(nic)
    else:
        del nodes["properties"]["ipConfigurations"]
    assert told(consumers(estate, nodes)) == [("nodePool", "np1", 62)]


def test_two_clusters_in_one_subnet_are_told_apart() -> None:
    estate, vnet = an_estate()
    for name in ("aks1", "aks2"):
        estate.cluster(name, "kubenet", subnet=subnet(vnet, "nodes"))
    found = consumers(estate, subnet(vnet, "nodes"))
    assert [(each.cluster_id.name if each.cluster_id else "", each.addresses) for each in found] == [
        ("aks1", 3),
        ("aks2", 3),
    ]


def test_strangers_are_named_by_what_people_know() -> None:
    estate, vnet = an_estate()
    nodes = subnet(vnet, "nodes")
    estate.private_endpoint(nodes, "pe-db")
    estate.virtual_machine_nic(nodes, "jump")
    estate.internal_load_balancer(nodes, "ilb")
    found = consumers(estate, nodes)
    assert sorted(told(found)) == [
        ("loadBalancer", "ilb", 1),
        ("privateEndpoint", "pe-db", 1),
        ("virtualMachine", "jump", 1),
    ]
    assert all(each.is_stranger for each in found)


def test_a_stranger_whose_nic_was_not_read_still_counts() -> None:
    estate, vnet = an_estate()
    nodes = subnet(vnet, "nodes")
    estate.virtual_machine_nic(nodes, "jump")
    [found] = consumers(estate, nodes, refused=["Microsoft.Network/networkInterfaces"])
    assert (found.kind, found.addresses) == ("networkInterface", 1)


def test_a_block_holds_sixteen_addresses() -> None:
    estate, vnet = an_estate()
    nodes, pods = subnet(vnet, "nodes"), subnet(vnet, "pods")
    pool = Pool(count=2, max_pods=47)
    estate.cluster("aks1", "cni-pod-subnet-static", pools=[pool], subnet=nodes, pod_subnet=pods)
    assert told(consumers(estate, nodes)) == [("nodePool", "np1", 2)]
    assert told(consumers(estate, pods)) == [("nodePool", "np1", 2 * 3 * 16)]


@pytest.mark.parametrize(
    ("length", "address", "addresses"),
    [(None, "10.0.0.4", 1), (28, "10.0.0.16", 16), (30, "10.0.0.4", 4), (124, "fd00::", 16)],
)
def test_a_prefix_length_says_how_many(length: int | None, address: str, addresses: int) -> None:
    configuration = IpConfiguration(address=address, prefix_length=length, primary=False, subnet_id=None)
    assert addresses_held(configuration) == addresses


def test_what_an_application_gateway_holds_is_not_known() -> None:
    estate, vnet = an_estate()
    estate.application_gateway(subnet(vnet, "gw"), "agw")
    [found] = [each for each in consumers(estate, subnet(vnet, "gw")) if each.addresses is None]
    assert (found.kind, found.resource_id.name) == ("applicationGateway", "agw")


def test_an_empty_subnet_has_no_consumers() -> None:
    estate, vnet = an_estate()
    assert consumers(estate, subnet(vnet, "pods")) == []


def test_ipv6_addresses_are_not_counted() -> None:
    estate, vnet = an_estate()
    nodes = subnet(vnet, "nodes")
    cluster = estate.cluster("aks1", "kubenet", pools=[Pool(count=1)], subnet=nodes)
    [nic] = estate.nics(cluster)
    second = {"name": "v6", "properties": {"privateIPAddress": "fd00::4", "subnet": {"id": nodes["id"]}}}
    nic["properties"]["ipConfigurations"].append(second)
    nodes["properties"]["ipConfigurations"].append({"id": f"{nic['id']}/ipConfigurations/v6".upper()})
    assert told(consumers(estate, nodes)) == [("nodePool", "np1", 1)]
