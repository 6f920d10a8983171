import pytest

from aks_audit.rules.kubenet.kubenet_next_hop_wrong import kubenet_next_hop_wrong
from aks_audit.rules.kubenet.kubenet_route_missing import kubenet_route_missing
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import (
    ROUTE_TABLES,
    SCALE_SET_NICS,
    a_kubenet_estate,
    make_dual_stack,
    routes,
    the_cluster,
)


def test_is_quiet_where_each_route_leads_to_its_node() -> None:
    assert messages(kubenet_next_hop_wrong, network_of(a_kubenet_estate())) == []


def test_finds_a_next_hop_that_is_not_the_nodes_address() -> None:
    estate = a_kubenet_estate()
    routes(estate)[1]["properties"]["nextHopIpAddress"] = "10.1.0.99"
    network = network_of(estate)
    finding = only(findings(kubenet_next_hop_wrong, network))
    name = routes(estate)[1]["name"]
    assert "leads pods of 1 of 3 nodes of aks1 elsewhere: " in finding.message
    assert finding.message.endswith(f"{name} to 10.1.0.99 instead of 10.1.0.5")
    assert [e.value for e in finding.evidence] == ["10.244.1.0/24", "10.1.0.99", "10.1.0.5"]
    assert messages(kubenet_route_missing, network) == []


@pytest.mark.parametrize("hop", ["Internet", "None", "VnetLocal", "VirtualNetworkGateway"])
def test_finds_another_type_of_next_hop(hop: str) -> None:
    estate = a_kubenet_estate()
    routes(estate)[0]["properties"] |= {"nextHopType": hop, "nextHopIpAddress": None}
    (message,) = messages(kubenet_next_hop_wrong, network_of(estate))
    assert f"to {hop} instead of 10.1.0.4" in message


def test_rolls_up_the_nodes_of_a_cluster() -> None:
    estate = a_kubenet_estate()
    for route in routes(estate):
        route["properties"]["nextHopIpAddress"] = "10.9.0.4"
    assert len(only(findings(kubenet_next_hop_wrong, network_of(estate))).affected) == 3


def test_takes_the_second_family_however_it_is_spelled() -> None:
    estate = a_kubenet_estate()
    make_dual_stack(estate)
    assert messages(kubenet_next_hop_wrong, network_of(estate)) == []
    routes(estate)[3]["properties"]["nextHopIpAddress"] = "fd00:db8::99"
    (message,) = messages(kubenet_next_hop_wrong, network_of(estate))
    assert "to fd00:db8::99 instead of" in message


def test_takes_the_type_in_any_case() -> None:
    estate = a_kubenet_estate()
    routes(estate)[0]["properties"]["nextHopType"] = "virtualappliance"
    assert messages(kubenet_next_hop_wrong, network_of(estate)) == []


def test_is_quiet_about_a_stopped_cluster() -> None:
    estate = a_kubenet_estate()
    routes(estate)[1]["properties"]["nextHopIpAddress"] = "10.1.0.99"
    the_cluster(estate)["properties"]["powerState"]["code"] = "Stopped"
    assert messages(kubenet_next_hop_wrong, network_of(estate)) == []


@pytest.mark.parametrize("field", ["nextHopType", "nextHopIpAddress"])
def test_cannot_tell_where_the_next_hop_is_absent(field: str) -> None:
    estate = a_kubenet_estate()
    del routes(estate)[0]["properties"][field]
    assert [u.gap.code for u in unknowns(kubenet_next_hop_wrong, network_of(estate))] == ["NotCollected"]


def test_cannot_tell_where_the_next_hop_does_not_parse() -> None:
    estate = a_kubenet_estate()
    routes(estate)[0]["properties"]["nextHopIpAddress"] = "10.1.0"
    assert [u.gap.code for u in unknowns(kubenet_next_hop_wrong, network_of(estate))] == ["InvalidValue"]


def test_cannot_tell_where_the_node_shows_no_address() -> None:
    estate = a_kubenet_estate()
    estate.nics(the_cluster(estate))[0]["properties"]["ipConfigurations"] = None
    (answer,) = unknowns(kubenet_next_hop_wrong, network_of(estate))
    assert routes(estate)[0]["name"] in answer.gap.message


def test_cannot_tell_without_the_table_or_the_nodes() -> None:
    for refused in (ROUTE_TABLES, SCALE_SET_NICS):
        network = network_of(a_kubenet_estate(), refused=[refused])
        assert [u.gap.status for u in unknowns(kubenet_next_hop_wrong, network)] == [403]
