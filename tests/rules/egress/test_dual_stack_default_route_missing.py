from aks_audit.rules.egress.dual_stack_default_route_missing import dual_stack_default_route_missing
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import TABLES, VNETS, Spoke, a_spoke


def a_dual_stack() -> Spoke:
    spoke = a_spoke()
    spoke.profile(ipFamilies=["IPv4", "IPv6"])
    return spoke


def test_is_quiet_with_both_default_routes() -> None:
    spoke = a_dual_stack()
    spoke.estate.add_route(spoke.table, "::/0", "fd00::4")
    assert messages(dual_stack_default_route_missing, network_of(spoke.estate)) == []


def test_finds_a_table_without_one_for_the_second_family() -> None:
    spoke = a_dual_stack()
    finding = only(findings(dual_stack_default_route_missing, network_of(spoke.estate)))
    assert finding.message == ("rt, on nodes, more of aks1, has no ::/0 route, although the cluster is dual stack")
    assert finding.resource_id.text == spoke.table["id"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.routes[].addressPrefix", ("0.0.0.0/0",)),
        ("properties.networkProfile.ipFamilies", ("IPv4", "IPv6")),
    ]
    assert [each.name for each in finding.affected] == ["nodes", "more", "aks1"]
    assert finding.cluster_id
    assert finding.severity is None


def test_finds_it_where_the_network_has_the_systems_route() -> None:
    spoke = a_dual_stack()
    spoke.vnet["properties"]["addressSpace"]["addressPrefixes"].append("fd00::/48")
    assert len(messages(dual_stack_default_route_missing, network_of(spoke.estate))) == 1


def test_is_quiet_where_it_is_dropped_on_purpose() -> None:
    spoke = a_dual_stack()
    spoke.estate.add_route(spoke.table, "::/0", "None")
    assert messages(dual_stack_default_route_missing, network_of(spoke.estate)) == []


def test_is_quiet_about_one_family_other_outbound_types_and_missing_tables() -> None:
    assert messages(dual_stack_default_route_missing, network_of(a_spoke().estate)) == []
    spoke = a_dual_stack()
    for name in ("nodes", "more"):
        spoke.subnet(name)["properties"].pop("routeTable")
    assert messages(dual_stack_default_route_missing, network_of(spoke.estate)) == []
    spoke = a_dual_stack()
    spoke.profile(outboundType="loadBalancer")
    assert messages(dual_stack_default_route_missing, network_of(spoke.estate)) == []


def test_cannot_tell_without_the_tables() -> None:
    (answer,) = unknowns(dual_stack_default_route_missing, network_of(a_dual_stack().estate, refused=[TABLES]))
    assert (answer.resource_id.name, answer.gap.status) == ("rt", 403)


def test_cannot_tell_without_the_subnets() -> None:
    answers = unknowns(dual_stack_default_route_missing, network_of(a_dual_stack().estate, refused=[VNETS]))
    assert [(answer.resource_id.name, answer.gap.status) for answer in answers] == [("nodes", 403), ("more", 403)]
