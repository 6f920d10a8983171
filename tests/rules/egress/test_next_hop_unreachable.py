from typing import Any

from aks_audit.findings import Severity
from aks_audit.rules.egress.next_hop_unreachable import next_hop_unreachable
from tests.estate import subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import ELSEWHERE, FIREWALL, TABLES, Spoke, a_spoke, far_away


def the_message(spoke: Spoke) -> str:
    return only(findings(next_hop_unreachable, network_of(spoke.estate))).message


def test_is_quiet_about_the_hubs_firewall() -> None:
    assert messages(next_hop_unreachable, network_of(a_spoke().estate)) == []
    assert messages(next_hop_unreachable, network_of(a_spoke("kubenet").estate)) == []


def test_finds_an_address_that_nothing_holds() -> None:
    spoke = a_spoke()
    spoke.default["nextHopIpAddress"] = "10.0.1.5"
    finding = only(findings(next_hop_unreachable, network_of(spoke.estate)))
    assert finding.message == (
        "rt, on nodes, more of aks1: route default leads to 10.0.1.5, which nothing in AzureFirewallSubnet of hub holds"
    )
    assert finding.resource_id.text == spoke.table["id"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.routes[default].addressPrefix", "0.0.0.0/0"),
        ("properties.routes[default].nextHopType", "VirtualAppliance"),
        ("properties.routes[default].nextHopIpAddress", "10.0.1.5"),
    ]
    assert [each.name for each in finding.affected] == ["nodes", "more", "aks1"]
    assert finding.severity is Severity.CRITICAL
    assert finding.key == "10.0.1.5 spoke"
    assert finding.cluster_id


def test_finds_an_address_that_is_in_no_subnet() -> None:
    spoke = a_spoke()
    spoke.default["nextHopIpAddress"] = "10.0.200.4"
    assert the_message(spoke).endswith("leads to 10.0.200.4, which is in no subnet of hub")


def test_finds_an_address_outside_of_all_networks() -> None:
    spoke = a_spoke()
    spoke.default["nextHopIpAddress"] = "192.168.9.9"
    assert the_message(spoke).endswith("192.168.9.9, which is neither in spoke nor in a network peered with it")


def test_finds_a_peering_that_is_not_connected() -> None:
    spoke = a_spoke()
    spoke.peering["peeringState"] = "Initiated"
    finding = only(findings(next_hop_unreachable, network_of(spoke.estate)))
    assert finding.message.endswith(f"leads to {FIREWALL}, in hub, and spoke's peering spoke-to-hub is Initiated")
    assert [(e.path, e.value) for e in finding.evidence[3:]] == [
        ("properties.virtualNetworkPeerings[spoke-to-hub].peeringState", "Initiated"),
        ("properties.virtualNetworkPeerings[spoke-to-hub].allowVirtualNetworkAccess", True),
    ]


def test_finds_a_peering_that_forbids_access() -> None:
    spoke = a_spoke()
    spoke.peering["allowVirtualNetworkAccess"] = False
    assert the_message(spoke).endswith("in hub, and spoke's peering spoke-to-hub is closed to traffic")


def test_finds_a_firewall_that_is_not_peered() -> None:
    spoke = a_spoke()
    spoke.vnet["properties"]["virtualNetworkPeerings"] = []
    assert the_message(spoke).endswith(f"leads to {FIREWALL}, in hub, which is not peered with spoke")


def test_finds_a_peer_that_does_not_exist() -> None:
    spoke = a_spoke()
    spoke.estate.remove(spoke.hub)
    assert the_message(spoke).endswith(f"leads to {FIREWALL}, in hub, which does not exist")


def test_finds_networks_that_are_not_peered_without_picking_one() -> None:
    spoke = a_spoke()
    for name in ("far", "farther"):
        spoke.estate.virtual_network(name, "10.7.0.0/16", {"apps": "10.7.0.0/24"})
    spoke.default["nextHopIpAddress"] = "10.7.0.4"
    assert the_message(spoke).endswith("leads to 10.7.0.4, in networks that are not peered with spoke")


