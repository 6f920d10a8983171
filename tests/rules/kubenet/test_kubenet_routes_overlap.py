from aks_audit.findings import Severity
from aks_audit.rules.kubenet.kubenet_routes_overlap import kubenet_routes_overlap
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import (
    ROUTE_TABLES,
    SCALE_SET_NICS,
    a_kubenet_estate,
    make_dual_stack,
    remove_node,
    routes,
    the_cluster,
    the_table,
)


def test_is_quiet_where_each_node_has_a_range_of_its_own() -> None:
    assert messages(kubenet_routes_overlap, network_of(a_kubenet_estate(subnets=2))) == []


def test_finds_two_nodes_with_one_range() -> None:
    estate = a_kubenet_estate()
    first, second = routes(estate)[:2]
    second["properties"]["addressPrefix"] = "10.244.0.0/24"
    finding = only(findings(kubenet_routes_overlap, network_of(estate)))
    assert f"{second['name']} (10.244.0.0/24 to 10.1.0.5) lies in {first['name']}" in finding.message
    assert finding.key == "prefixes"
    assert finding.severity is None


def test_finds_a_narrower_route_that_takes_a_part_of_a_nodes_range() -> None:
    estate = a_kubenet_estate()
    estate.add_route(the_table(estate), "10.244.1.128/25", "10.9.0.4", "by-hand")
    (message,) = messages(kubenet_routes_overlap, network_of(estate))
    assert "by-hand (10.244.1.128/25 to 10.9.0.4) lies in" in message


def test_finds_a_node_that_kept_the_route_of_its_former_range() -> None:
    estate = a_kubenet_estate()
    node = routes(estate)[0]["name"].partition("____")[0]
    estate.add_route(the_table(estate), "10.244.9.0/24", "10.1.0.4", f"{node}____102449024")
    finding = only(findings(kubenet_routes_overlap, network_of(estate)))
    assert "one next hop for several pod ranges: 10.1.0.4 for 10.244.0.0/24 and 10.244.9.0/24" in finding.message
    assert finding.key == "next-hop"


def test_takes_two_families_of_one_node_for_right() -> None:
    estate = a_kubenet_estate()
    make_dual_stack(estate)
    both = routes(estate)[0]["properties"]["nextHopIpAddress"]
    routes(estate)[3]["properties"]["nextHopIpAddress"] = both
    assert messages(kubenet_routes_overlap, network_of(estate)) == []


def test_takes_a_broader_route_of_the_owner_for_harmless() -> None:
    estate = a_kubenet_estate()
    for prefix in ("10.0.0.0/8", "10.244.0.0/16", "0.0.0.0/0"):
        estate.add_route(the_table(estate), prefix, "10.9.0.4")
    assert messages(kubenet_routes_overlap, network_of(estate)) == []


def test_leaves_stale_routes_to_the_rule_for_them() -> None:
    estate = a_kubenet_estate()
    remove_node(estate)
    routes(estate)[0]["properties"] |= {"addressPrefix": "10.244.1.0/25", "nextHopIpAddress": "10.1.0.99"}
    assert messages(kubenet_routes_overlap, network_of(estate)) == []


def test_leaves_a_wrong_next_hop_to_the_rule_for_that() -> None:
    estate = a_kubenet_estate()
    routes(estate)[0]["properties"]["nextHopIpAddress"] = "10.1.0.5"
    assert messages(kubenet_routes_overlap, network_of(estate)) == []


def test_is_no_alarm_while_a_write_is_under_way() -> None:
    estate = a_kubenet_estate()
    routes(estate)[1]["properties"]["addressPrefix"] = "10.244.0.0/24"
    the_cluster(estate)["properties"]["provisioningState"] = "Upgrading"
    assert only(findings(kubenet_routes_overlap, network_of(estate))).severity is Severity.INFO


def test_cannot_tell_without_the_table_or_the_nodes() -> None:
    for refused in (ROUTE_TABLES, SCALE_SET_NICS):
        network = network_of(a_kubenet_estate(), refused=[refused])
        assert [u.gap.status for u in unknowns(kubenet_routes_overlap, network)] == [403]
