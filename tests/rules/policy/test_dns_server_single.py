from __future__ import annotations

import pytest

from aks_audit.findings import Severity
from aks_audit.rules.policy.dns_server_single import dns_server_single
from tests.estate import Estate, Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import VNETS, evidence, id_of


def with_dns(*servers: str) -> tuple[Estate, Json, Json]:
    """A hub with two subnets, a peered spoke that asks these servers, and the cluster in it."""
    estate = Estate()
    hub = estate.virtual_network("hub", "10.0.0.0/16", {"dns": "10.0.0.0/24", "inbound": "10.0.1.0/28"})
    spoke = estate.virtual_network("spoke", "10.1.0.0/16", {"nodes": "10.1.0.0/22"}, peer_with=[hub], dns=servers)
    estate.cluster("aks1", subnet=subnet(spoke, "nodes"))
    return estate, hub, spoke


def test_is_quiet_about_two_and_about_none() -> None:
    assert messages(dns_server_single, network_of(with_dns("10.0.0.4", "10.0.0.5")[0])) == []
    assert messages(dns_server_single, network_of(with_dns()[0])) == []


def test_finds_one() -> None:
    estate, _, spoke = with_dns("10.0.0.4")
    finding = only(findings(dns_server_single, network_of(estate)))
    assert finding.message == "spoke has 10.0.0.4 as its only DNS server; in it: aks1"
    assert finding.resource_id == id_of(spoke)
    assert evidence(finding) == [("properties.dhcpOptions.dnsServers", ("10.0.0.4",))]
    assert finding.severity is None
    assert dns_server_single.severity is Severity.MEDIUM


def test_the_same_address_twice_is_one() -> None:
    assert len(messages(dns_server_single, network_of(with_dns("10.0.0.4", " 10.0.0.4")[0]))) == 1


@pytest.mark.parametrize("server", ["168.63.129.16", " 168.63.129.16 ", "10.0.1.4"])
def test_lets_services_of_azure_pass(server: str) -> None:
    estate, hub, _ = with_dns(server)
    estate.delegate(subnet(hub, "inbound"), "Microsoft.Network/dnsResolvers")
    assert messages(dns_server_single, network_of(estate)) == []
    estate, hub, _ = with_dns("10.0.0.4")
    estate.delegate(subnet(hub, "inbound"), "Microsoft.Network/dnsResolvers")
    assert len(messages(dns_server_single, network_of(estate))) == 1


def test_lets_an_azure_firewall_pass() -> None:
    estate, hub, spoke = with_dns("10.0.0.4")
    firewall = estate.azure_firewall(hub)
    address = firewall["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"]
    assert len(messages(dns_server_single, network_of(estate))) == 1
    spoke["properties"]["dhcpOptions"] = {"dnsServers": [address]}
    assert messages(dns_server_single, network_of(estate)) == []


def test_nobody_has_to_read_the_firewall_itself() -> None:
    estate, hub, spoke = with_dns("10.0.0.4")
    firewall = estate.azure_firewall(hub)
    address = firewall["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"]
    spoke["properties"]["dhcpOptions"] = {"dnsServers": [address]}
    assert messages(dns_server_single, network_of(estate, refused=["Microsoft.Network/azureFirewalls"])) == []


def test_lets_the_firewall_of_a_virtual_hub_pass() -> None:
    estate, _, _ = with_dns("10.100.0.132")
    assert len(messages(dns_server_single, network_of(estate))) == 1
    estate.hub_firewall(address="10.100.0.132")
    assert messages(dns_server_single, network_of(estate)) == []


def test_azure_beside_one_of_ones_own_is_two() -> None:
    assert messages(dns_server_single, network_of(with_dns("10.0.0.4", "168.63.129.16")[0])) == []


def test_a_server_outside_azure_is_one_too() -> None:
    assert len(messages(dns_server_single, network_of(with_dns("192.168.7.4")[0]))) == 1


def test_cannot_tell_what_stands_at_an_address_in_a_network_not_read() -> None:
    estate, hub, spoke = with_dns("10.0.0.4")
    estate.remove(hub)
    estate.resources = [r for r in estate.resources if not r["id"].startswith(f"{hub['id']}/")]
    subscription = "/subscriptions/00000000-0000-0000-0000-000000000099"
    other = hub["id"].replace(f"/subscriptions/{estate.subscription}", subscription)
    for peering in spoke["properties"]["virtualNetworkPeerings"]:
        peering["properties"]["remoteVirtualNetwork"] = {"id": other}
    (answer,) = unknowns(dns_server_single, network_of(estate))
    assert (answer.resource_id, answer.gap.code) == (id_of(spoke), "NotCollected")


def test_cannot_tell_what_is_no_address() -> None:
    estate, _, spoke = with_dns("nonsense")
    (answer,) = unknowns(dns_server_single, network_of(estate))
    assert (answer.resource_id, answer.gap.code) == (id_of(spoke), "InvalidValue")


def test_cannot_tell_without_the_network() -> None:
    estate, _, spoke = with_dns("10.0.0.4", "10.0.0.5")
    (answer,) = unknowns(dns_server_single, network_of(estate, refused=[VNETS]))
    assert (answer.resource_id, answer.gap.status) == (id_of(spoke), 403)
