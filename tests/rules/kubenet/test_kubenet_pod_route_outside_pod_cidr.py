from aks_audit.rules.kubenet.kubenet_pod_route_outside_pod_cidr import kubenet_pod_route_outside_pod_cidr
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import (
    ROUTE_TABLES,
    SCALE_SET_NICS,
    a_kubenet_estate,
    make_dual_stack,
    routes,
    the_cluster,
    the_table,
)


def test_is_quiet_where_all_routes_are_inside() -> None:
    assert messages(kubenet_pod_route_outside_pod_cidr, network_of(a_kubenet_estate())) == []


def test_finds_a_nodes_route_outside() -> None:
    estate = a_kubenet_estate()
    routes(estate)[1]["properties"]["addressPrefix"] = "10.245.1.0/24"
    finding = only(findings(kubenet_pod_route_outside_pod_cidr, network_of(estate)))
    assert "has routes of nodes of aks1 outside its pod CIDR 10.244.0.0/16: " in finding.message
    assert "(10.245.1.0/24 to 10.1.0.5)" in finding.message
    assert len(finding.affected) == 1


def test_finds_a_prefix_that_is_broader_than_the_pod_cidr() -> None:
    estate = a_kubenet_estate()
    routes(estate)[1]["properties"]["addressPrefix"] = "10.0.0.0/8"
    assert len(messages(kubenet_pod_route_outside_pod_cidr, network_of(estate))) == 1


def test_finds_a_service_tag_under_a_nodes_name() -> None:
    estate = a_kubenet_estate()
    routes(estate)[1]["properties"]["addressPrefix"] = "Storage"
    (message,) = messages(kubenet_pod_route_outside_pod_cidr, network_of(estate))
    assert "(Storage to 10.1.0.5)" in message


def test_takes_both_families_of_dual_stack() -> None:
    estate = a_kubenet_estate()
    make_dual_stack(estate)
    assert messages(kubenet_pod_route_outside_pod_cidr, network_of(estate)) == []


def test_is_quiet_about_routes_that_carry_no_nodes_name() -> None:
    estate = a_kubenet_estate()
    estate.add_route(the_table(estate), "0.0.0.0/0", "10.1.0.4")
    assert messages(kubenet_pod_route_outside_pod_cidr, network_of(estate)) == []


def test_cannot_tell_where_dual_stack_shows_one_range_only() -> None:
    estate = a_kubenet_estate()
    make_dual_stack(estate)
    the_cluster(estate)["properties"]["networkProfile"]["podCidrs"].pop()
    gaps = [u.gap.code for u in unknowns(kubenet_pod_route_outside_pod_cidr, network_of(estate))]
    assert gaps == ["NotCollected"]


def test_cannot_tell_without_the_table_or_the_nodes() -> None:
    for refused in (ROUTE_TABLES, SCALE_SET_NICS):
        network = network_of(a_kubenet_estate(), refused=[refused])
        assert [u.gap.status for u in unknowns(kubenet_pod_route_outside_pod_cidr, network)] == [403]
