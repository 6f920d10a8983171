from aks_audit.findings import Severity
from aks_audit.rules.peering.gateway_transit_missing import gateway_transit_missing
from tests.estate import subnet
from tests.networks import findings, messages, only, unknowns

from .spokes import Spoke, a_spoke


def a_spoke_that_uses_the_hubs_gateway() -> Spoke:
    there = a_spoke()
    there.near["useRemoteGateways"] = True
    there.far["allowGatewayTransit"] = True
    return there


def test_is_quiet_where_both_halves_agree() -> None:
    assert messages(gateway_transit_missing, a_spoke_that_uses_the_hubs_gateway().network()) == []
    assert messages(gateway_transit_missing, a_spoke().network()) == []


def test_is_quiet_where_a_gateway_is_shared_and_nobody_uses_it() -> None:
    there = a_spoke()
    there.far["allowGatewayTransit"] = True
    assert messages(gateway_transit_missing, there.network()) == []


def test_finds_a_hub_that_does_not_share_its_gateway() -> None:
    there = a_spoke_that_uses_the_hubs_gateway()
    there.far["allowGatewayTransit"] = False
    finding = only(findings(gateway_transit_missing, there.network()))
    assert finding.message == (
        "spoke-to-hub of spoke uses the gateway of hub, but hub-to-spoke does not allow gateway transit"
    )
    assert finding.resource_id.name == "spoke-to-hub"
    assert [resource.name for resource in finding.affected] == ["aks1", "hub"]
    assert [(e.resource_id.name, e.path.rpartition(".")[2], e.value) for e in finding.evidence] == [
        ("spoke", "useRemoteGateways", True),
        ("hub", "allowGatewayTransit", False),
    ]


def test_finds_it_from_the_other_end_too() -> None:
    there = a_spoke()
    there.estate.cluster("aks0", subnet=subnet(there.hub, "shared"))
    there.far["useRemoteGateways"] = True
    assert messages(gateway_transit_missing, there.network()) == [
        "hub-to-spoke of hub uses the gateway of spoke, but spoke-to-hub does not allow gateway transit"
    ]


def test_ignores_a_peering_that_is_not_connected() -> None:
    there = a_spoke_that_uses_the_hubs_gateway()
    there.far |= {"allowGatewayTransit": False, "peeringState": "Disconnected"}
    assert messages(gateway_transit_missing, there.network()) == []


def test_cannot_tell_of_a_half_in_another_subscription() -> None:
    there = a_spoke_that_uses_the_hubs_gateway()
    there.move_hub_away()
    (told,) = unknowns(gateway_transit_missing, there.network())
    assert (told.resource_id.name, told.gap.code) == ("spoke-to-hub", "NotCollected")


def test_cannot_tell_where_the_flag_is_not_given() -> None:
    there = a_spoke_that_uses_the_hubs_gateway()
    del there.far["allowGatewayTransit"]
    (told,) = unknowns(gateway_transit_missing, there.network())
    assert (told.resource_id.name, told.gap.message.rpartition(".")[2]) == (
        "hub-to-spoke",
        "allowGatewayTransit is not given",
    )


def test_is_of_high_severity_where_nothing_is_said() -> None:
    assert gateway_transit_missing.severity is Severity.HIGH
