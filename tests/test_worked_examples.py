"""Sums that Microsoft's pages, and people in public threads, worked out; ours come out to the digit."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest

from aks_audit.analysis.addresses import usable_addresses
from aks_audit.analysis.kubenet_routes import kubenet_routes, node_name_of
from aks_audit.capacity.horizons import Horizons, pool_nodes, sum_up
from aks_audit.capacity.limits import limits_of, pod_ranges
from aks_audit.capacity.models import kubenet, node_subnet, overlay, pod_subnet_dynamic, pod_subnet_static
from aks_audit.capacity.outbound_ports import addresses_needed, default_ports, highest_allocation
from aks_audit.capacity.subnets import SubnetCapacity, subnet_capacity
from aks_audit.model import ManagedCluster, Network
from aks_audit.plan import Verdict, plan_create, plan_outbound, plan_size
from aks_audit.rules.capacity.subnet_without_room_for_next_node import subnet_without_room_for_next_node

from .estate import Estate, Pool, subnet
from .networks import findings, network_of, only


def the_cluster(network: Network) -> ManagedCluster:
    (cluster,) = network.clusters
    return cluster


def nodes_together(cluster: ManagedCluster) -> Horizons:
    return sum_up([(pool_nodes(pool), 1) for pool in cluster.node_pools])


def test_fifty_nodes_and_one_for_surge_with_thirty_pods_take_1581_addresses() -> None:
    """Source: https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning"""
    assert (50 + 1) * node_subnet.addresses(30) == 1581
    size = plan_size(model="cni-node-subnet", nodes=50, max_pods=30, max_surge="1").subnets[0]
    assert (size.need, size.prefix_length, size.usable) == (1581, 21, 2043)


def test_a_24_holds_251_kubenet_nodes_with_27610_pods() -> None:
    """Source: https://learn.microsoft.com/azure/aks/configure-kubenet"""
    estate = Estate()
    estate.cluster("aks1", "kubenet", pools=[Pool(count=1)])
    cluster = the_cluster(network_of(estate))
    nodes = usable_addresses([ip_network("10.0.0.0/24")]) // (
        kubenet.per_node(cluster, cluster.node_pools[0]).subnet_addresses or 0
    )
    assert (nodes, nodes * 110) == (251, 27_610)
    assert plan_size(model="kubenet", nodes=250, max_pods=110, max_surge="1").subnets[0].prefix_length == 24
    assert plan_size(model="kubenet", nodes=251, max_pods=110, max_surge="1").subnets[0].prefix_length == 23


def test_thirty_pods_take_two_static_blocks_and_waste_one_address() -> None:
    """Source: https://learn.microsoft.com/azure/aks/configure-azure-cni-static-block-allocation"""
    blocks = pod_subnet_static.blocks(30)
    usable = pod_subnet_static.BLOCK * blocks - 1
    assert (blocks, usable, usable - 30) == (2, 31, 1)


@pytest.mark.parametrize(("nodes", "pods"), [(20, 2200), (25, 2750)])
def test_a_27_holds_20_to_25_kubenet_nodes_with_room_to_upgrade(nodes: int, pods: int) -> None:
    """Source: https://learn.microsoft.com/azure/aks/configure-kubenet"""
    assert usable_addresses([ip_network("10.0.0.0/27")]) == 27
    size = plan_size(model="kubenet", nodes=nodes, max_pods=110, max_surge="1").subnets[0]
    assert (size.prefix_length, size.need <= 27) == (27, True)
    assert nodes * 110 == pods


def test_a_node_with_25_addresses_in_use_holds_48() -> None:
    """Source: Azure/azure-container-networking, docs/feature/ipammath"""
    assert pod_subnet_dynamic.BATCH * pod_subnet_dynamic.batches_held(25) == 48


@pytest.mark.parametrize(("ports", "addresses", "nodes"), [(1000, 2, 128), (4000, 7, 112)])
def test_so_many_nodes_fit_a_port_allocation(ports: int, addresses: int, nodes: int) -> None:
    """Source: https://learn.microsoft.com/azure/aks/configure-load-balancer-standard"""
    assert addresses_needed(nodes, ports) == addresses
    assert addresses_needed(nodes + 1, ports) == addresses + 1
    assert highest_allocation(nodes, addresses) == ports
    estate = Estate()
    pools = [Pool(count=nodes - 1, max_surge="1")]
    estate.cluster("aks1", pools=pools, outbound_ips=addresses, allocated_outbound_ports=ports)
    network = network_of(estate)
    assert plan_outbound(network, "aks1").verdict is Verdict.FITS
    assert plan_outbound(network, "aks1", allocated_outbound_ports=ports + 8).verdict is Verdict.DOES_NOT_FIT


def test_the_default_ports_halve_beyond_fifty_nodes() -> None:
    """Source: https://learn.microsoft.com/azure/load-balancer/load-balancer-outbound-connections"""
    assert (default_ports(48), default_ports(52)) == (1024, 512)


