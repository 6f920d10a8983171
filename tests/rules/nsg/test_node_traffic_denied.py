from __future__ import annotations

import pytest

from aks_audit.findings import Severity
from aks_audit.rules.nsg.node_traffic_denied import node_traffic_denied
from tests.estate import Estate, Json, Pool, security_rule, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import ALLOW_NODES, DENY_ALL_IN, DENY_ALL_OUT, add_rule, an_estate, cluster_of, nic_group_of, vnet_of


def test_is_quiet_with_the_default_rules_or_without_a_group() -> None:
    assert messages(node_traffic_denied, network_of(an_estate())) == []
    estate = an_estate()
    subnet(vnet_of(estate), "nodes")["properties"].pop("networkSecurityGroup")
    assert messages(node_traffic_denied, network_of(estate)) == []


def test_is_quiet_where_the_nodes_are_allowed_before_the_rest_is_denied() -> None:
    assert messages(node_traffic_denied, network_of(an_estate(ALLOW_NODES, DENY_ALL_IN))) == []


def test_finds_the_rule_that_decides() -> None:
    finding = only(findings(node_traffic_denied, network_of(an_estate(DENY_ALL_IN))))
    assert finding.message == (
        "rule deny-all (priority 4096, inbound) of nsg-nodes denies traffic between nodes of aks1: "
        "TCP and UDP on every port from 10.1.0.0/24 to 10.1.0.0/24"
    )
    assert finding.severity is Severity.CRITICAL
    assert finding.resource_id.name == "nsg-nodes"
    assert [(line.resource_id.name, line.path, line.value) for line in finding.evidence] == [
        ("nsg-nodes", "properties.securityRules[deny-all].properties.access", "Deny"),
        ("nsg-nodes", "properties.securityRules[deny-all].properties.priority", 4096),
        ("nodes", "properties.networkSecurityGroup.id", finding.resource_id.text),
    ]
    assert finding.cluster_id
    assert [item.name for item in finding.affected] == ["nodes", "np1"]
    assert finding.key == "properties.securityRules[deny-all]"


def test_cannot_tell_without_the_groups() -> None:
    network = network_of(an_estate(), refused=["Microsoft.Network/networkSecurityGroups"])
    (answer,) = unknowns(node_traffic_denied, network)
    assert (answer.resource_id.name, answer.gap.status) == ("aks1", 403)


def test_cannot_tell_without_the_virtual_network() -> None:
    network = network_of(an_estate(), refused=["Microsoft.Network/virtualNetworks"])
    assert [answer.resource_id.name for answer in unknowns(node_traffic_denied, network)] == ["nodes"]


def test_cannot_tell_where_a_rule_does_not_parse() -> None:
    estate = an_estate(security_rule("odd", 200, "Allow", source="10.0.0.0/99"))
    (answer,) = unknowns(node_traffic_denied, network_of(estate))
    assert answer.gap.code == "InvalidValue"


def test_finds_what_the_subnet_denies_although_the_nics_were_not_read() -> None:
    types = ["Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"]
    quiet, loud = network_of(an_estate(), refused=types), network_of(an_estate(DENY_ALL_IN), refused=types)
    assert [answer.gap.status for answer in unknowns(node_traffic_denied, quiet)] == [403]
    assert len(messages(node_traffic_denied, loud)) == 1


def test_one_rule_on_two_clusters_and_two_pools_is_one_finding() -> None:
    pools = [Pool(name="np1", count=1, max_pods=10), Pool(name="np2", mode="User", count=1, max_pods=10)]
    estate = an_estate(DENY_ALL_IN, names=("aks1", "aks2"), pools=pools)
    finding = only(findings(node_traffic_denied, network_of(estate)))
    assert "denies traffic between nodes of aks1, aks2:" in finding.message
    assert finding.cluster_id is None
    assert [item.name for item in finding.affected] == ["aks1", "aks2", "nodes", "np1", "np2", "np1", "np2"]


