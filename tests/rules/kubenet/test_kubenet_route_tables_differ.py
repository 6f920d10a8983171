from aks_audit.rules.kubenet.kubenet_route_tables_differ import kubenet_route_tables_differ
from tests.estate import subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import ROUTE_TABLES, VIRTUAL_NETWORKS, a_kubenet_estate, detach, the_table, the_vnet


def test_is_quiet_where_the_subnets_share_the_table() -> None:
    assert messages(kubenet_route_tables_differ, network_of(a_kubenet_estate(subnets=2))) == []


def test_finds_two_tables() -> None:
    estate = a_kubenet_estate(subnets=2)
    estate.route_table("rt-other", subnets=[subnet(the_vnet(estate), "nodes2")])
    finding = only(findings(kubenet_route_tables_differ, network_of(estate)))
    made = the_table(estate)["name"]
    assert finding.message == f"aks1 has its nodes on 2 route tables: {made} on nodes, rt-other on nodes2"
    assert len(finding.evidence) == 2


def test_leaves_a_subnet_without_a_table_to_the_rule_for_that() -> None:
    estate = a_kubenet_estate(subnets=2)
    detach(estate, "nodes2")
    assert messages(kubenet_route_tables_differ, network_of(estate)) == []


def test_leaves_a_table_that_does_not_exist_to_the_rule_for_that() -> None:
    estate = a_kubenet_estate(subnets=2)
    subnet(the_vnet(estate), "nodes2")["properties"]["routeTable"] = {"id": f"{the_table(estate)['id']}-gone"}
    assert messages(kubenet_route_tables_differ, network_of(estate)) == []


def test_needs_no_table_to_see_that_they_differ() -> None:
    estate = a_kubenet_estate(subnets=2)
    estate.route_table("rt-other", subnets=[subnet(the_vnet(estate), "nodes2")])
    assert len(messages(kubenet_route_tables_differ, network_of(estate, refused=[ROUTE_TABLES]))) == 1


def test_cannot_tell_without_the_subnets() -> None:
    network = network_of(a_kubenet_estate(subnets=2), refused=[VIRTUAL_NETWORKS])
    assert [u.gap.status for u in unknowns(kubenet_route_tables_differ, network)] == [403, 403]
