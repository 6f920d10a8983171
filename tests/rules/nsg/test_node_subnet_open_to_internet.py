from __future__ import annotations

import pytest

from aks_audit.findings import Severity
from aks_audit.rules.nsg.node_subnet_open_to_internet import node_subnet_open_to_internet
from tests.estate import Estate, Json, security_rule
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import add_rule, an_estate, cluster_of, nic_group_of


def allow(ports: str | list[str] = "22", source: str | list[str] = "*", priority: int = 300) -> Json:
    return security_rule("ssh", priority, "Allow", protocol="Tcp", source=source, ports=ports)


def an_open_estate(*rules: Json, on_nics: Json | None = None, public: bool = True) -> Estate:
    """On the NICs the same rule as the first one, and nodes with public addresses."""
    estate = an_estate(*rules)
    add_rule(nic_group_of(estate), on_nics or rules[0])
    cluster_of(estate)["properties"]["agentPoolProfiles"][0]["enableNodePublicIP"] = public
    return estate


def test_is_quiet_with_the_default_rules_and_where_only_one_group_is_open() -> None:
    assert messages(node_subnet_open_to_internet, network_of(an_estate())) == []
    assert messages(node_subnet_open_to_internet, network_of(an_estate(allow()))) == [], "AKS's own group denies"


def test_finds_what_both_groups_let_through() -> None:
    finding = only(findings(node_subnet_open_to_internet, network_of(an_open_estate(allow()))))
    assert finding.message == (
        "rule ssh (priority 300, inbound) of nsg-nodes lets the internet in to nodes of aks1 on 22"
    )
    assert finding.severity is None
    assert [(line.path, line.value) for line in finding.evidence][:2] == [
        ("properties.securityRules[ssh].properties.access", "Allow"),
        ("properties.securityRules[ssh].properties.priority", 300),
    ]
    assert finding.evidence[2].resource_id.name.startswith("aks-agentpool-")
    assert [item.name for item in finding.affected] == ["nodes", "np1"]


def test_cannot_tell_where_the_nics_were_not_read_and_the_subnet_is_open() -> None:
    refused = ["Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"]
    (answer,) = unknowns(node_subnet_open_to_internet, network_of(an_estate(allow()), refused=refused))
    assert answer.gap.status == 403
    assert unknowns(node_subnet_open_to_internet, network_of(an_estate(), refused=refused)) == [], "closed already"


def test_cannot_tell_without_any_group() -> None:
    refused = ["Microsoft.Network/networkSecurityGroups"]
    (answer,) = unknowns(node_subnet_open_to_internet, network_of(an_estate(), refused=refused))
    assert answer.gap.status == 403


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (allow(["22", "3389"]), "22, 3389"),
        (allow(["10-100"]), "22"),
        (allow("3389", "Internet"), "3389"),
        (allow("*", "0.0.0.0/0"), "every port"),
        (allow("*", ["0.0.0.0/1", "128.0.0.0/1"]), "every port"),
    ],
)
def test_plural_fields_ranges_and_every_way_to_say_anybody(rule: Json, text: str) -> None:
    (message,) = messages(node_subnet_open_to_internet, network_of(an_open_estate(rule)))
    assert message.endswith(f"to nodes of aks1 on {text}")


@pytest.mark.parametrize(
    "rules",
    [
        (allow("443"),),
        (allow("22", "203.0.113.0/24"),),
        (allow("22", "VirtualNetwork"),),
        (allow("22", "AzureCloud"),),
        (allow("22", priority=300), security_rule("deny", 200, source="Internet")),
        (allow("22", priority=300), security_rule("deny", 200, source=["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2"])),
    ],
)
def test_is_quiet_about_what_is_narrow_or_denied_before(rules: tuple[Json, ...]) -> None:
    assert messages(node_subnet_open_to_internet, network_of(an_open_estate(*rules))) == []


def test_a_deny_of_a_few_before_it_changes_nothing() -> None:
    rules = (allow(), security_rule("deny", 200, source="203.0.113.0/24"))
    assert len(messages(node_subnet_open_to_internet, network_of(an_open_estate(*rules)))) == 1


def test_the_nics_group_narrows_what_the_subnet_opens() -> None:
    narrow = allow("22", "203.0.113.0/24")
    assert messages(node_subnet_open_to_internet, network_of(an_open_estate(allow(), on_nics=narrow))) == []


def test_is_low_without_public_addresses() -> None:
    finding = only(findings(node_subnet_open_to_internet, network_of(an_open_estate(allow(), public=False))))
    assert finding.severity is Severity.LOW
    assert finding.message.endswith("on 22; no node there has a public address now")


def test_a_rule_nobody_can_read_is_not_told() -> None:
    odd = security_rule("odd", 300, "Audit")
    (answer,) = unknowns(node_subnet_open_to_internet, network_of(an_open_estate(odd)))
    assert answer.gap.code == "NotKnown"


def test_a_cluster_in_a_network_that_aks_made_is_asked_too() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-overlay")
    add_rule(nic_group_of(estate), allow())
    (message,) = messages(node_subnet_open_to_internet, network_of(estate))
    assert "lets the internet in to nodes of aks1 on 22" in message
