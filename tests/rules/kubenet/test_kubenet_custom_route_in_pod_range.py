from aks_audit.rules.kubenet.kubenet_custom_route_in_pod_range import kubenet_custom_route_in_pod_range
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import ROUTE_TABLES, SCALE_SET_NICS, a_kubenet_estate, routes, the_cluster, the_table


def test_is_quiet_about_routes_of_nodes() -> None:
    assert messages(kubenet_custom_route_in_pod_range, network_of(a_kubenet_estate())) == []


def test_finds_the_owners_routes_in_the_pod_range() -> None:
    estate = a_kubenet_estate()
    estate.add_route(the_table(estate), "10.244.200.0/24", "10.9.0.4", "to-firewall")
    estate.add_route(the_table(estate), "10.244.0.0/16", "None", "akstonowhere")
    finding = only(findings(kubenet_custom_route_in_pod_range, network_of(estate)))
    assert finding.message == (
        f"{the_table(estate)['name']} has 2 of its owner's routes in the pod range of aks1, which AKS will delete: "
        "to-firewall (10.244.200.0/24 to 10.9.0.4), akstonowhere (10.244.0.0/16 to None)"
    )


def test_takes_a_route_that_leads_to_a_node_for_the_nodes() -> None:
    estate = a_kubenet_estate()
    routes(estate)[0]["name"] = "made-by-hand"
    assert messages(kubenet_custom_route_in_pod_range, network_of(estate)) == []


def test_is_quiet_about_routes_elsewhere() -> None:
    estate = a_kubenet_estate()
    for prefix, hop in (("0.0.0.0/0", "10.9.0.4"), ("10.0.0.0/8", "10.9.0.4"), ("AzureCloud", "Internet")):
        estate.add_route(the_table(estate), prefix, hop)
    assert messages(kubenet_custom_route_in_pod_range, network_of(estate)) == []


def test_leaves_stale_routes_to_the_rule_for_them() -> None:
    estate = a_kubenet_estate()
    estate.add_route(the_table(estate), "10.244.200.0/24", "10.1.0.99", "aks-np1-12345678-vmss00000z")
    assert messages(kubenet_custom_route_in_pod_range, network_of(estate)) == []


def test_is_quiet_about_a_stopped_cluster() -> None:
    estate = a_kubenet_estate()
    estate.add_route(the_table(estate), "10.244.200.0/24", "10.9.0.4")
    the_cluster(estate)["properties"]["powerState"]["code"] = "Stopped"
    assert messages(kubenet_custom_route_in_pod_range, network_of(estate)) == []


def test_cannot_tell_without_the_table_or_the_nodes() -> None:
    estate = a_kubenet_estate()
    estate.add_route(the_table(estate), "10.244.200.0/24", "10.1.0.4", "by-hand")
    for refused in (ROUTE_TABLES, SCALE_SET_NICS):
        network = network_of(estate, refused=[refused])
        assert [u.gap.status for u in unknowns(kubenet_custom_route_in_pod_range, network)] == [403]


def test_cannot_tell_where_the_pod_range_does_not_parse() -> None:
    estate = a_kubenet_estate()
    the_cluster(estate)["properties"]["networkProfile"] |= {"podCidr": "10.244/16", "podCidrs": None}
    codes = [u.gap.code for u in unknowns(kubenet_custom_route_in_pod_range, network_of(estate))]
    assert codes == ["InvalidValue"]
