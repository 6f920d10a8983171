from collections.abc import Callable

import pytest

from tests.estate import Estate, Pool
from tests.networks import network_of

from .estates import a_kubenet_estate, all_answers, make_dual_stack, routes, the_cluster, the_table, the_vnet


def aks_made_network() -> Estate:
    estate = Estate()
    estate.cluster("aks1", "kubenet")
    return estate


def own_table_with_firewall() -> Estate:
    return a_kubenet_estate(subnets=2, outbound_type="userDefinedRouting", next_hop="10.9.0.4")


def several_kinds_of_pools() -> Estate:
    kinds = ("VirtualMachineScaleSets", "AvailabilitySet", "VirtualMachines")
    return a_kubenet_estate(pools=[Pool(name=f"np{n}", count=2, type=kind) for n, kind in enumerate(kinds)])


def autoscaled_with_gaps_between_instances() -> Estate:
    return a_kubenet_estate(pools=[Pool(count=3, max_count=20, instances=[0, 7, 38], max_surge="33%")])


def dual_stack() -> Estate:
    estate = a_kubenet_estate()
    make_dual_stack(estate)
    return estate


def shouted_ids_and_names() -> Estate:
    estate = a_kubenet_estate(subnets=2)
    for route in routes(estate):
        route["name"] = route["name"].upper()
    for subnet in the_vnet(estate)["properties"]["subnets"]:
        subnet["properties"]["routeTable"]["id"] = subnet["properties"]["routeTable"]["id"].upper()
    for pool in the_cluster(estate)["properties"]["agentPoolProfiles"]:
        pool["vnetSubnetID"] = pool["vnetSubnetID"].upper()
    group = the_cluster(estate)["properties"]["nodeResourceGroup"]
    the_cluster(estate)["properties"]["nodeResourceGroup"] = group.upper()
    the_cluster(estate)["properties"]["networkProfile"]["networkPlugin"] = "Kubenet"
    return estate


def routes_of_the_owner() -> Estate:
    estate = a_kubenet_estate()
    table = the_table(estate)
    for prefix, hop in (
        ("0.0.0.0/0", "10.9.0.4"),
        ("10.0.0.0/8", "10.9.0.4"),
        ("Storage.WestEurope", "Internet"),
        ("192.168.0.0/16", "VirtualNetworkGateway"),
        ("10.9.9.0/24", "None"),
        ("10.1.0.0/16", "VnetLocal"),
    ):
        estate.add_route(table, prefix, hop, f"k8s-{prefix[:3]}")
    return estate


def stopped() -> Estate:
    estate = a_kubenet_estate()
    the_cluster(estate)["properties"]["powerState"]["code"] = "Stopped"
    for nic in estate.nics(the_cluster(estate)):
        estate.remove(nic)
    for scale_set in estate.scale_sets(the_cluster(estate)):
        scale_set["sku"]["capacity"] = 0
    return estate


@pytest.mark.parametrize(
    "make",
    [
        aks_made_network,
        own_table_with_firewall,
        several_kinds_of_pools,
        autoscaled_with_gaps_between_instances,
        dual_stack,
        shouted_ids_and_names,
        routes_of_the_owner,
        stopped,
    ],
)
def test_a_healthy_cluster_is_told_of_retirement_alone(make: Callable[[], Estate]) -> None:
    assert list(all_answers(network_of(make()))) == ["kubenet-retirement"]


def test_two_healthy_clusters_with_tables_of_their_own_are_not_mixed_up() -> None:
    estate = a_kubenet_estate()
    other = estate.virtual_network("other", ["10.2.0.0/16"], {"nodes": "10.2.0.0/24"})
    estate.cluster("aks2", "kubenet", subnet=f"{other['id']}/subnets/nodes")
    assert list(all_answers(network_of(estate))) == ["kubenet-retirement"]


def test_a_cluster_without_kubenet_is_none_of_these_rules_business() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-overlay")
    assert all_answers(network_of(estate)) == {}


@pytest.mark.parametrize("value", [None, []])
def test_a_cluster_without_pools_is_not_taken_for_healthy(value: object) -> None:
    estate = a_kubenet_estate()
    the_cluster(estate)["properties"]["agentPoolProfiles"] = value
    told = all_answers(network_of(estate))
    assert told["kubenet-route-missing"] == ["NotCollected"]
    assert told["kubenet-route-table-missing"] == ["NotCollected"]


def test_nulls_everywhere_raise_nothing_and_are_not_taken_for_trouble() -> None:
    estate = a_kubenet_estate()
    for route in routes(estate):
        route["properties"] = None
    for nic in estate.nics(the_cluster(estate)):
        nic["properties"]["ipConfigurations"] = None
        nic["properties"]["enableIPForwarding"] = None
    the_cluster(estate)["properties"]["networkProfile"] |= {"podCidr": None, "podCidrs": None, "ipFamilies": None}
    told = all_answers(network_of(estate))
    assert told.pop("kubenet-retirement")
    assert {code for codes in told.values() for code in codes} == {"InvalidValue", "NotCollected"}


def test_a_table_whose_routes_are_null_lacks_every_route_and_nothing_else() -> None:
    estate = a_kubenet_estate()
    the_table(estate)["properties"]["routes"] = None
    assert set(all_answers(network_of(estate))) == {"kubenet-retirement", "kubenet-route-missing"}
