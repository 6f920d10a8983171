"""Mistakes that other tools make with security groups; none of them is ours."""

from __future__ import annotations

from aks_audit.audit import audit
from aks_audit.findings import Severity
from aks_audit.rules import catalogue
from tests.estate import Estate, security_rule
from tests.networks import network_of

from .estates import ALLOW_NODES, ALLOW_PROBES, DENY_ALL_IN, add_rule, an_estate, cluster_of, nic_group_of


def told(estate: Estate) -> set[str]:
    rules = [rule for rule in catalogue() if rule.family == "nsg"]
    return {item.rule.id for item in audit(network_of(estate), rules).findings if item.severity > Severity.INFO}


def test_a_wide_allow_on_the_subnet_alone_opens_no_node() -> None:
    """Prowler's, Checkov's and Trivy's internet checks look at single rules, without priorities and without the NIC."""
    assert told(an_estate(security_rule("open", 100, "Allow", source="*", ports="22"))) == set()


def test_the_plural_fields_open_and_close_as_well() -> None:
    """Prowler 12854 and PSRule 149 overlook destinationPortRanges and wildcards."""
    rule = security_rule("open", 100, "Allow", source=["0.0.0.0/0"], destination=["10.0.0.0/8"], ports=["20-25"])
    estate = an_estate(rule)
    add_rule(nic_group_of(estate), security_rule("k8s-azure-lb_x", 500, "Allow"))
    assert told(estate) == {"node-subnet-open-to-internet"}


def test_what_no_rule_names_is_open_within_the_network_and_to_the_internet() -> None:
    """Cloud Custodian takes every port for closed by default, in both directions."""
    assert told(an_estate()) == set()
    assert told(an_estate(model="cni-overlay")) == set()


def test_rules_for_services_in_the_managed_group_are_as_they_should_be() -> None:
    """PSRule's AZR-000292 and the tools that count open ports find fault with what the cloud provider writes."""
    estate = an_estate()
    group = nic_group_of(estate)
    add_rule(group, security_rule("k8s-azure-lb_allow_IPv4_0", 500, "Allow", source="Internet", destination="20.5.0.1"))
    add_rule(group, security_rule("k8s-azure-lb_deny-all_IPv4", 4095, destination=["20.5.0.1"]))
    assert told(estate) == set()


def test_all_pools_are_looked_at_and_letter_case_changes_nothing() -> None:
    """APRL looks at the first pool; CloudSploit and Steampipe compare keys and ids with letter case."""
    estate = an_estate(DENY_ALL_IN)
    usual = told(estate)
    (pool,) = cluster_of(estate)["properties"]["agentPoolProfiles"]
    pool["vnetSubnetID"] = pool["vnetSubnetID"].upper()
    for rule in estate.of_type("networkSecurityGroups")[0]["properties"]["securityRules"]:
        words = rule["properties"]
        words |= {key: str(words[key]).upper() for key in ("access", "direction", "protocol")}
    assert usual == told(estate) == {"node-traffic-denied", "load-balancer-probe-denied"}


def test_two_families_are_not_asked_to_cross() -> None:
    allow6 = security_rule("nodes6", 4002, "Allow", source="fd00:1::/64", destination="fd00:1::/64")
    for rules, told_of in (
        ([ALLOW_PROBES, ALLOW_NODES, allow6, DENY_ALL_IN], set()),
        ([ALLOW_PROBES, ALLOW_NODES, DENY_ALL_IN], {"node-traffic-denied"}),
    ):
        estate = an_estate(*rules)
        vnet = estate.of_type("virtualNetworks")[0]["properties"]
        vnet["addressSpace"]["addressPrefixes"].append("fd00:1::/48")
        nodes = vnet["subnets"][0]["properties"]
        nodes.pop("addressPrefix")
        nodes["addressPrefixes"] = ["10.1.0.0/24", "fd00:1::/64"]
        assert told(estate) == told_of
