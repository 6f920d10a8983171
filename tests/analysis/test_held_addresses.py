"""Who holds which address of a subnet."""

from __future__ import annotations

from ipaddress import IPv4Address

from aks_audit.analysis.held_addresses import HeldAddresses, held_addresses
from aks_audit.inventory.resource_id import ResourceId
from tests.estate import Estate, Json, Pool, subnet
from tests.networks import network_of


def seen(estate: Estate, vnet: Json, name: str) -> list[tuple[str, int, str, bool]]:
    def told(held: HeldAddresses) -> tuple[str, int, str, bool]:
        return str(IPv4Address(held.first)), held.count, held.holder.node_pool or held.holder.kind, held.is_primary

    return list(map(told, held_addresses(network_of(estate), ResourceId.of(subnet(vnet, name)["id"]))))


def test_a_node_holds_its_own_address_and_those_of_its_pods_in_order() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.9.0.0/16", {"nodes": "10.9.0.0/24"})
    estate.cluster("aks", "cni-node-subnet", subnet=subnet(vnet, "nodes"), pools=[Pool(count=1, max_pods=3)])
    assert seen(estate, vnet, "nodes") == [
        ("10.9.0.4", 1, "np1", True),
        ("10.9.0.5", 1, "np1", False),
        ("10.9.0.6", 1, "np1", False),
        ("10.9.0.7", 1, "np1", False),
    ]


def test_a_block_counts_sixteen_from_its_first_address() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.9.0.0/16", {"nodes": "10.9.0.0/24", "pods": "10.9.8.0/24"})
    estate.delegate(subnet(vnet, "pods"))
    pools = [Pool(count=1, max_pods=16)]
    estate.cluster(
        "aks", "cni-pod-subnet-static", subnet=subnet(vnet, "nodes"), pod_subnet=subnet(vnet, "pods"), pools=pools
    )
    found = seen(estate, vnet, "pods")
    assert found
    assert {(count, pool, is_primary) for _, count, pool, is_primary in found} == {(16, "np1", False)}
    assert all(int(IPv4Address(first)) % 16 == 0 for first, *_ in found)


def test_strangers_are_named_by_their_kind() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.9.0.0/16", {"nodes": "10.9.0.0/24"})
    estate.virtual_machine_nic(subnet(vnet, "nodes"), "vm")
    estate.private_endpoint(subnet(vnet, "nodes"), "pe")
    assert seen(estate, vnet, "nodes") == [
        ("10.9.0.4", 1, "virtualMachine", True),
        ("10.9.0.5", 1, "privateEndpoint", True),
    ]


def test_an_internal_frontend_and_a_firewall_hold_an_address() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.9.0.0/16", {"nodes": "10.9.0.0/24"})
    estate.internal_load_balancer(subnet(vnet, "nodes"))
    estate.azure_firewall(vnet)
    assert seen(estate, vnet, "nodes") == [("10.9.0.4", 1, "loadBalancer", True)]
    assert [(kind, own) for _, _, kind, own in seen(estate, vnet, "AzureFirewallSubnet")] == [("azureFirewall", True)]


def test_a_subnet_with_nothing_in_it_is_empty() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.9.0.0/16", {"nodes": "10.9.0.0/24"})
    assert seen(estate, vnet, "nodes") == []
