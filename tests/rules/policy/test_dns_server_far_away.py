from __future__ import annotations

from aks_audit.findings import Severity
from aks_audit.rules.policy.dns_server_far_away import dns_server_far_away
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import VNETS, evidence, id_of
from .test_dns_server_single import with_dns


def test_is_quiet_about_servers_here_and_in_a_peer() -> None:
    for servers in (["10.1.0.9"], ["10.0.0.4", "192.168.7.4"], ["168.63.129.16", "192.168.7.4"], []):
        assert messages(dns_server_far_away, network_of(with_dns(*servers)[0])) == []


def test_finds_one_that_is_elsewhere() -> None:
    estate, _, spoke = with_dns("192.168.7.4", "10.0.0.4")
    finding = only(findings(dns_server_far_away, network_of(estate)))
    assert finding.message == (
        "spoke asks 192.168.7.4 first, which is in no network that it is peered with; in it: aks1"
    )
    assert finding.resource_id == id_of(spoke)
    assert evidence(finding) == [("properties.dhcpOptions.dnsServers", ("192.168.7.4", "10.0.0.4"))]
    assert finding.severity is None
    assert dns_server_far_away.severity is Severity.MEDIUM


def test_cannot_tell_what_is_no_address() -> None:
    estate, _, spoke = with_dns("nonsense")
    (answer,) = unknowns(dns_server_far_away, network_of(estate))
    assert (answer.resource_id, answer.gap.code) == (id_of(spoke), "InvalidValue")


def test_cannot_tell_without_the_network() -> None:
    estate, _, spoke = with_dns("10.0.0.4")
    (answer,) = unknowns(dns_server_far_away, network_of(estate, refused=[VNETS]))
    assert (answer.resource_id, answer.gap.status) == (id_of(spoke), 403)
