from __future__ import annotations

from aks_audit.rules.nsg.api_server_subnet_traffic_denied import api_server_subnet_traffic_denied
from tests.estate import Estate, Json, security_rule, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import DENY_ALL_IN, an_estate

NODES = security_rule("nodes", 200, "Allow", source="10.1.0.0/24", ports=["443", "4443"], protocol="Tcp")
PROBES = security_rule("probes", 210, "Allow", source="AzureLoadBalancer", ports="9988", protocol="Tcp")


def integrated(*rules: Json, on_nodes: tuple[Json, ...] = ()) -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "api": "10.1.8.0/28"})
    estate.network_security_group("nsg-nodes", on_nodes, subnets=[subnet(vnet, "nodes")])
    estate.network_security_group("nsg-api", rules, subnets=[subnet(vnet, "api")])
    estate.cluster("aks1", subnet=subnet(vnet, "nodes"), api_server_subnet=subnet(vnet, "api"))
    return estate


def test_is_quiet_where_both_are_allowed_and_where_there_is_no_such_subnet() -> None:
    assert messages(api_server_subnet_traffic_denied, network_of(integrated())) == []
    assert messages(api_server_subnet_traffic_denied, network_of(integrated(NODES, PROBES, DENY_ALL_IN))) == []
    assert messages(api_server_subnet_traffic_denied, network_of(an_estate(DENY_ALL_IN))) == []


def test_finds_the_second_port_closed() -> None:
    only_one = security_rule("nodes", 200, "Allow", source="10.1.0.0/24", ports="443", protocol="Tcp")
    finding = only(findings(api_server_subnet_traffic_denied, network_of(integrated(only_one, PROBES, DENY_ALL_IN))))
    assert finding.message == (
        "rule deny-all (priority 4096, inbound) of nsg-api denies traffic from nodes to the API server of aks1: "
        "TCP on port 4443 from 10.1.0.0/24 to 10.1.8.0/28"
    )
    assert {item.name for item in finding.affected} == {"nodes", "api", "np1"}
    assert [line.resource_id.name for line in finding.evidence] == ["nsg-api", "nsg-api", "api"]


def test_cannot_tell_without_the_groups() -> None:
    refused = ["Microsoft.Network/networkSecurityGroups"]
    answers = unknowns(api_server_subnet_traffic_denied, network_of(integrated(), refused=refused))
    assert [answer.gap.status for answer in answers] == [403]
    assert unknowns(api_server_subnet_traffic_denied, network_of(an_estate(), refused=refused)) == []


def test_cannot_tell_without_the_virtual_network() -> None:
    refused = ["Microsoft.Network/virtualNetworks"]
    answers = unknowns(api_server_subnet_traffic_denied, network_of(integrated(), refused=refused))
    assert [(answer.resource_id.name, answer.gap.status) for answer in answers] == [("nodes", 403), ("aks1", 403)]


def test_finds_probes_that_find_nobody() -> None:
    (message,) = messages(api_server_subnet_traffic_denied, network_of(integrated(NODES, DENY_ALL_IN)))
    assert message == (
        "rule deny-all (priority 4096, inbound) of nsg-api denies health probes of the API server of aks1: "
        "TCP on port 9988 from 168.63.129.16/32 to 10.1.8.0/28"
    )


def test_finds_that_nodes_may_not_leave_for_it() -> None:
    deny = security_rule("no", 300, direction="Outbound", destination="10.1.8.0/24")
    (message,) = messages(api_server_subnet_traffic_denied, network_of(integrated(on_nodes=(deny,))))
    assert "rule no (priority 300, outbound) of nsg-nodes denies traffic from nodes to the API server" in message
    assert "TCP on port 443, 4443 from" in message


def test_a_subnet_that_aks_made_is_its_own_affair() -> None:
    estate = integrated(DENY_ALL_IN)
    estate.of_type("managedClusters")[0]["properties"]["apiServerAccessProfile"]["subnetId"] = ""
    assert messages(api_server_subnet_traffic_denied, network_of(estate)) == []
