from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aks_audit.analysis.address_owner import Distance, Owner, OwnerKind, owner_of
from aks_audit.inventory import ResourceId
from aks_audit.model import Network
from tests.estate import Estate, Json, subnet
from tests.networks import network_of
from tests.strategies import Routed, addresses_near, routed_networks

ELSEWHERE = "00000000-0000-0000-0000-000000000009"


def who(network: Network, address: str, vnet: Json) -> Owner:
    return owner_of(network, ip_address(address), ResourceId.of(vnet["id"]))


def told(network: Network, address: str, vnet: Json) -> tuple[str, str, str]:
    """Kind, distance, and the name of what holds it."""
    owner = who(network, address, vnet)
    return owner.kind, owner.distance, owner.resource_id.name if owner.resource_id else ""


def a_hub_and_spoke(**peering: Any) -> tuple[Estate, Json, Json]:
    estate = Estate()
    hub = estate.virtual_network("hub", "10.0.0.0/16", {"shared": "10.0.4.0/24"})
    spoke = estate.virtual_network("spoke", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    estate.peer(spoke, hub, **peering)
    return estate, hub, spoke


def test_a_firewall_of_the_hub_is_found_from_the_spoke() -> None:
    estate, hub, spoke = a_hub_and_spoke()
    estate.azure_firewall(hub, "fw", prefix="10.0.1.0/26")
    owner = who(network_of(estate), "10.0.1.4", spoke)
    assert (owner.kind, owner.distance) == (OwnerKind.FIREWALL, Distance.PEERED)
    assert owner.resource_id
    assert owner.resource_id.name == "fw"
    assert owner.virtual_network_id == ResourceId.of(hub["id"])
    assert owner.subnet_id
    assert owner.subnet_id.name == "AzureFirewallSubnet"
    assert owner.peering
    assert owner.peering.name == "spoke-to-hub"
    assert owner.is_known
    assert not owner.is_dead


def test_a_nic_tells_whether_it_forwards() -> None:
    estate, hub, spoke = a_hub_and_spoke()
    estate.virtual_machine_nic(subnet(hub, "shared"), "nva", address="10.0.4.9", ip_forwarding=True)
    estate.virtual_machine_nic(subnet(hub, "shared"), "db", address="10.0.4.10")
    network = network_of(estate)
    assert told(network, "10.0.4.9", spoke) == ("network-interface", "peered", "nva-nic")
    assert who(network, "10.0.4.9", spoke).ip_forwarding is True
    assert who(network, "10.0.4.10", spoke).ip_forwarding is False
    assert told(network, "10.0.4.9", hub) == ("network-interface", "here", "nva-nic")


def test_load_balancers_endpoints_and_nodes_are_told_apart() -> None:
    estate, _, spoke = a_hub_and_spoke()
    more = estate.add_subnet(spoke, "more", "10.1.1.0/24")
    estate.internal_load_balancer(more, "ilb")
    estate.private_endpoint(more, "pe")
    estate.cluster("aks1", "kubenet", subnet=subnet(spoke, "nodes"))
    network = network_of(estate)
    assert told(network, "10.1.1.4", spoke) == ("load-balancer", "here", "ilb")
    assert told(network, "10.1.1.5", spoke) == ("private-endpoint", "here", "pe")
    assert told(network, "10.1.0.4", spoke)[:2] == ("node", "here")
    assert who(network, "10.1.0.4", spoke).ip_forwarding is True


def test_a_gateway_subnet_belongs_to_its_gateway() -> None:
    estate, hub, spoke = a_hub_and_spoke()
    estate.virtual_network_gateway(hub, prefix="10.0.9.0/27")
    assert told(network_of(estate), "10.0.9.4", spoke) == ("gateway", "peered", "")


def test_an_address_that_nothing_has_is_free() -> None:
    estate, hub, spoke = a_hub_and_spoke()
    estate.virtual_machine_nic(subnet(hub, "shared"), "vm", address="10.0.4.9")
    owner = who(network_of(estate), "10.0.4.200", spoke)
    assert (owner.kind, owner.distance, owner.is_dead) == (OwnerKind.UNALLOCATED, Distance.PEERED, True)
    assert owner.subnet_id
    assert owner.subnet_id.name == "shared"


def test_an_address_outside_of_all_subnets_is_in_none() -> None:
    estate, _, spoke = a_hub_and_spoke()
    assert told(network_of(estate), "10.0.200.4", spoke) == ("no-subnet", "peered", "")
    assert who(network_of(estate), "10.0.200.4", spoke).is_dead


def test_a_peering_that_is_not_open_is_said() -> None:
    for changes in (
        {"peeringState": "Disconnected"},
        {"peeringState": "Initiated"},
        {"allowVirtualNetworkAccess": False},
    ):
        estate, hub, spoke = a_hub_and_spoke(**changes)
        estate.azure_firewall(hub, "fw", prefix="10.0.1.0/26")
        assert told(network_of(estate), "10.0.1.4", spoke) == ("firewall", "unconnected", "fw")


def test_an_open_peering_goes_before_a_closed_one() -> None:
    estate, _, spoke = a_hub_and_spoke(peeringState="Disconnected")
    again = estate.virtual_network("hub2", "10.0.0.0/16", {"shared": "10.0.4.0/24"})
    estate.peer(spoke, again)
    estate.virtual_machine_nic(subnet(again, "shared"), "nva", address="10.0.4.9")
    assert told(network_of(estate), "10.0.4.9", spoke) == ("network-interface", "peered", "nva-nic")


def test_a_network_that_is_not_peered_is_further_away() -> None:
    estate, _, spoke = a_hub_and_spoke()
    far = estate.virtual_network("far", "10.7.0.0/16", {"apps": "10.7.0.0/24"})
    estate.virtual_machine_nic(subnet(far, "apps"), "nva", address="10.7.0.9")
    assert told(network_of(estate), "10.7.0.9", spoke) == ("network-interface", "further", "nva-nic")


def test_of_several_networks_further_away_none_is_picked() -> None:
    estate, _, spoke = a_hub_and_spoke()
    for name in ("far", "farther"):
        estate.virtual_network(name, "10.7.0.0/16", {"apps": "10.7.0.0/24"})
    assert told(network_of(estate), "10.7.0.9", spoke) == ("nowhere", "further", "")


def test_an_address_that_no_network_has_is_nowhere() -> None:
    estate, _, spoke = a_hub_and_spoke()
    owner = who(network_of(estate), "192.168.9.9", spoke)
    assert (owner.kind, owner.distance, owner.is_dead) == (OwnerKind.NOWHERE, Distance.UNKNOWN, True)
    assert who(network_of(estate), "fd00::9", spoke).kind is OwnerKind.NOWHERE


def test_equal_ranges_mean_the_own_network() -> None:
    estate, _, spoke = a_hub_and_spoke()
    twin = estate.virtual_network("twin", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    estate.virtual_machine_nic(subnet(twin, "nodes"), "vm", address="10.1.0.9")
    assert told(network_of(estate), "10.1.0.9", spoke) == ("unallocated", "here", "")


@pytest.mark.parametrize("refused", ["networkInterfaces", "loadBalancers", "azureFirewalls", "virtualNetworks"])
def test_what_was_not_listed_may_have_the_address(refused: str) -> None:
    estate, _, spoke = a_hub_and_spoke()
    owner = who(network_of(estate, refused=[f"Microsoft.Network/{refused}"]), "10.0.4.9", spoke)
    assert (owner.kind, owner.is_dead) == (OwnerKind.NOT_COLLECTED, False)
    assert owner.gap
    assert (owner.gap.status, owner.gap.resource_type) == (403, f"Microsoft.Network/{refused}")


def test_a_holder_whose_addresses_were_not_read_may_have_it() -> None:
    estate, hub, spoke = a_hub_and_spoke()
    nic = estate.virtual_machine_nic(subnet(hub, "shared"), "nva", address="10.0.4.9")
    estate.remove(nic)
    owner = who(network_of(estate), "10.0.4.9", spoke)
    assert owner.kind is OwnerKind.NOT_COLLECTED
    assert owner.gap
    assert owner.gap.message == "the addresses of NVA-NIC in shared were not read"


def test_pods_and_other_delegated_services_do_not_show_theirs() -> None:
    estate, hub, spoke = a_hub_and_spoke()
    estate.delegate(subnet(hub, "shared"))
    owner = who(network_of(estate), "10.0.4.9", spoke)
    assert owner.kind is OwnerKind.NOT_COLLECTED
    assert owner.gap
    assert owner.gap.message == "the addresses of what runs in a delegated subnet do not show"
    assert owner.gap.resource_type == "Microsoft.Network/virtualNetworks/subnets"


def test_application_gateways_do_not_show_theirs() -> None:
    estate, hub, spoke = a_hub_and_spoke()
    estate.application_gateway(subnet(hub, "shared"))
    assert who(network_of(estate), "10.0.4.9", spoke).kind is OwnerKind.NOT_COLLECTED


def test_a_subnet_with_a_value_that_does_not_parse_cannot_tell() -> None:
    estate, hub, spoke = a_hub_and_spoke()
    subnet(hub, "shared")["properties"]["addressPrefixes"] = ["x/y"]
    assert who(network_of(estate), "10.0.4.9", spoke).kind is OwnerKind.NOT_COLLECTED


def test_a_peer_that_was_not_read_cannot_tell() -> None:
    estate, hub, spoke = a_hub_and_spoke()
    estate.remove(hub)
    far = hub["id"].replace(estate.subscription, ELSEWHERE)
    spoke["properties"]["virtualNetworkPeerings"][0]["properties"]["remoteVirtualNetwork"]["id"] = far
    owner = who(network_of(estate), "10.0.4.9", spoke)
    assert (owner.kind, owner.distance) == (OwnerKind.NOT_COLLECTED, Distance.PEERED)
    assert owner.virtual_network_id == ResourceId.of(far)


def test_a_peer_that_does_not_exist_holds_nothing() -> None:
    estate, hub, spoke = a_hub_and_spoke()
    estate.remove(hub)
    assert told(network_of(estate), "10.0.4.9", spoke) == ("nowhere", "peered", "")


def test_a_peering_that_names_no_space_cannot_tell() -> None:
    estate, hub, spoke = a_hub_and_spoke()
    estate.remove(hub)
    peering = spoke["properties"]["virtualNetworkPeerings"][0]["properties"]
    for words in ("remoteAddressSpace", "remoteVirtualNetworkAddressSpace"):
        peering.pop(words)
    peering["remoteVirtualNetwork"]["id"] = hub["id"].replace(estate.subscription, ELSEWHERE)
    assert told(network_of(estate), "10.0.4.9", spoke) == ("not-collected", "unknown", "")


def test_a_firewall_of_a_virtual_wan_hub_is_found_by_its_address() -> None:
    estate, hub, spoke = a_hub_and_spoke()
    estate.hub_firewall("fw", "10.100.0.132")
    assert told(network_of(estate), "10.100.0.132", spoke) == ("hub-firewall", "unknown", "fw")
    peering = spoke["properties"]["virtualNetworkPeerings"][0]["properties"]
    peering["remoteVirtualNetwork"]["id"] = hub["id"].replace(estate.subscription, ELSEWHERE)
    for words in ("remoteAddressSpace", "remoteVirtualNetworkAddressSpace"):
        peering[words] = {"addressPrefixes": ["10.100.0.0/24"]}
    assert told(network_of(estate), "10.100.0.132", spoke) == ("hub-firewall", "peered", "fw")


def test_a_peering_of_subnets_leads_to_those_alone() -> None:
    names: dict[str, Any] = {"peerCompleteVnets": False, "localSubnetNames": ["nodes"], "remoteSubnetNames": ["shared"]}
    estate, hub, spoke = a_hub_and_spoke(**names)
    estate.add_subnet(hub, "apps", "10.0.5.0/24")
    network = network_of(estate)
    assert told(network, "10.0.4.9", spoke) == ("unallocated", "peered", "")
    assert told(network, "10.0.5.9", spoke) == ("unallocated", "further", "")


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(routed_networks(), st.data())
def test_the_place_is_that_which_trying_every_network_gives(routed: Routed, data: st.DataObject) -> None:
    network = network_of(routed.estate)
    vnet = next(v for v in network.virtual_networks.values() if v.id.name == "vnet")
    address = data.draw(addresses_near(routed.ranges))
    owner = owner_of(network, address, vnet.id)
    around = {v.id.name for v in network.virtual_networks.values() if any(address in p for p in v.prefixes)}
    assert ("vnet" in around) == (owner.distance is Distance.HERE)
    assert bool(around & set(routed.peers)) == (owner.distance is Distance.PEERED)
    assert bool(around - {"vnet"} - set(routed.peers)) == (owner.distance is Distance.UNCONNECTED)
    assert (not around) == (owner.distance is Distance.UNKNOWN)
