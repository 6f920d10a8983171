from aks_audit.findings import Severity
from aks_audit.rules.egress.default_routes_differ import default_routes_differ
from tests.estate import Json
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import FIREWALL, TABLES, VNETS, Spoke, a_spoke


def with_two_tables(next_hop: str) -> tuple[Spoke, Json]:
    spoke = a_spoke()
    table = spoke.estate.route_table("rt2", {"0.0.0.0/0": next_hop}, subnets=[spoke.subnet("more")])
    return spoke, table


def test_is_quiet_about_one_table_and_about_equal_ones() -> None:
    assert messages(default_routes_differ, network_of(a_spoke().estate)) == []
    assert messages(default_routes_differ, network_of(with_two_tables(FIREWALL)[0].estate)) == []


def test_finds_two_appliances() -> None:
    spoke, _ = with_two_tables("10.0.1.5")
    finding = only(findings(default_routes_differ, network_of(spoke.estate)))
    assert finding.message == (
        "aks1: its subnets' default routes differ: nodes to VirtualAppliance 10.0.1.4; "
        "more to VirtualAppliance 10.0.1.5"
    )
    assert finding.resource_id.key == spoke.cluster["id"].lower()
    assert finding.cluster_id == finding.resource_id
    assert [(e.resource_id.name, e.path, e.value) for e in finding.evidence] == [
        ("rt", "properties.routes[default].addressPrefix", "0.0.0.0/0"),
        ("rt", "properties.routes[default].nextHopType", "VirtualAppliance"),
        ("rt", "properties.routes[default].nextHopIpAddress", FIREWALL),
        ("rt2", "properties.routes[default].addressPrefix", "0.0.0.0/0"),
        ("rt2", "properties.routes[default].nextHopType", "VirtualAppliance"),
        ("rt2", "properties.routes[default].nextHopIpAddress", "10.0.1.5"),
        ("aks1", "properties.networkProfile.outboundType", "userDefinedRouting"),
    ]
    assert [each.name for each in finding.affected] == ["nodes", "more", "rt", "rt2"]
    assert finding.severity is Severity.MEDIUM


def test_different_types_are_high() -> None:
    spoke, _ = with_two_tables("VirtualNetworkGateway")
    finding = only(findings(default_routes_differ, network_of(spoke.estate)))
    assert finding.message.endswith("nodes to VirtualAppliance 10.0.1.4; more to VirtualNetworkGateway")
    assert finding.severity is None


def test_is_quiet_about_a_subnet_without_a_default_route() -> None:
    spoke, table = with_two_tables(FIREWALL)
    table["properties"]["routes"] = []
    assert messages(default_routes_differ, network_of(spoke.estate)) == []


def test_is_quiet_about_other_outbound_types() -> None:
    spoke, _ = with_two_tables("10.0.1.5")
    spoke.profile(outboundType="loadBalancer")
    assert messages(default_routes_differ, network_of(spoke.estate)) == []


def test_cannot_tell_without_the_tables() -> None:
    network = network_of(with_two_tables("10.0.1.5")[0].estate, refused=[TABLES])
    assert [u.resource_id.name for u in unknowns(default_routes_differ, network)] == ["rt", "rt2"]


def test_cannot_tell_without_the_subnets() -> None:
    answers = unknowns(default_routes_differ, network_of(a_spoke().estate, refused=[VNETS]))
    assert [(answer.resource_id.name, answer.gap.status) for answer in answers] == [("nodes", 403), ("more", 403)]
