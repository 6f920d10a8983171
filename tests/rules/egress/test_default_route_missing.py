from aks_audit.findings import Severity
from aks_audit.rules.egress.default_route_missing import default_route_missing
from tests.estate import Estate
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import FIREWALL, TABLES, VNETS, a_spoke


def test_is_quiet_with_a_default_route() -> None:
    assert messages(default_route_missing, network_of(a_spoke().estate)) == []
    assert messages(default_route_missing, network_of(a_spoke("kubenet").estate)) == []


def test_finds_a_table_without_one_once_for_all_its_subnets() -> None:
    spoke = a_spoke()
    spoke.table["properties"]["routes"] = []
    spoke.estate.add_route(spoke.table, "10.0.0.0/8", FIREWALL)
    finding = only(findings(default_route_missing, network_of(spoke.estate)))
    assert finding.message == (
        "rt, on nodes, more of aks1, has no 0.0.0.0/0 route, so traffic takes the system's route to the Internet, past "
        "any firewall"
    )
    assert finding.resource_id.text == spoke.table["id"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.routes[].addressPrefix", ("10.0.0.0/8",)),
        ("properties.networkProfile.outboundType", "userDefinedRouting"),
    ]
    assert [each.name for each in finding.affected] == ["nodes", "more", "aks1"]
    assert finding.cluster_id
    assert finding.severity is None


def test_finds_it_in_kubenets_table_among_the_pod_routes() -> None:
    spoke = a_spoke("kubenet")
    routes = spoke.table["properties"]["routes"]
    spoke.table["properties"]["routes"] = [route for route in routes if route["name"] != "default"]
    finding = only(findings(default_route_missing, network_of(spoke.estate)))
    assert finding.message.startswith("rt, on nodes, more of aks1, has no 0.0.0.0/0 route")


def test_private_subnets_have_no_way_out_at_all() -> None:
    spoke = a_spoke()
    spoke.table["properties"]["routes"] = []
    for name in ("nodes", "more"):
        spoke.subnet(name)["properties"]["defaultOutboundAccess"] = False
    finding = only(findings(default_route_missing, network_of(spoke.estate)))
    assert finding.message.endswith("has no 0.0.0.0/0 route, and the subnets are private: nothing leaves")
    assert [e.value for e in finding.evidence if e.path == "properties.defaultOutboundAccess"] == [False, False]


def test_a_gateway_that_may_advertise_one_makes_it_medium() -> None:
    spoke = a_spoke()
    spoke.table["properties"]["routes"] = []
    spoke.estate.virtual_network_gateway(spoke.hub, "er", prefix="10.0.9.0/27")
    spoke.peering["useRemoteGateways"] = True
    finding = only(findings(default_route_missing, network_of(spoke.estate)))
    assert finding.message.endswith(
        "has no 0.0.0.0/0 route; unless ER advertises one, which ARM does not show, traffic takes the system's route"
    )
    assert finding.severity is Severity.MEDIUM


def test_a_table_that_keeps_learned_routes_out_leaves_it_critical() -> None:
    spoke = a_spoke()
    spoke.table["properties"] |= {"routes": [], "disableBgpRoutePropagation": True}
    spoke.estate.virtual_network_gateway(spoke.vnet, "er")
    assert only(findings(default_route_missing, network_of(spoke.estate))).severity is None


def test_is_quiet_where_two_routes_cover_everything() -> None:
    spoke = a_spoke()
    spoke.table["properties"]["routes"] = []
    spoke.estate.add_route(spoke.table, "0.0.0.0/1", FIREWALL)
    assert len(messages(default_route_missing, network_of(spoke.estate))) == 1
    spoke.estate.add_route(spoke.table, "128.0.0.0/1", FIREWALL)
    assert messages(default_route_missing, network_of(spoke.estate)) == []


def test_is_quiet_about_other_outbound_types() -> None:
    estate = Estate()
    estate.cluster("aks1", "kubenet")
    assert messages(default_route_missing, network_of(estate)) == []


def test_is_quiet_about_a_subnet_without_a_table() -> None:
    spoke = a_spoke()
    for name in ("nodes", "more"):
        spoke.subnet(name)["properties"].pop("routeTable")
    assert messages(default_route_missing, network_of(spoke.estate)) == []


def test_cannot_tell_without_the_table_and_says_so_once() -> None:
    spoke = a_spoke()
    (answer,) = unknowns(default_route_missing, network_of(spoke.estate, refused=[TABLES]))
    assert (answer.resource_id.text, answer.gap.status) == (spoke.table["id"], 403)


def test_cannot_tell_without_the_subnets() -> None:
    network = network_of(a_spoke().estate, refused=[VNETS])
    assert [u.resource_id.name for u in unknowns(default_route_missing, network)] == ["nodes", "more"]


def test_cannot_tell_where_the_prefix_does_not_parse() -> None:
    spoke = a_spoke()
    spoke.default["addressPrefix"] = "0.0.0.0/x"
    assert len(unknowns(default_route_missing, network_of(spoke.estate))) == 1
