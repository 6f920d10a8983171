from aks_audit.findings import Severity
from aks_audit.rules.kubenet.kubenet_route_table_missing import kubenet_route_table_missing
from tests.estate import subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import ROUTE_TABLES, VIRTUAL_NETWORKS, a_kubenet_estate, detach, the_cluster, the_table, the_vnet


def test_is_quiet_where_every_subnet_has_the_table() -> None:
    assert messages(kubenet_route_table_missing, network_of(a_kubenet_estate(subnets=2))) == []


def test_finds_the_association_that_infrastructure_code_took_away() -> None:
    estate = a_kubenet_estate()
    detach(estate)
    finding = only(findings(kubenet_route_table_missing, network_of(estate)))
    table = the_table(estate)["name"]
    assert finding.message == (
        f"nodes, with nodes of aks1, has no route table, although AKS made {table}, which no subnet has: "
        "infrastructure as code may have taken it away"
    )
    assert finding.evidence[0].value is None
    assert [cluster.name for cluster in finding.affected] == ["aks1"]


def test_finds_the_subnet_of_a_new_pool_beside_one_with_the_table() -> None:
    estate = a_kubenet_estate(subnets=2)
    detach(estate, "nodes2")
    (message,) = messages(kubenet_route_table_missing, network_of(estate))
    assert message == f"nodes2, with nodes of aks1, has no route table, while nodes has {the_table(estate)['name']}"


def test_finds_a_table_that_does_not_exist() -> None:
    estate = a_kubenet_estate()
    subnet(the_vnet(estate), "nodes")["properties"]["routeTable"]["id"] += "-gone"
    (message,) = messages(kubenet_route_table_missing, network_of(estate))
    assert "-routetable-gone, which does not exist" in message


def test_is_one_finding_for_the_clusters_of_one_subnet() -> None:
    estate = a_kubenet_estate()
    estate.cluster("aks2", "kubenet", subnet=subnet(the_vnet(estate), "nodes"))
    detach(estate)
    finding = only(findings(kubenet_route_table_missing, network_of(estate)))
    assert [cluster.name for cluster in finding.affected] == ["aks1", "aks2"]
    assert finding.cluster_id is None


def test_is_no_alarm_while_the_cluster_is_written() -> None:
    estate = a_kubenet_estate()
    detach(estate)
    the_cluster(estate)["properties"]["provisioningState"] = "Creating"
    assert only(findings(kubenet_route_table_missing, network_of(estate))).severity is Severity.INFO


def test_cannot_tell_without_the_subnet_or_the_table() -> None:
    for refused in (VIRTUAL_NETWORKS, ROUTE_TABLES):
        network = network_of(a_kubenet_estate(), refused=[refused])
        assert [u.gap.status for u in unknowns(kubenet_route_table_missing, network)] == [403]


def test_cannot_tell_from_an_association_that_does_not_parse() -> None:
    estate = a_kubenet_estate()
    subnet(the_vnet(estate), "nodes")["properties"]["routeTable"] = "rt"
    assert [u.gap.code for u in unknowns(kubenet_route_table_missing, network_of(estate))] == ["InvalidValue"]
