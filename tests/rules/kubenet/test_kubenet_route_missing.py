from aks_audit.findings import Finding, Severity
from aks_audit.model import select
from aks_audit.rules.kubenet.kubenet_route_missing import kubenet_route_missing
from tests.estate import Estate
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import make_dual_stack, the_cluster, the_table


def a_kubenet_estate() -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24"})
    estate.cluster("aks1", "kubenet", subnet=f"{vnet['id']}/subnets/nodes")
    return estate


def drop_route(estate: Estate, number: int) -> str:
    routes = estate.of_type("routeTables")[0]["properties"]["routes"]
    return str(routes.pop(number)["name"])


def test_is_quiet_where_every_node_has_its_route() -> None:
    assert messages(kubenet_route_missing, network_of(a_kubenet_estate())) == []


def test_finds_the_node_whose_route_was_deleted() -> None:
    estate = a_kubenet_estate()
    node = drop_route(estate, 1).partition("____")[0]
    finding = only(findings(kubenet_route_missing, network_of(estate)))
    assert f"no route for 1 of 3 nodes of aks1: {node} (10.1.0.5)" in finding.message
    assert finding.arithmetic == "3 nodes - 2 with a route = 1 without"
    assert len(finding.affected) == 1


def test_takes_a_route_with_another_name_that_leads_to_the_node() -> None:
    estate = a_kubenet_estate()
    routes = estate.of_type("routeTables")[0]["properties"]["routes"]
    routes[0]["name"] = "made-by-hand"
    assert messages(kubenet_route_missing, network_of(estate)) == []


def test_is_no_alarm_while_a_write_is_under_way() -> None:
    estate = a_kubenet_estate()
    drop_route(estate, 0)
    estate.of_type("managedClusters")[0]["properties"]["provisioningState"] = "Upgrading"
    assert only(findings(kubenet_route_missing, network_of(estate))).severity is Severity.INFO


def test_finds_the_node_that_lacks_the_route_of_one_family() -> None:
    estate = a_kubenet_estate()
    make_dual_stack(estate)
    drop_route(estate, 4)
    finding = only(findings(kubenet_route_missing, network_of(estate)))
    assert "no route for 1 of 3 nodes of aks1: " in finding.message
    assert finding.message.endswith("(10.1.0.5, no IPv6)")


def test_takes_a_route_of_one_family_with_another_name() -> None:
    estate = a_kubenet_estate()
    make_dual_stack(estate)
    estate.of_type("routeTables")[0]["properties"]["routes"][4]["name"] = "made-by-hand"
    assert messages(kubenet_route_missing, network_of(estate)) == []


def test_leaves_a_route_that_leads_elsewhere_to_the_rule_for_that() -> None:
    estate = a_kubenet_estate()
    for route in estate.of_type("routeTables")[0]["properties"]["routes"]:
        route["properties"]["nextHopIpAddress"] = "10.9.0.4"
    assert messages(kubenet_route_missing, network_of(estate)) == []


def test_tells_without_the_nodes_of_another_cluster_on_the_table() -> None:
    estate = a_kubenet_estate()
    drop_route(estate, 1)
    second = estate.add_subnet(estate.of_type("virtualNetworks")[0], "nodes2", "10.1.1.0/24")
    other = estate.cluster("aks2", "kubenet", subnet=second, route_table=the_table(estate), pod_cidr="10.64.0.0/16")
    estate.nics(other)[0]["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] = "10.1.1.x"
    told = list(kubenet_route_missing.check(select(network_of(estate), names=(the_cluster(estate)["name"],))))
    assert [type(answer) for answer in told] == [Finding]


def test_cannot_tell_without_the_route_table() -> None:
    network = network_of(a_kubenet_estate(), refused=["Microsoft.Network/routeTables"])
    assert [u.gap.status for u in unknowns(kubenet_route_missing, network)] == [403]


def test_cannot_tell_from_a_table_with_a_route_that_does_not_parse() -> None:
    estate = a_kubenet_estate()
    estate.of_type("routeTables")[0]["properties"]["routes"][0]["properties"]["addressPrefix"] = "10.244.0.0/99"
    assert [u.gap.code for u in unknowns(kubenet_route_missing, network_of(estate))] == ["InvalidValue"]


def test_cannot_tell_without_the_nodes() -> None:
    scale_set_nics = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"
    network = network_of(a_kubenet_estate(), refused=[scale_set_nics])
    assert [u.gap.resource_type for u in unknowns(kubenet_route_missing, network)] == [scale_set_nics]
