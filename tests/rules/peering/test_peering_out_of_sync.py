import pytest

from aks_audit.findings import Severity
from aks_audit.rules.peering.peering_out_of_sync import peering_out_of_sync
from tests.networks import findings, messages, only, unknowns

from .spokes import a_spoke


def test_is_quiet_where_both_halves_are_in_sync() -> None:
    assert messages(peering_out_of_sync, a_spoke().network()) == []


def test_finds_the_prefix_that_a_half_has_not_seen() -> None:
    there = a_spoke()
    there.near |= {
        "peeringSyncLevel": "RemoteNotInSync",
        "remoteVirtualNetworkAddressSpace": {"addressPrefixes": ["10.0.0.0/16", "10.5.0.0/16"]},
    }
    finding = only(findings(peering_out_of_sync, there.network()))
    assert finding.message == (
        "spoke and hub are out of sync: spoke-to-hub of spoke is RemoteNotInSync, without 10.5.0.0/16"
    )
    assert finding.resource_id.name == "spoke-to-hub"
    assert [resource.name for resource in finding.affected] == ["aks1", "hub"]
    path = "properties.virtualNetworkPeerings[spoke-to-hub]"
    assert [(e.resource_id.name, e.path, e.value) for e in finding.evidence] == [
        ("spoke", f"{path}.peeringSyncLevel", "RemoteNotInSync"),
        ("spoke", f"{path}.remoteAddressSpace.addressPrefixes", ("10.0.0.0/16",)),
    ]


@pytest.mark.parametrize("level", ["localnotinsync", "LocalAndRemoteNotInSync", "RemoteNotInSync"])
def test_finds_any_other_level_on_the_other_half(level: str) -> None:
    there = a_spoke()
    there.far["peeringSyncLevel"] = level
    (message,) = messages(peering_out_of_sync, there.network())
    assert message == f"spoke and hub are out of sync: hub-to-spoke of hub is {level}"


def test_ignores_a_peering_that_is_not_connected() -> None:
    there = a_spoke()
    there.near |= {"peeringSyncLevel": "LocalNotInSync", "peeringState": "Disconnected"}
    assert messages(peering_out_of_sync, there.network()) == []


def test_needs_one_half_only() -> None:
    there = a_spoke()
    there.move_hub_away()
    assert messages(peering_out_of_sync, there.network()) == []


def test_cannot_tell_without_the_level() -> None:
    there = a_spoke()
    del there.near["peeringSyncLevel"]
    (told,) = unknowns(peering_out_of_sync, there.network())
    assert (told.resource_id.name, told.gap.code) == ("spoke-to-hub", "NotCollected")


def test_cannot_tell_what_an_unknown_level_means() -> None:
    there = a_spoke()
    there.near["peeringSyncLevel"] = "Halfway"
    (told,) = unknowns(peering_out_of_sync, there.network())
    assert (told.gap.code, "'Halfway'" in told.gap.message) == ("InvalidValue", True)


def test_is_of_medium_severity_where_nothing_is_said() -> None:
    assert peering_out_of_sync.severity is Severity.MEDIUM
