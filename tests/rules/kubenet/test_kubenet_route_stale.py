from aks_audit.findings import Severity
from aks_audit.inventory.records import Gap
from aks_audit.rules.kubenet.kubenet_route_stale import kubenet_route_stale
from tests.estate import Estate, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import (
    ROUTE_TABLES,
    SCALE_SET_NICS,
    a_kubenet_estate,
    remove_node,
    routes,
    the_cluster,
    the_table,
    the_vnet,
)

GONE = "aks-np1-12345678-vmss00000z"


def test_is_quiet_where_every_route_has_its_node() -> None:
    assert messages(kubenet_route_stale, network_of(a_kubenet_estate())) == []


def test_finds_the_route_of_a_node_that_is_gone() -> None:
    estate = a_kubenet_estate()
    remove_node(estate, 2)
    finding = only(findings(kubenet_route_stale, network_of(estate)))
    name = routes(estate)[2]["name"]
    assert f"has a route of a node that is no longer in aks1: {name} (10.244.2.0/24 to 10.1.0.6)" in finding.message
    assert finding.severity is None
    assert finding.arithmetic == "3 routes - 1 stale = 2 of 400"


def test_rolls_up_the_routes_of_a_table() -> None:
    estate = a_kubenet_estate(pools=[Pool(count=15)])
    for _ in range(12):
        remove_node(estate)
    (message,) = messages(kubenet_route_stale, network_of(estate))
    assert "12 routes of nodes" in message
    assert message.endswith("and 2 more")


def test_is_high_where_the_range_of_a_live_node_is_held() -> None:
    estate = a_kubenet_estate()
    estate.add_route(the_table(estate), "10.244.1.128/25", "10.1.0.77", GONE)
    finding = only(findings(kubenet_route_stale, network_of(estate)))
    assert finding.severity is Severity.HIGH
    assert "10.244.1.128/25 overlaps 10.244.1.0/24" in finding.message


def test_is_high_where_the_next_hop_is_another_node_by_now() -> None:
    estate = a_kubenet_estate()
    estate.add_route(the_table(estate), "10.244.9.0/24", "10.1.0.4", GONE)
    finding = only(findings(kubenet_route_stale, network_of(estate)))
    assert finding.severity is Severity.HIGH
    assert "10.1.0.4 is now the address of aks-np1-" in finding.message


def test_is_high_where_the_next_hop_is_a_stranger_by_now() -> None:
    estate = a_kubenet_estate()
    remove_node(estate, 2)
    estate.virtual_machine_nic(subnet(the_vnet(estate), "nodes"), "jumpbox", address="10.1.0.6")
    finding = only(findings(kubenet_route_stale, network_of(estate)))
    assert finding.severity is Severity.HIGH
    assert "10.1.0.6 is now the address of jumpbox" in finding.message


def test_does_not_take_an_address_of_another_virtual_network_for_the_next_hop() -> None:
    estate = a_kubenet_estate()
    remove_node(estate, 2)
    far = estate.virtual_network("far", ["10.1.0.0/16"], {"vms": "10.1.0.0/24"})
    estate.virtual_machine_nic(subnet(far, "vms"), "jumpbox", address="10.1.0.6")
    assert only(findings(kubenet_route_stale, network_of(estate))).severity is None


def test_finds_leftovers_of_its_own_pools_outside_the_pod_range() -> None:
    estate = a_kubenet_estate()
    own = routes(estate)[0]["name"].partition("____")[0][:-6]
    estate.add_route(the_table(estate), "10.99.0.0/24", "10.1.0.99", f"{own}00000Z")
    assert len(messages(kubenet_route_stale, network_of(estate))) == 1


def test_leaves_the_nodes_of_another_cluster_on_the_table_alone() -> None:
    estate = a_kubenet_estate(subnets=2, pools=[Pool()])
    estate.cluster("aks2", "kubenet", subnet=subnet(the_vnet(estate), "nodes2"), route_table=the_table(estate))
    assert messages(kubenet_route_stale, network_of(estate)) == []


def test_knows_virtual_machine_and_availability_set_nodes_by_name() -> None:
    estate = a_kubenet_estate()
    for number, name in enumerate(("aks-np1-12345678-vms3", "aks-np1-12345678-3")):
        estate.add_route(the_table(estate), f"10.244.{200 + number}.0/24", "10.1.0.99", name)
    (message,) = messages(kubenet_route_stale, network_of(estate))
    assert "2 routes of nodes" in message


def test_is_no_alarm_while_nodes_are_being_removed() -> None:
    estate = a_kubenet_estate()
    remove_node(estate)
    the_table(estate)["properties"]["provisioningState"] = "Updating"
    assert only(findings(kubenet_route_stale, network_of(estate))).severity is Severity.INFO


def test_is_quiet_about_a_stopped_cluster() -> None:
    estate = a_kubenet_estate()
    remove_node(estate)
    the_cluster(estate)["properties"]["powerState"]["code"] = "Stopped"
    assert messages(kubenet_route_stale, network_of(estate)) == []


def test_cannot_tell_without_the_nodes_or_the_table() -> None:
    for refused in (SCALE_SET_NICS, ROUTE_TABLES):
        network = network_of(a_kubenet_estate(), refused=[refused])
        assert [u.gap.status for u in unknowns(kubenet_route_stale, network)] == [403]


def test_cannot_tell_without_the_pod_range() -> None:
    estate = a_kubenet_estate()
    the_cluster(estate)["properties"]["networkProfile"] |= {"podCidr": None, "podCidrs": None}
    gaps = [u.gap for u in unknowns(kubenet_route_stale, network_of(estate))]
    assert [(gap.code, "podCidrs is absent" in gap.message) for gap in gaps] == [("NotCollected", True)]


def test_cannot_tell_without_the_nodes_of_another_cluster_on_the_table() -> None:
    estate = a_kubenet_estate(subnets=2, pools=[Pool()])
    estate.cluster("aks2", "kubenet", subnet=subnet(the_vnet(estate), "nodes2"), route_table=the_table(estate))
    _forget_nodes(estate, "aks2")
    gaps: set[Gap] = {u.gap for u in unknowns(kubenet_route_stale, network_of(estate))}
    assert {gap.code for gap in gaps} == {"InvalidValue"}


def _forget_nodes(estate: Estate, name: str) -> None:
    cluster = next(c for c in estate.of_type("managedClusters") if c["name"] == name)
    estate.nics(cluster)[0]["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] = "10.1.2.x"