def test_two_subnets_of_one_cluster_are_asked_in_both_directions() -> None:
    estate = an_estate()
    vnet = vnet_of(estate)
    other = estate.add_subnet(vnet, "more", "10.1.1.0/24")
    pools = [Pool(name="np1", max_pods=10), Pool(name="np2", mode="User", subnet=other, max_pods=10)]
    estate.cluster("aks2", "cni-node-subnet", subnet=subnet(vnet, "nodes"), pools=pools)
    estate.network_security_group(
        "nsg-more", [security_rule("no", 300, direction="Outbound", destination="10.1.0.0/24")], subnets=[other]
    )
    assert messages(node_traffic_denied, network_of(estate)) == [
        "rule no (priority 300, outbound) of nsg-more denies traffic between nodes of aks2: "
        "TCP and UDP on every port from 10.1.1.0/24 to 10.1.0.0/24"
    ]


def test_a_deny_of_all_that_leaves_is_found_too() -> None:
    assert len(messages(node_traffic_denied, network_of(an_estate(DENY_ALL_OUT)))) == 1


def test_the_group_on_the_nics_counts_as_well() -> None:
    estate = an_estate()
    add_rule(nic_group_of(estate), security_rule("no", 400, source="VirtualNetwork"))
    finding = only(findings(node_traffic_denied, network_of(estate)))
    assert finding.message.startswith("rule no (priority 400, inbound) of aks-agentpool-")
    assert len(finding.evidence) == 2


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        (security_rule("no", 200, ports="10250", protocol="Tcp"), Severity.CRITICAL),
        (security_rule("no", 200, ports=["53", "8000-9000"], protocol="UDP"), Severity.CRITICAL),
        (security_rule("no", 200, ports="443"), Severity.CRITICAL),
        (security_rule("no", 200, ports="8080"), Severity.HIGH),
        (security_rule("no", 200, ports=["22", "3389"]), Severity.LOW),
        (security_rule("no", 200, ports="22"), Severity.LOW),
        (security_rule("no", 200, ports="3389"), Severity.LOW),
        (security_rule("no", 200, ports=["21-23"]), Severity.HIGH),
        (security_rule("no", 200, ports=["22", "23"]), Severity.HIGH),
        (security_rule("no", 200, ports=["21"]), Severity.HIGH),
        (security_rule("no", 200, ports=["3388"]), Severity.HIGH),
        (security_rule("no", 200, ports=["3390"]), Severity.HIGH),
        (security_rule("no", 200, ports=["52", "54", "442", "444", "10249", "10251"]), Severity.HIGH),
    ],
)
def test_hurts_as_much_as_the_ports_that_are_closed(rule: Json, severity: Severity) -> None:
    finding = only(findings(node_traffic_denied, network_of(an_estate(rule))))
    assert finding.severity is severity


def test_says_which_part_of_the_subnet_is_cut_off() -> None:
    rule = security_rule("no", 200, source=["10.1.0.0/26", "10.9.0.0/16"], ports=["22", "10250"], protocol="Tcp")
    assert messages(node_traffic_denied, network_of(an_estate(rule))) == [
        "rule no (priority 200, inbound) of nsg-nodes denies traffic between nodes of aks1: "
        "TCP on port 22, 10250 from 10.1.0.0/26 to 10.1.0.0/24"
    ]


def test_leaves_the_tunnel_between_nodes_to_its_own_rule() -> None:
    estate = an_estate(security_rule("no", 200, ports="51871", protocol="Udp"))
    assert len(messages(node_traffic_denied, network_of(estate))) == 1, "without encryption it is a port like others"
    network_profile = cluster_of(estate)["properties"]["networkProfile"]
    network_profile["advancedNetworking"] = {"enabled": True, "security": {"transitEncryption": {"type": "WireGuard"}}}
    assert messages(node_traffic_denied, network_of(estate)) == []


def test_a_stopped_cluster_is_judged_by_its_subnet() -> None:
    estate = an_estate(DENY_ALL_IN, pools=[Pool(count=2, max_pods=30, instances=())])
    cluster_of(estate)["properties"]["powerState"] = {"code": "Stopped"}
    assert len(messages(node_traffic_denied, network_of(estate))) == 1


def test_the_group_of_a_network_that_aks_made_lets_all_through() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-overlay")
    assert messages(node_traffic_denied, network_of(estate)) == []
