from aks_audit.findings import Severity
from aks_audit.rules.peering.forwarded_traffic_refused import forwarded_traffic_refused
from tests.networks import findings, messages, only, unknowns

from .spokes import Spoke, a_spoke


def a_spoke_behind_an_appliance(next_hop: str = "10.0.4.4") -> Spoke:
    return a_spoke(outbound_type="userDefinedRouting", next_hop=next_hop)


def test_is_quiet_where_forwarded_traffic_is_allowed() -> None:
    assert messages(forwarded_traffic_refused, a_spoke_behind_an_appliance().network()) == []


def test_is_quiet_where_no_route_leads_to_the_hub() -> None:
    there = a_spoke()
    there.near["allowForwardedTraffic"] = False
    assert messages(forwarded_traffic_refused, there.network()) == []
    elsewhere = a_spoke_behind_an_appliance(next_hop="10.1.200.4")
    elsewhere.near["allowForwardedTraffic"] = False
    assert messages(forwarded_traffic_refused, elsewhere.network()) == []


def test_is_quiet_about_the_half_of_the_other_direction() -> None:
    there = a_spoke_behind_an_appliance()
    there.far["allowForwardedTraffic"] = False
    assert messages(forwarded_traffic_refused, there.network()) == []


def test_finds_the_receiving_half_that_refuses() -> None:
    there = a_spoke_behind_an_appliance()
    there.near["allowForwardedTraffic"] = False
    finding = only(findings(forwarded_traffic_refused, there.network()))
    assert finding.message == (
        "spoke-to-hub of spoke has allowForwardedTraffic false, but route default of rt-aks1 (0.0.0.0/0) leads to "
        "10.0.4.4 in hub; hub-to-spoke, for the other direction, has true"
    )
    assert finding.resource_id.name == "spoke-to-hub"
    assert finding.severity is None
    assert finding.cluster_id is not None
    assert [resource.name for resource in finding.affected] == ["aks1", "hub"]
    assert [(e.resource_id.name, e.path, e.value) for e in finding.evidence] == [
        ("spoke", "properties.virtualNetworkPeerings[spoke-to-hub].allowForwardedTraffic", False),
        ("hub", "properties.virtualNetworkPeerings[hub-to-spoke].allowForwardedTraffic", True),
        ("rt-aks1", "properties.routes[default].nextHopIpAddress", "10.0.4.4"),
    ]


def test_says_what_the_other_half_has() -> None:
    there = a_spoke_behind_an_appliance()
    there.near["allowForwardedTraffic"] = there.far["allowForwardedTraffic"] = False
    assert messages(forwarded_traffic_refused, there.network())[0].endswith("for the other direction, has false")
    del there.far["allowForwardedTraffic"]
    assert messages(forwarded_traffic_refused, there.network())[0].endswith("for the other direction, has nothing")


def test_needs_ones_own_half_only() -> None:
    there = a_spoke_behind_an_appliance()
    there.move_hub_away()
    there.near["allowForwardedTraffic"] = False
    assert messages(forwarded_traffic_refused, there.network()) == [
        "spoke-to-hub of spoke has allowForwardedTraffic false, but route default of rt-aks1 (0.0.0.0/0) leads to "
        "10.0.4.4 in far"
    ]


def test_ignores_tables_of_subnets_without_a_cluster() -> None:
    there = a_spoke()
    there.near["allowForwardedTraffic"] = False
    other = there.estate.add_subnet(there.spoke, "other", "10.1.9.0/24")
    there.estate.route_table("rt", {"0.0.0.0/0": "10.0.4.4"}, subnets=[other])
    assert messages(forwarded_traffic_refused, there.network()) == []


def test_ignores_a_peering_that_is_not_connected() -> None:
    there = a_spoke_behind_an_appliance()
    there.near |= {"allowForwardedTraffic": False, "peeringState": "Disconnected"}
    assert messages(forwarded_traffic_refused, there.network()) == []


def test_cannot_tell_where_the_flag_is_not_given() -> None:
    there = a_spoke_behind_an_appliance()
    del there.near["allowForwardedTraffic"]
    (told,) = unknowns(forwarded_traffic_refused, there.network())
    assert (told.resource_id.name, told.gap.message.rpartition(".")[2]) == (
        "spoke-to-hub",
        "allowForwardedTraffic is not given",
    )


def test_cannot_tell_without_the_route_table() -> None:
    there = a_spoke_behind_an_appliance()
    there.near["allowForwardedTraffic"] = False
    network = there.network(refused=["Microsoft.Network/routeTables"])
    (told,) = unknowns(forwarded_traffic_refused, network)
    assert (told.resource_id.name, told.gap.status) == ("rt-aks1", 403)


def test_cannot_tell_where_a_route_did_not_parse() -> None:
    there = a_spoke_behind_an_appliance()
    there.near["allowForwardedTraffic"] = False
    (table,) = there.estate.of_type("routeTables")
    table["properties"]["routes"][0]["properties"]["nextHopIpAddress"] = "10.0.4"
    (told,) = unknowns(forwarded_traffic_refused, there.network())
    assert (told.resource_id.name, told.gap.code) == ("rt-aks1", "InvalidValue")


def test_is_of_medium_severity_where_nothing_is_said() -> None:
    assert forwarded_traffic_refused.severity is Severity.MEDIUM
