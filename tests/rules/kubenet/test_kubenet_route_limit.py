from aks_audit.findings import Finding, Severity, Unknown
from aks_audit.model import select
from aks_audit.rules.kubenet.kubenet_route_limit import kubenet_route_limit
from aks_audit.settings import Settings, Thresholds
from tests.estate import Estate, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import (
    ROUTE_TABLES,
    SCALE_SET_NICS,
    a_kubenet_estate,
    make_dual_stack,
    routes,
    the_cluster,
    the_table,
    the_vnet,
)


def a_cluster(count: int, **changes: object) -> Estate:
    return a_kubenet_estate(pools=[Pool(count=count, **changes)])  # type: ignore[arg-type]


def judged(estate: Estate) -> Finding:
    return only(findings(kubenet_route_limit, network_of(estate)))


def test_is_quiet_where_there_is_room() -> None:
    assert messages(kubenet_route_limit, network_of(a_cluster(200, max_count=300, max_surge="33%"))) == []


def test_is_critical_where_the_upgrade_does_not_fit() -> None:
    finding = judged(a_cluster(390, max_surge="33%"))
    assert finding.severity is Severity.CRITICAL
    assert finding.latent
    assert "519 routes are needed for an upgrade of all pools, 119 more than the 400 of a table" in finding.message
    assert finding.arithmetic == "519 routes = 0 of no node + (390 + 129 surge) [aks1/np1]; limit 400, over by 119"


def test_is_critical_where_the_present_nodes_do_not_fit() -> None:
    finding = judged(a_cluster(401, max_surge="1"))
    assert (finding.severity, finding.latent) == (Severity.CRITICAL, False)
    assert "401 routes are needed for the present nodes, 1 more than" in finding.message


def test_is_high_where_the_autoscaler_reaches_further() -> None:
    finding = judged(a_cluster(10, max_count=401, max_surge="1"))
    assert finding.severity is Severity.HIGH
    assert finding.arithmetic == "401 routes = 0 of no node + 401 [aks1/np1]; limit 400, over by 1"


def test_is_high_where_an_upgrade_at_the_maximum_does_not_fit() -> None:
    finding = judged(a_cluster(10, max_count=400, max_surge="1"))
    assert finding.severity is Severity.HIGH
    assert finding.arithmetic == "401 routes = 0 of no node + (400 + 1 surge) [aks1/np1]; limit 400, over by 1"


def test_the_limit_itself_fits() -> None:
    assert judged(a_cluster(399, max_surge="1")).severity is Severity.MEDIUM


def test_is_medium_from_four_fifths_on() -> None:
    assert messages(kubenet_route_limit, network_of(a_cluster(319, max_surge="1"))) == []
    finding = judged(a_cluster(320, max_surge="1"))
    assert finding.severity is Severity.MEDIUM
    assert finding.arithmetic == "320 routes = 0 of no node + 320 [aks1/np1]; limit 400, 80 left"


def test_takes_the_limit_and_the_percentage_that_a_team_sets() -> None:
    settings = Settings(thresholds=Thresholds(route_limit=1000, used_percent_medium=50))
    assert messages(kubenet_route_limit, network_of(a_cluster(401, max_surge="1"), settings=settings)) == []
    finding = only(findings(kubenet_route_limit, network_of(a_cluster(500, max_surge="1"), settings=settings)))
    assert ": 500 routes are needed now, 50 % or more of the 1000 of a table (now 500, upgrade 501," in finding.message
    assert finding.arithmetic == "500 routes = 0 of no node + 500 [aks1/np1]; limit 1000, 500 left"


def test_counts_the_routes_of_the_owner_and_of_nodes_that_are_gone() -> None:
    estate = a_cluster(395, max_surge="1")
    for number in range(4):
        estate.add_route(the_table(estate), f"172.{20 + number}.0.0/16", "10.9.0.4")
    estate.add_route(the_table(estate), "10.245.200.0/24", "10.1.3.200", "aks-np1-12345678-vmss0000zz")
    finding = judged(estate)
    assert finding.severity is Severity.CRITICAL
    assert finding.arithmetic == "401 routes = 5 of no node + (395 + 1 surge) [aks1/np1]; limit 400, over by 1"


def test_counts_two_routes_a_node_with_dual_stack() -> None:
    estate = a_cluster(4, max_count=201, max_surge="1")
    make_dual_stack(estate)
    finding = judged(estate)
    assert finding.severity is Severity.HIGH
    assert finding.arithmetic == "402 routes = 0 of no node + 201 x 2 [aks1/np1]; limit 400, over by 2"


def test_sums_the_clusters_on_one_table_judged_or_not() -> None:
    estate = a_kubenet_estate(subnets=2, pools=[Pool(count=200, max_surge="1")])
    home = subnet(the_vnet(estate), "nodes2")
    pools = [Pool(count=200, max_surge="1")]
    estate.cluster("aks2", "kubenet", subnet=home, route_table=the_table(estate), pools=pools, pod_cidr="10.64.0.0/10")
    finding = only(findings(kubenet_route_limit, select(network_of(estate), names=("aks2",))))
    assert finding.arithmetic == (
        "402 routes = 0 of no node + (200 + 1 surge) [aks1/np1] + (200 + 1 surge) [aks2/np1]; limit 400, over by 2"
    )
    assert len(finding.affected) == 2


def test_cannot_tell_where_the_count_is_absent() -> None:
    estate = a_cluster(3)
    del the_cluster(estate)["properties"]["agentPoolProfiles"][0]["count"]
    (answer,) = unknowns(kubenet_route_limit, network_of(estate))
    assert (answer.gap.code, "count of pool np1" in answer.gap.message) == ("NotCollected", True)


def test_cannot_tell_without_the_table_or_the_nodes() -> None:
    for refused in (ROUTE_TABLES, SCALE_SET_NICS):
        network = network_of(a_cluster(3), refused=[refused])
        assert [u.gap.status for u in unknowns(kubenet_route_limit, network)] == [403]


def test_finds_what_is_certain_without_the_nodes() -> None:
    network = network_of(a_cluster(390, max_surge="33%"), refused=[SCALE_SET_NICS])
    answers = list(kubenet_route_limit.check(network))
    assert [a.arithmetic[:30] for a in answers if isinstance(a, Finding) and a.arithmetic] == [
        "519 routes = 0 of no node + (3"
    ]
    assert len([a for a in answers if isinstance(a, Unknown)]) == 1


def test_counts_a_route_that_does_not_parse() -> None:
    estate = a_cluster(3)
    routes(estate)[0]["properties"]["addressPrefix"] = "10.244.0.0/99"
    assert [u.gap.code for u in unknowns(kubenet_route_limit, network_of(estate))] == ["InvalidValue"]
