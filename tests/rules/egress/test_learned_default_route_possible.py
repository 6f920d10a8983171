from aks_audit.rules.egress.learned_default_route_possible import learned_default_route_possible
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import TABLES, Spoke, a_spoke


def beside_a_gateway() -> Spoke:
    spoke = a_spoke(outbound_type="loadBalancer")
    spoke.table["properties"]["routes"] = []
    spoke.estate.virtual_network_gateway(spoke.vnet, "er")
    return spoke


def test_is_quiet_without_a_gateway() -> None:
    spoke = a_spoke(outbound_type="loadBalancer")
    spoke.table["properties"]["routes"] = []
    assert messages(learned_default_route_possible, network_of(spoke.estate)) == []


def test_finds_a_gateway_whose_routes_are_let_in() -> None:
    spoke = beside_a_gateway()
    spoke.subnet("more")["properties"].pop("routeTable")
    finding = only(findings(learned_default_route_possible, network_of(spoke.estate)))
    assert finding.message == "spoke: nodes, more of aks1 take what ER learns, a default route included"
    assert finding.resource_id.text == spoke.vnet["id"]
    assert [(e.resource_id.name, e.path, e.value) for e in finding.evidence] == [
        ("rt", "properties.disableBgpRoutePropagation", False),
        ("more", "properties.routeTable.id", None),
    ]
    assert [each.name for each in finding.affected] == ["ER", "nodes", "more", "aks1"]
    assert finding.cluster_id
    assert finding.key == "ER"


def test_finds_the_gateway_of_a_hub_that_is_used() -> None:
    spoke = a_spoke(outbound_type="loadBalancer")
    spoke.table["properties"]["routes"] = []
    spoke.peering["useRemoteGateways"] = True
    assert messages(learned_default_route_possible, network_of(spoke.estate)) == [
        "spoke: nodes, more of aks1 take what hub learns, a default route included"
    ]


def test_is_quiet_where_the_table_keeps_learned_routes_out() -> None:
    spoke = beside_a_gateway()
    spoke.table["properties"]["disableBgpRoutePropagation"] = True
    assert messages(learned_default_route_possible, network_of(spoke.estate)) == []


def test_is_quiet_where_the_owner_has_a_default_route_or_leaves_by_routes_alone() -> None:
    spoke = beside_a_gateway()
    spoke.estate.add_route(spoke.table, "0.0.0.0/0", "Internet")
    assert messages(learned_default_route_possible, network_of(spoke.estate)) == []
    spoke.table["properties"]["routes"] = []
    spoke.profile(outboundType="userDefinedRouting")
    assert messages(learned_default_route_possible, network_of(spoke.estate)) == []


def test_cannot_tell_without_the_tables() -> None:
    (answer,) = unknowns(learned_default_route_possible, network_of(beside_a_gateway().estate, refused=[TABLES]))
    assert answer.gap.status == 403
