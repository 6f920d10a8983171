import pytest

from aks_audit.findings import Severity
from aks_audit.rules.peering.peering_not_connected import peering_not_connected
from tests.estate import subnet
from tests.networks import findings, messages, only, unknowns

from .spokes import ELSEWHERE, a_spoke


def test_is_quiet_where_both_halves_are_connected() -> None:
    assert messages(peering_not_connected, a_spoke().network()) == []


def test_finds_a_half_that_somebody_deleted_the_other_of() -> None:
    there = a_spoke()
    there.near["peeringState"] = "Disconnected"
    there.hub["properties"]["virtualNetworkPeerings"] = []
    finding = only(findings(peering_not_connected, there.network()))
    assert finding.message == (
        "spoke and hub are not connected: spoke-to-hub of spoke is Disconnected, hub has no peering back"
    )
    assert finding.resource_id.name == "spoke-to-hub"
    assert finding.cluster_id is not None
    assert finding.cluster_id.name == "aks1"
    assert [resource.name for resource in finding.affected] == ["aks1", "hub"]
    assert finding.severity is None
    assert [(e.resource_id.name, e.path, e.value) for e in finding.evidence] == [
        ("spoke", "properties.virtualNetworkPeerings[spoke-to-hub].peeringState", "Disconnected")
    ]


def test_finds_one_half_connected_and_the_other_not() -> None:
    there = a_spoke()
    there.far["peeringState"] = "disconnected"
    finding = only(findings(peering_not_connected, there.network()))
    assert finding.message == (
        "spoke and hub are not connected: spoke-to-hub of spoke is Connected, hub-to-spoke of hub is disconnected"
    )
    assert [(e.resource_id.name, e.value) for e in finding.evidence] == [
        ("spoke", "Connected"),
        ("hub", "disconnected"),
    ]


def test_finds_a_half_that_waits_for_the_other_though_that_was_not_read() -> None:
    there = a_spoke()
    there.move_hub_away()
    there.near["peeringState"] = "Initiated"
    finding = only(findings(peering_not_connected, there.network()))
    assert finding.message == "spoke and far are not connected: spoke-to-hub of spoke is Initiated"
    assert finding.severity is None


def test_is_mild_about_a_leftover_of_a_network_that_is_gone() -> None:
    there = a_spoke()
    there.near["peeringState"] = "Disconnected"
    there.estate.remove(there.hub)
    there.spoke["properties"]["dhcpOptions"] = {"dnsServers": ["10.0.4.4"]}
    finding = only(findings(peering_not_connected, there.network()))
    assert finding.message.endswith("spoke-to-hub of spoke is Disconnected, hub does not exist")
    assert finding.severity is Severity.LOW


def test_is_critical_where_the_dns_server_stands_behind_it() -> None:
    there = a_spoke()
    there.near["peeringState"] = there.far["peeringState"] = "Disconnected"
    there.spoke["properties"]["dhcpOptions"] = {"dnsServers": ["10.0.4.4", "192.168.0.1"]}
    finding = only(findings(peering_not_connected, there.network()))
    assert finding.message.endswith("hub-to-spoke of hub is Disconnected; DNS server 10.0.4.4 stands there")
    assert finding.severity is Severity.CRITICAL
    assert (finding.evidence[-1].path, finding.evidence[-1].value) == (
        "properties.dhcpOptions.dnsServers",
        ("10.0.4.4", "192.168.0.1"),
    )


def test_finds_a_peering_of_two_clusters_once() -> None:
    there = a_spoke()
    there.estate.cluster("aks2", subnet=subnet(there.hub, "shared"))
    there.near["peeringState"] = there.far["peeringState"] = "Disconnected"
    finding = only(findings(peering_not_connected, there.network()))
    assert finding.cluster_id is None
    assert {resource.name for resource in finding.affected} >= {"aks1", "aks2"}


def test_ignores_peerings_that_no_cluster_has_to_do_with() -> None:
    there = a_spoke()
    other = there.estate.virtual_network("other", "10.9.0.0/16")
    there.estate.peer(there.hub, other, peeringState="Disconnected")
    assert messages(peering_not_connected, there.network()) == []


def test_asks_nobody_for_the_half_of_a_virtual_wan() -> None:
    there = a_spoke()
    there.spoke["properties"]["virtualNetworkPeerings"][0]["name"] = "RemoteVnetToHubPeering_5"
    there.near["remoteVirtualNetwork"] = {"id": f"{ELSEWHERE}/virtualNetworks/HV_vhub_5"}
    assert messages(peering_not_connected, there.network()) == []
    there.near["peeringState"] = "Disconnected"
    assert len(findings(peering_not_connected, there.network())) == 1


def test_cannot_tell_of_a_half_in_another_subscription() -> None:
    there = a_spoke()
    there.move_hub_away()
    (told,) = unknowns(peering_not_connected, there.network())
    assert (told.resource_id.name, told.gap.code) == ("spoke-to-hub", "NotCollected")
    assert told.gap.scope.endswith("virtualNetworks/far")


@pytest.mark.parametrize(("state", "code"), [("Healing", "InvalidValue"), (None, "NotCollected")])
def test_cannot_tell_what_an_unknown_state_means(state: str | None, code: str) -> None:
    there = a_spoke()
    there.far["peeringState"] = state
    (told,) = unknowns(peering_not_connected, there.network())
    assert (told.resource_id.name, told.gap.code) == ("hub-to-spoke", code)
    assert "properties.virtualNetworkPeerings[hub-to-spoke].peeringState" in told.gap.message


def test_cannot_tell_without_the_virtual_networks() -> None:
    network = a_spoke().network(refused=["Microsoft.Network/virtualNetworks"])
    assert [(u.resource_id.name, u.gap.status) for u in unknowns(peering_not_connected, network)] == [("spoke", 403)]


def test_cannot_tell_of_a_peering_that_names_nobody() -> None:
    there = a_spoke()
    there.near["remoteVirtualNetwork"] = None
    there.far["remoteVirtualNetwork"] = None
    assert [u.gap.message for u in unknowns(peering_not_connected, there.network())] == [
        "peering spoke-to-hub names no remote virtual network"
    ]


def test_cannot_tell_of_a_network_that_did_not_parse() -> None:
    there = a_spoke()
    there.near["allowForwardedTraffic"] = "perhaps"
    assert [u.gap.code for u in unknowns(peering_not_connected, there.network())] == ["InvalidValue"]


def test_is_of_high_severity_where_nothing_is_said() -> None:
    assert peering_not_connected.severity is Severity.HIGH
