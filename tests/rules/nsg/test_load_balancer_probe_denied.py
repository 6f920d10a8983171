from __future__ import annotations

from typing import Any

from aks_audit.rules.nsg.load_balancer_probe_denied import load_balancer_probe_denied
from tests.estate import Estate, security_rule, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import ALLOW_NODES, ALLOW_PROBES, DENY_ALL_IN, an_estate


def test_is_quiet_where_the_tag_is_allowed_before_the_rest_is_denied() -> None:
    assert messages(load_balancer_probe_denied, network_of(an_estate())) == []
    assert messages(load_balancer_probe_denied, network_of(an_estate(ALLOW_PROBES, DENY_ALL_IN))) == []


def test_finds_a_deny_above_the_default_rule() -> None:
    finding = only(findings(load_balancer_probe_denied, network_of(an_estate(ALLOW_NODES, DENY_ALL_IN))))
    assert finding.message == (
        "rule deny-all (priority 4096, inbound) of nsg-nodes denies health probes of the load balancer of aks1: "
        "TCP on port 30000-32767 from 168.63.129.16/32 to 10.1.0.0/24"
    )
    assert finding.severity is None
    assert finding.evidence[0].value == "Deny"


def test_cannot_tell_without_the_groups() -> None:
    network = network_of(an_estate(), refused=["Microsoft.Network/networkSecurityGroups"])
    assert [answer.gap.status for answer in unknowns(load_balancer_probe_denied, network)] == [403]


def a_probe(estate: Estate, port: int, number: int = 0) -> None:
    balancer = estate.of_type("loadBalancers")[number]
    probe: dict[str, Any] = {"name": "p", "properties": {"protocol": "Tcp", "port": port}}
    balancer["properties"]["probes"].append(probe)


def test_asks_for_the_ports_that_are_probed() -> None:
    open_ = security_rule("probe", 300, "Allow", source="AzureLoadBalancer", ports="31234")
    estate = an_estate(open_, DENY_ALL_IN)
    a_probe(estate, 31234)
    assert messages(load_balancer_probe_denied, network_of(estate)) == []
    a_probe(estate, 31235)
    assert "TCP on port 31235 from" in only(findings(load_balancer_probe_denied, network_of(estate))).message


def test_a_rule_for_other_traffic_counts_not() -> None:
    udp = security_rule("no", 300, protocol="Udp", source="AzureLoadBalancer")
    elsewhere = security_rule("nor", 301, source="AzureLoadBalancer", destination="10.1.9.0/24")
    internet = security_rule("neither", 302, source="Internet")
    assert messages(load_balancer_probe_denied, network_of(an_estate(udp, elsewhere, internet))) == []


def test_a_network_that_aks_made_and_nobody_read_is_not_told() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-overlay")
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert [answer.resource_id.name for answer in unknowns(load_balancer_probe_denied, network)] == ["aks1"]


def test_probes_of_the_api_server_are_not_the_nodes_affair() -> None:
    open_ = security_rule("probe", 300, "Allow", source="AzureLoadBalancer", ports="30000-32767")
    estate = an_estate(open_, DENY_ALL_IN)
    (cluster,) = estate.of_type("managedClusters")
    api = subnet(estate.of_type("virtualNetworks")[0], "api")
    estate.internal_load_balancer(api, "kube-apiserver", resource_group=cluster["properties"]["nodeResourceGroup"])
    a_probe(estate, 9988, 1)
    assert len(messages(load_balancer_probe_denied, network_of(estate))) == 1
    cluster["properties"]["apiServerAccessProfile"] = {"enableVnetIntegration": True, "subnetId": ""}
    assert messages(load_balancer_probe_denied, network_of(estate)) == []