def test_finds_one_address_once_and_names_the_default_route_first() -> None:
    spoke = a_spoke()
    spoke.default["nextHopIpAddress"] = "10.0.1.9"
    spoke.estate.add_route(spoke.table, "10.8.0.0/16", "10.0.1.9")
    routes = spoke.table["properties"]["routes"]
    routes.reverse()
    finding = only(findings(next_hop_unreachable, network_of(spoke.estate)))
    assert "route default and 1 more lead to 10.0.1.9" in finding.message
    assert len(finding.evidence) == 6


def test_other_routes_and_outbound_types_are_high() -> None:
    spoke = a_spoke()
    spoke.estate.add_route(spoke.table, "10.8.0.0/16", "10.0.1.9")
    assert only(findings(next_hop_unreachable, network_of(spoke.estate))).severity is None
    spoke.default["nextHopIpAddress"] = "10.0.1.9"
    spoke.profile(outboundType="loadBalancer")
    assert only(findings(next_hop_unreachable, network_of(spoke.estate))).severity is None


def test_is_quiet_about_kubenets_own_routes_to_nodes() -> None:
    spoke = a_spoke("kubenet", pod_cidr="10.244.0.0/16")
    spoke.estate.add_route(spoke.table, "10.244.9.0/24", "10.1.0.250")
    assert messages(next_hop_unreachable, network_of(spoke.estate)) == []
    spoke.estate.add_route(spoke.table, "10.9.0.0/24", "10.1.0.250")
    assert the_message(spoke).endswith("route to-1090024 leads to 10.1.0.250, which nothing in nodes of spoke holds")


def test_is_quiet_about_a_hub_firewall_of_a_virtual_wan() -> None:
    spoke = a_spoke()
    spoke.estate.hub_firewall("vwan", "10.100.0.132")
    spoke.default["nextHopIpAddress"] = "10.100.0.132"
    far_away(spoke)
    space: dict[str, Any] = {"addressPrefixes": ["10.100.0.0/24"]}
    spoke.peering.update(remoteAddressSpace=space, remoteVirtualNetworkAddressSpace=space)
    assert messages(next_hop_unreachable, network_of(spoke.estate)) == []


def test_cannot_tell_whether_a_virtual_wan_hub_is_connected() -> None:
    spoke = a_spoke()
    firewall = spoke.estate.hub_firewall("vwan", "10.100.0.132")
    spoke.default["nextHopIpAddress"] = "10.100.0.132"
    (answer,) = unknowns(next_hop_unreachable, network_of(spoke.estate))
    assert answer.resource_id.text == spoke.table["id"]
    assert answer.gap.scope == firewall["id"]
    assert answer.gap.message == "whether spoke is connected with the hub of vwan is not seen"


def test_cannot_tell_what_is_in_a_hub_that_was_not_read() -> None:
    spoke = a_spoke()
    far_away(spoke)
    (answer,) = unknowns(next_hop_unreachable, network_of(spoke.estate))
    assert answer.resource_id.text == spoke.table["id"]
    assert ELSEWHERE in answer.gap.scope


def test_cannot_tell_without_the_firewalls() -> None:
    network = network_of(a_spoke().estate, refused=["Microsoft.Network/azureFirewalls"])
    (answer,) = unknowns(next_hop_unreachable, network)
    assert answer.gap.message == "the addresses of FW in AzureFirewallSubnet were not read"


def test_cannot_tell_without_the_tables() -> None:
    (answer,) = unknowns(next_hop_unreachable, network_of(a_spoke().estate, refused=[TABLES]))
    assert answer.gap.status == 403


def test_is_quiet_about_an_appliance_behind_a_load_balancer() -> None:
    spoke = a_spoke()
    spoke.estate.internal_load_balancer(subnet(spoke.hub, "shared"), "nva-lb")
    spoke.default["nextHopIpAddress"] = "10.0.4.4"
    assert messages(next_hop_unreachable, network_of(spoke.estate)) == []
