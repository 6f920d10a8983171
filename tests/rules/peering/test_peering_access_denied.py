from aks_audit.findings import Severity
from aks_audit.rules.peering.peering_access_denied import peering_access_denied
from tests.networks import findings, messages, only, unknowns

from .spokes import ELSEWHERE, a_spoke


def test_is_quiet_where_both_halves_allow_access() -> None:
    assert messages(peering_access_denied, a_spoke().network()) == []


def test_finds_the_half_that_refuses() -> None:
    there = a_spoke()
    there.far["allowVirtualNetworkAccess"] = False
    finding = only(findings(peering_access_denied, there.network()))
    assert finding.message == "spoke and hub are peered, but hub-to-spoke of hub refuses access"
    assert finding.resource_id.name == "spoke-to-hub"
    assert finding.cluster_id is not None
    assert [resource.name for resource in finding.affected] == ["aks1", "hub"]
    assert [(e.resource_id.name, e.path.rpartition(".")[2], e.value) for e in finding.evidence] == [
        ("spoke", "allowVirtualNetworkAccess", True),
        ("hub", "allowVirtualNetworkAccess", False),
    ]


def test_finds_both_halves_once() -> None:
    there = a_spoke()
    there.near["allowVirtualNetworkAccess"] = there.far["allowVirtualNetworkAccess"] = False
    assert messages(peering_access_denied, there.network()) == [
        "spoke and hub are peered, but spoke-to-hub of spoke and hub-to-spoke of hub refuse access"
    ]


def test_judges_ones_own_half_where_the_other_was_not_read() -> None:
    there = a_spoke()
    there.move_hub_away()
    there.near["allowVirtualNetworkAccess"] = False
    assert messages(peering_access_denied, there.network()) == [
        "spoke and far are peered, but spoke-to-hub of spoke refuses access"
    ]


def test_ignores_a_peering_that_is_not_connected() -> None:
    there = a_spoke()
    there.near |= {"allowVirtualNetworkAccess": False, "peeringState": "Disconnected"}
    assert messages(peering_access_denied, there.network()) == []


def test_asks_nobody_for_the_half_of_a_virtual_wan() -> None:
    there = a_spoke()
    there.spoke["properties"]["virtualNetworkPeerings"][0]["name"] = "RemoteVnetToHubPeering_5"
    there.near["remoteVirtualNetwork"] = {"id": f"{ELSEWHERE}/virtualNetworks/HV_vhub_5"}
    assert messages(peering_access_denied, there.network()) == []


def test_cannot_tell_of_a_half_in_another_subscription() -> None:
    there = a_spoke()
    there.move_hub_away()
    (told,) = unknowns(peering_access_denied, there.network())
    assert (told.resource_id.name, told.gap.code) == ("spoke-to-hub", "NotCollected")


def test_cannot_tell_where_the_flag_is_not_given() -> None:
    there = a_spoke()
    del there.far["allowVirtualNetworkAccess"]
    (told,) = unknowns(peering_access_denied, there.network())
    assert told.resource_id.name == "hub-to-spoke"
    assert told.gap.message.endswith("allowVirtualNetworkAccess is not given")


def test_is_of_medium_severity_where_nothing_is_said() -> None:
    assert peering_access_denied.severity is Severity.MEDIUM