def test_five_overlay_nodes_want_1280_addresses_of_a_pod_cidr_with_1024() -> None:
    """Source: https://github.com/Azure/AKS-Construction/issues/701"""
    estate = Estate()
    estate.cluster("aks1", pools=[Pool(count=5, max_surge="1", instances=())], pod_cidr="10.240.100.0/22")
    network = network_of(estate)
    (limit,) = pod_ranges(the_cluster(network))
    assert (limit.needed.now, limit.available) == (5, 4)
    assert limit.arithmetic("now") == ("pre-allocated 1280 = 5 x 256 [aks1/np1]; 1024 in 10.240.100.0/22; short by 256")
    (error,) = plan_create(network).errors
    assert (error.code, error.target) == ("InsufficientSubnetSize", "networkProfile.podCIDR")


def test_ten_nodes_with_thirty_pods_want_310_of_251() -> None:
    """Source: https://github.com/Azure/AKS/issues/456"""
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    pools = [Pool(count=10, max_pods=30, max_surge="1", instances=())]
    estate.cluster("aks1", "cni-node-subnet", subnet=subnet(vnet, "nodes"), pools=pools)
    network = network_of(estate)
    capacity = subnet_capacity(network, network.clusters[0].node_pools[0].subnet_id or network.clusters[0].id)
    assert isinstance(capacity, SubnetCapacity)
    assert (capacity.needed.now, capacity.usable) == (310, 251)
    assert plan_create(network).errors[0].message == (
        "pre-allocated 310 = 10 x (30 + 1) [aks1/np1]; usable 251 in 10.1.0.0/24; short by 59"
    )


def test_one_surge_node_with_a_hundred_pods_wants_101_addresses() -> None:
    """Source: https://github.com/Azure/AKS/issues/2119"""
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    pools = [Pool(count=2, max_pods=100, max_surge="1")]
    estate.cluster("aks1", "cni-node-subnet", subnet=subnet(vnet, "nodes"), pools=pools)
    finding = only(findings(subnet_without_room_for_next_node, network_of(estate)))
    assert (finding.arithmetic or "").startswith("SubnetIsFull: 101 wanted, 49 free = 251 usable in 10.1.0.0/24")


def test_five_pools_of_four_with_half_of_them_as_surge_add_ten_nodes() -> None:
    """Source: https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling"""
    estate = Estate()
    estate.cluster("aks1", pools=[Pool(name=f"np{n}", count=4, max_surge="50%") for n in range(1, 6)])
    nodes = nodes_together(the_cluster(network_of(estate)))
    assert (nodes.now, nodes.upgrade, nodes.upgrade_one_pool) == (20, 30, 22)


def test_routes_of_a_dual_stack_node_are_named_after_it_and_its_two_ranges() -> None:
    """Source: kubernetes-sigs/cloud-provider-azure, azure_routes.go

    The name is the node's, four underscores, and the range without its colons, dots and slash, as real tables have it.
    A name with one zero more, as an example has it, is the same node's.
    """
    estate = Estate()
    cluster = estate.cluster("aks1", "kubenet", pools=[Pool(count=1)], pod_cidr="10.244.0.0/16")
    cluster["properties"]["networkProfile"]["podCidrs"] = ["10.244.0.0/16", "fd12:3456:789a::/64"]
    cluster["properties"]["networkProfile"]["ipFamilies"] = ["IPv4", "IPv6"]
    table = estate.route_table_of(cluster)
    (first,) = table["properties"]["routes"]
    node = first["name"].partition("____")[0]
    assert first["name"] == f"{node}____102440024"
    first["name"] = f"{node}____1024400024"
    assert node.endswith("vmss000000")
    estate.add_route(table, "fd12:3456:789a::/80", "fd00::4", f"{node}____fd123456789a80")
    network = network_of(estate)
    (joined,) = kubenet_routes(network, the_cluster(network))
    assert [node_name_of(route) for route in joined.table.routes] == [node, node]
    (item,) = joined.nodes
    assert {str(route.prefix) for route in (*item.carrying, *item.astray)} == {"10.244.0.0/24", "fd12:3456:789a::/80"}
    routes = next(limit for limit in limits_of(network, the_cluster(network)) if limit.kind == "route-table-routes")
    assert routes.needed.now == 2


def test_usage_counts_65531_addresses_in_a_16_and_251_in_a_24() -> None:
    """Source: https://learn.microsoft.com/rest/api/virtualnetwork/virtual-networks/list-usage"""
    assert usable_addresses([ip_network("10.0.0.0/16")]) == 65_531
    assert usable_addresses([ip_network("10.0.0.0/24")]) == 251


def test_an_expanded_pod_cidr_has_ranges_for_256_nodes_in_place_of_64() -> None:
    """Source: https://learn.microsoft.com/azure/aks/azure-cni-overlay-pod-expand"""
    before, after = ip_network("10.244.0.0/18"), ip_network("10.244.0.0/16")
    assert before.subnet_of(after)  # type: ignore[arg-type]
    assert (overlay.node_ranges([before]), overlay.node_ranges([after])) == (64, 256)
    estate = Estate()
    estate.cluster("aks1", pools=[Pool(count=1)], pod_cidr=str(before))
    cluster = the_cluster(network_of(estate))
    (limit,) = pod_ranges(replace(cluster, pod_cidrs=(after,)))
    assert limit.available == 256
