from __future__ import annotations

import pytest

from aks_audit.rules.nsg.node_security_group_edited import node_security_group_edited
from tests.estate import Estate, Json, security_rule
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import DENY_ALL_IN, add_rule, an_estate, cluster_of, nic_group_of


def edited(*rules: Json) -> Estate:
    estate = an_estate(DENY_ALL_IN)
    for rule in rules:
        add_rule(nic_group_of(estate), rule)
    return estate


def test_is_quiet_about_rules_of_the_cloud_provider() -> None:
    names = (
        "k8s-azure-lb_allow_IPv4_556f7044ec033071ec0dfcf7cd85bc93",
        "k8s-azure-lb_deny-all_IPv4",
        "a0123456789abcdef0123456789abcde-TCP-80-Internet",
        "shared-TCP-443-Internet",
    )
    rules = [security_rule(name, 500 + number, "Allow") for number, name in enumerate(names)]
    assert messages(node_security_group_edited, network_of(edited(*rules))) == []


def test_finds_rules_that_somebody_wrote() -> None:
    rules = [security_rule("allow-ssh", 200, "Allow", ports="22"), security_rule("out", 210, direction="Outbound")]
    finding = only(findings(node_security_group_edited, network_of(edited(*rules))))
    assert finding.message.startswith("aks-agentpool-")
    assert finding.message.endswith(
        " of aks1 has 2 rules that AKS did not write: "
        "allow-ssh (Allow inbound, priority 200), out (Deny outbound, priority 210)"
    )
    assert [(line.path, line.value) for line in finding.evidence] == [
        ("properties.securityRules[allow-ssh].properties.access", "Allow"),
        ("properties.securityRules[allow-ssh].properties.priority", 200),
        ("properties.securityRules[out].properties.access", "Deny"),
        ("properties.securityRules[out].properties.priority", 210),
    ]
    assert finding.resource_id.text == nic_group_of(edited())["id"]


def test_cannot_tell_without_the_group() -> None:
    network = network_of(edited(), refused=["Microsoft.Network/networkSecurityGroups"])
    (answer,) = unknowns(node_security_group_edited, network)
    assert (answer.resource_id.name, answer.gap.status) == ("aks1", 403)


@pytest.mark.parametrize(
    "name", ["k8s-azure-lb", "a0123-TCP-80", "not-shared-TCP", "b0123456789abcdef0123456789abcde-TCP"]
)
def test_names_that_only_look_like_it(name: str) -> None:
    assert len(messages(node_security_group_edited, network_of(edited(security_rule(name, 500, "Allow"))))) == 1


def test_four_rules_are_counted_and_three_named() -> None:
    rules = [security_rule(f"own-{number}", 200 + number) for number in range(4)]
    finding = only(findings(node_security_group_edited, network_of(edited(*rules))))
    assert "has 4 rules that AKS did not write" in finding.message
    assert finding.message.endswith("own-2 (Deny inbound, priority 202) and 1 more")
    assert len(finding.evidence) == 6


def test_host_ports_of_a_pool_are_opened_by_aks() -> None:
    estate = edited(security_rule("allowed-host-ports", 100, "Allow", ports="8080"))
    (pool,) = cluster_of(estate)["properties"]["agentPoolProfiles"]
    ports = [{"portStart": 8080, "portEnd": 8080, "protocol": "TCP"}]
    assert len(messages(node_security_group_edited, network_of(estate))) == 1
    pool["networkProfile"] = {"allowedHostPorts": ports}
    assert messages(node_security_group_edited, network_of(estate)) == []
    add_rule(nic_group_of(estate), security_rule("deny", 101))
    (message,) = messages(node_security_group_edited, network_of(estate))
    assert "1 rule that" in message


def test_a_rule_for_a_pools_application_security_group_is_aks() -> None:
    asg = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/applicationSecurityGroups/asg"
    rule = security_rule("to-asg", 100, "Allow", destination="")
    rule["properties"]["destinationApplicationSecurityGroups"] = [{"id": asg}]
    estate = edited(rule)
    assert len(messages(node_security_group_edited, network_of(estate))) == 1
    (pool,) = cluster_of(estate)["properties"]["agentPoolProfiles"]
    pool["networkProfile"] = {"applicationSecurityGroups": [asg.upper()]}
    assert messages(node_security_group_edited, network_of(estate)) == []


def test_finds_a_group_on_the_subnet_of_a_network_that_aks_made() -> None:
    estate = Estate()
    cluster = estate.cluster("aks1", "kubenet")
    for nic in estate.nics(cluster):
        nic["properties"].pop("networkSecurityGroup")
    add_rule(nic_group_of(estate), security_rule("own", 200))
    assert len(messages(node_security_group_edited, network_of(estate))) == 1
