from aks_audit.findings import Severity
from aks_audit.rules.egress.route_table_missing import route_table_missing
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import TABLES, VNETS, a_spoke


def test_is_quiet_with_a_table_on_every_subnet() -> None:
    assert messages(route_table_missing, network_of(a_spoke().estate)) == []
    assert messages(route_table_missing, network_of(a_spoke("cni-pod-subnet-dynamic", pods=True).estate)) == []


def test_finds_a_node_subnet_without_one() -> None:
    spoke = a_spoke()
    spoke.subnet()["properties"].pop("routeTable")
    finding = only(findings(route_table_missing, network_of(spoke.estate)))
    assert finding.message == (
        "nodes, with nodes of aks1, has no route table, although the outbound type is userDefinedRouting"
    )
    assert finding.resource_id.text == spoke.subnet()["id"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.routeTable.id", None),
        ("properties.networkProfile.outboundType", "userDefinedRouting"),
    ]
    assert finding.severity is None
    assert finding.cluster_id
    assert finding.affected == (finding.cluster_id,)


def test_finds_one_subnet_once_for_all_the_clusters_in_it() -> None:
    spoke = a_spoke()
    nodes = spoke.subnet()
    spoke.estate.cluster("aks2", subnet=nodes, outbound_type="userDefinedRouting", route_table=spoke.table)
    nodes["properties"].pop("routeTable")
    finding = only(findings(route_table_missing, network_of(spoke.estate)))
    assert "with nodes of aks1, aks2, has no route table" in finding.message
    assert [each.name for each in finding.affected] == ["aks1", "aks2"]
    assert finding.cluster_id is None


def test_finds_a_table_that_is_gone() -> None:
    spoke = a_spoke()
    spoke.estate.remove(spoke.table)
    assert messages(route_table_missing, network_of(spoke.estate)) == [
        f"{name}, with nodes of aks1, refers to route table rt, which does not exist, although the outbound type is "
        "userDefinedRouting"
        for name in ("nodes", "more")
    ]


def test_a_pod_subnet_without_one_is_medium() -> None:
    spoke = a_spoke("cni-pod-subnet-dynamic", pods=True)
    spoke.subnet("pods")["properties"].pop("routeTable")
    finding = only(findings(route_table_missing, network_of(spoke.estate)))
    assert finding.message.startswith("pods, with pods of aks1, has no route table")
    assert finding.severity is Severity.MEDIUM


def test_a_gateway_that_may_advertise_a_default_route_makes_it_medium() -> None:
    spoke = a_spoke()
    spoke.subnet()["properties"].pop("routeTable")
    spoke.estate.virtual_network_gateway(spoke.vnet, "er")
    finding = only(findings(route_table_missing, network_of(spoke.estate)))
    assert finding.message.endswith("userDefinedRouting; ER may advertise a default route, which ARM does not show")
    assert finding.severity is Severity.MEDIUM


def test_is_quiet_about_other_outbound_types_and_clusters_going_away() -> None:
    spoke = a_spoke()
    spoke.subnet()["properties"].pop("routeTable")
    spoke.profile(outboundType="loadBalancer")
    assert messages(route_table_missing, network_of(spoke.estate)) == []
    spoke.profile(outboundType="userDefinedRouting")
    spoke.cluster["properties"]["provisioningState"] = "Deleting"
    assert messages(route_table_missing, network_of(spoke.estate)) == []


def test_the_outbound_type_counts_in_any_case() -> None:
    spoke = a_spoke()
    spoke.subnet()["properties"].pop("routeTable")
    spoke.profile(outboundType="UserDefinedRouting")
    assert len(messages(route_table_missing, network_of(spoke.estate))) == 1


def test_leaves_kubenet_to_its_own_rule() -> None:
    spoke = a_spoke("kubenet")
    spoke.subnet()["properties"].pop("routeTable")
    assert messages(route_table_missing, network_of(spoke.estate)) == []


def test_cannot_tell_without_the_subnets() -> None:
    network = network_of(a_spoke().estate, refused=[VNETS])
    assert [(u.resource_id.name, u.gap.status) for u in unknowns(route_table_missing, network)] == [
        ("nodes", 403),
        ("more", 403),
    ]


def test_cannot_tell_of_a_subnet_with_a_value_that_does_not_parse() -> None:
    spoke = a_spoke()
    spoke.subnet()["properties"] |= {"routeTable": 5}
    (answer,) = unknowns(route_table_missing, network_of(spoke.estate))
    assert answer.resource_id.text == spoke.subnet()["id"]


def test_is_quiet_where_only_the_tables_were_refused() -> None:
    """That there is a table is told by the subnet."""
    assert messages(route_table_missing, network_of(a_spoke().estate, refused=[TABLES])) == []
