import pytest

from aks_audit.findings import Severity
from aks_audit.rules.egress.cluster_traffic_redirected import cluster_traffic_redirected
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import FIREWALL, TABLES, VNETS, a_spoke


def test_is_quiet_about_a_default_route_and_summaries() -> None:
    spoke = a_spoke()
    spoke.estate.add_route(spoke.table, "10.0.0.0/8", FIREWALL)
    spoke.estate.add_route(spoke.table, "10.1.64.0/24", FIREWALL)
    assert messages(cluster_traffic_redirected, network_of(spoke.estate)) == []


def test_finds_the_networks_own_prefix_led_to_an_appliance() -> None:
    spoke = a_spoke()
    spoke.estate.add_route(spoke.table, "10.1.0.0/16", FIREWALL, "all")
    finding = only(findings(cluster_traffic_redirected, network_of(spoke.estate)))
    assert finding.message == (
        "rt, on nodes, more of aks1: route all, 10.1.0.0/16, takes traffic to nodes, more to VirtualAppliance 10.0.1.4 "
        "instead of the network"
    )
    assert finding.resource_id.text == spoke.table["id"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.routes[all].addressPrefix", "10.1.0.0/16"),
        ("properties.routes[all].nextHopType", "VirtualAppliance"),
        ("properties.routes[all].nextHopIpAddress", FIREWALL),
        ("properties.addressPrefixes", ("10.1.0.0/24",)),
        ("properties.addressPrefixes", ("10.1.1.0/24",)),
    ]
    assert [each.name for each in finding.affected] == ["nodes", "more", "aks1"]
    assert finding.cluster_id
    assert finding.severity is None
    assert finding.key == "all"


def test_a_part_of_a_subnet_is_enough() -> None:
    spoke = a_spoke()
    spoke.estate.add_route(spoke.table, "10.1.1.64/26", FIREWALL, "part")
    (message,) = messages(cluster_traffic_redirected, network_of(spoke.estate))
    assert "route part, 10.1.1.64/26, takes traffic to more to VirtualAppliance" in message


def test_dropping_it_is_critical() -> None:
    spoke = a_spoke()
    spoke.estate.add_route(spoke.table, "10.1.0.0/24", "None")
    finding = only(findings(cluster_traffic_redirected, network_of(spoke.estate)))
    assert finding.message.endswith("10.1.0.0/24, drops traffic to nodes")
    assert finding.severity is Severity.CRITICAL


def test_counts_pod_and_api_server_subnets() -> None:
    spoke = a_spoke("cni-pod-subnet-dynamic", pods=True)
    spoke.estate.add_route(spoke.table, "10.1.16.0/20", FIREWALL, "pods")
    api_server = spoke.estate.add_subnet(spoke.vnet, "api", "10.1.8.0/28")
    spoke.cluster["properties"]["apiServerAccessProfile"] = {
        "enableVnetIntegration": True,
        "subnetId": api_server["id"],
    }
    spoke.estate.add_route(spoke.table, "10.1.8.0/28", FIREWALL, "api")
    found = messages(cluster_traffic_redirected, network_of(spoke.estate))
    assert [message.partition("takes traffic to ")[2] for message in found] == [
        "pods to VirtualAppliance 10.0.1.4 instead of the network",
        "api to VirtualAppliance 10.0.1.4 instead of the network",
    ]


def test_is_quiet_where_longer_local_routes_stand_beside_it() -> None:
    spoke = a_spoke()
    spoke.estate.add_route(spoke.table, "10.1.0.0/16", FIREWALL)
    spoke.estate.add_route(spoke.table, "10.1.0.0/23", "VnetLocal")
    assert messages(cluster_traffic_redirected, network_of(spoke.estate)) == []


@pytest.mark.parametrize("pod_cidr", ["10.244.0.0/16", "10.1.32.0/20"])
def test_is_quiet_about_kubenets_routes_to_nodes(pod_cidr: str) -> None:
    spoke = a_spoke("kubenet", pod_cidr=pod_cidr)
    assert messages(cluster_traffic_redirected, network_of(spoke.estate)) == []


def test_cannot_tell_without_the_tables() -> None:
    (answer,) = unknowns(cluster_traffic_redirected, network_of(a_spoke().estate, refused=[TABLES]))
    assert answer.gap.status == 403


def test_cannot_tell_without_the_subnets() -> None:
    answers = unknowns(cluster_traffic_redirected, network_of(a_spoke().estate, refused=[VNETS]))
    assert [(answer.resource_id.name, answer.gap.status) for answer in answers] == [("nodes", 403), ("more", 403)]
