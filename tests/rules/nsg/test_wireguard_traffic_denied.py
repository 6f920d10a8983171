from __future__ import annotations

from aks_audit.rules.nsg.wireguard_traffic_denied import wireguard_traffic_denied
from tests.estate import Estate, Json, security_rule
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import DENY_ALL_IN, an_estate, cluster_of

CLOSED = security_rule("no-udp", 200, protocol="Udp", ports="51871")


def encrypted(*rules: Json, security: str = "WireGuard") -> Estate:
    estate = an_estate(*rules, model="cni-overlay", dataplane="cilium")
    network = cluster_of(estate)["properties"]["networkProfile"]
    network["advancedNetworking"] = {"enabled": True, "security": {"transitEncryption": {"type": security}}}
    return estate


def test_is_quiet_with_the_port_open_or_without_encryption() -> None:
    assert messages(wireguard_traffic_denied, network_of(encrypted())) == []
    assert messages(wireguard_traffic_denied, network_of(encrypted(CLOSED, security="None"))) == []


def test_finds_the_closed_port() -> None:
    finding = only(findings(wireguard_traffic_denied, network_of(encrypted(CLOSED))))
    assert finding.message == (
        "rule no-udp (priority 200, inbound) of nsg-nodes denies WireGuard between nodes of aks1: "
        "UDP on port 51871 from 10.1.0.0/24 to 10.1.0.0/24"
    )
    assert finding.evidence[0].resource_id.name == "nsg-nodes"
    assert finding.severity is None


def test_cannot_tell_without_the_groups() -> None:
    refused = ["Microsoft.Network/networkSecurityGroups"]
    (answer,) = unknowns(wireguard_traffic_denied, network_of(encrypted(), refused=refused))
    assert answer.gap.status == 403
    assert unknowns(wireguard_traffic_denied, network_of(an_estate(), refused=refused)) == [], "the question is moot"


def test_leaves_a_rule_that_denies_more_to_the_one_about_nodes() -> None:
    assert messages(wireguard_traffic_denied, network_of(encrypted(DENY_ALL_IN))) == []
    wider = security_rule("no-udp", 200, protocol="Udp", ports="51000-52000")
    assert messages(wireguard_traffic_denied, network_of(encrypted(wider))) == []
