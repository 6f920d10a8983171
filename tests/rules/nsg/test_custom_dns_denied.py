from __future__ import annotations

from aks_audit.rules.nsg.custom_dns_denied import custom_dns_denied
from tests.estate import security_rule
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import DENY_ALL_OUT, an_estate

SERVERS = ["10.9.0.4", "10.9.0.5"]


def test_is_quiet_with_the_default_rules_and_with_azures_resolver() -> None:
    assert messages(custom_dns_denied, network_of(an_estate(dns=SERVERS))) == []
    assert messages(custom_dns_denied, network_of(an_estate(DENY_ALL_OUT))) == []
    assert messages(custom_dns_denied, network_of(an_estate(DENY_ALL_OUT, dns=["168.63.129.16"]))) == []


def test_finds_servers_that_nodes_may_not_ask() -> None:
    allow = security_rule("dns", 300, "Allow", direction="Outbound", destination="10.9.0.4", ports="53")
    finding = only(findings(custom_dns_denied, network_of(an_estate(allow, DENY_ALL_OUT, dns=SERVERS))))
    assert finding.message == (
        "rule deny-all-out (priority 4096, outbound) of nsg-nodes denies DNS to 10.9.0.5 of aks1: "
        "UDP on port 53 from 10.1.0.0/24 to 10.9.0.5/32"
    )
    assert finding.evidence[0].value == "Deny"


def test_cannot_tell_without_the_groups() -> None:
    network = network_of(an_estate(dns=SERVERS), refused=["Microsoft.Network/networkSecurityGroups"])
    assert [answer.gap.status for answer in unknowns(custom_dns_denied, network)] == [403]


def test_a_deny_of_tcp_alone_or_of_other_places_counts_not() -> None:
    tcp = security_rule("no", 300, direction="Outbound", protocol="Tcp", ports="53")
    internet = security_rule("nor", 301, direction="Outbound", destination="20.0.0.0/8")
    assert messages(custom_dns_denied, network_of(an_estate(tcp, internet, dns=SERVERS))) == []


def test_a_text_that_is_no_address_is_passed_over() -> None:
    assert messages(custom_dns_denied, network_of(an_estate(DENY_ALL_OUT, dns=["dns.corp"]))) == []
