from __future__ import annotations

from aks_audit.rules.nsg.azure_dns_denied import azure_dns_denied
from tests.estate import security_rule
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import DENY_ALL_OUT, an_estate

DENY_DNS = security_rule("deny-azure-dns", 200, direction="Outbound", destination="AzurePlatformDNS")


def test_is_quiet_where_no_rule_names_the_tag() -> None:
    assert messages(azure_dns_denied, network_of(an_estate())) == []
    assert messages(azure_dns_denied, network_of(an_estate(DENY_ALL_OUT))) == []


def test_finds_a_deny_by_the_tag() -> None:
    finding = only(findings(azure_dns_denied, network_of(an_estate(DENY_DNS))))
    assert finding.message == (
        "rule deny-azure-dns (priority 200, outbound) of nsg-nodes denies DNS to Azure's resolver of aks1: "
        "UDP on port 53 from 10.1.0.0/24 to AzurePlatformDNS"
    )
    assert [line.path for line in finding.evidence] == [
        "properties.securityRules[deny-azure-dns].properties.access",
        "properties.securityRules[deny-azure-dns].properties.priority",
        "properties.networkSecurityGroup.id",
    ]


def test_cannot_tell_without_the_groups() -> None:
    network = network_of(an_estate(), refused=["Microsoft.Network/networkSecurityGroups"])
    assert [answer.gap.status for answer in unknowns(azure_dns_denied, network)] == [403]


def test_an_allow_by_the_tag_before_it_counts() -> None:
    allow = security_rule("allow", 100, "Allow", direction="Outbound", destination="azureplatformdns")
    assert messages(azure_dns_denied, network_of(an_estate(allow, DENY_DNS))) == []


def test_is_quiet_where_the_network_has_servers_of_its_own() -> None:
    assert messages(azure_dns_denied, network_of(an_estate(DENY_DNS, dns=["10.9.0.4"]))) == []
    assert len(messages(azure_dns_denied, network_of(an_estate(DENY_DNS, dns=["10.9.0.4", "168.63.129.16"])))) == 1


def test_an_inbound_rule_and_other_ports_count_not() -> None:
    inbound = security_rule("in", 200, source="AzurePlatformDNS")
    other = security_rule("other", 201, direction="Outbound", destination="AzurePlatformDNS", ports="443")
    assert messages(azure_dns_denied, network_of(an_estate(inbound, other))) == []
