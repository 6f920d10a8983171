import pytest

from aks_audit.findings import Severity
from aks_audit.rules.egress.default_route_unusable import default_route_unusable
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import TABLES, VNETS, Spoke, a_spoke


def leading_to(next_hop_type: str) -> Spoke:
    spoke = a_spoke()
    spoke.default["nextHopType"] = next_hop_type
    del spoke.default["nextHopIpAddress"]
    return spoke


def test_is_quiet_about_an_appliance() -> None:
    assert messages(default_route_unusable, network_of(a_spoke().estate)) == []


def test_finds_a_default_route_to_the_internet() -> None:
    spoke = leading_to("Internet")
    finding = only(findings(default_route_unusable, network_of(spoke.estate)))
    assert finding.message == (
        "rt, on nodes, more of aks1: default route default leads to Internet, and the cluster has no public address to "
        "leave by"
    )
    assert finding.resource_id.text == spoke.table["id"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.routes[default].addressPrefix", "0.0.0.0/0"),
        ("properties.routes[default].nextHopType", "Internet"),
        ("properties.networkProfile.outboundType", "userDefinedRouting"),
    ]
    assert [each.name for each in finding.affected] == ["nodes", "more", "aks1"]
    assert finding.cluster_id
    assert finding.severity is None


@pytest.mark.parametrize(
    ("next_hop_type", "words", "severity"),
    [
        ("none", "leads to none, which drops everything", None),
        ("VnetLocal", "leads to VnetLocal, where nothing outside of the network is", Severity.MEDIUM),
        (
            "VirtualNetworkGateway",
            "leads to VirtualNetworkGateway, and no gateway is in the network or in a peer whose gateway it uses",
            None,
        ),
    ],
)
def test_finds_the_other_dead_ends(next_hop_type: str, words: str, severity: Severity | None) -> None:
    finding = only(findings(default_route_unusable, network_of(leading_to(next_hop_type).estate)))
    assert finding.message.endswith(words)
    assert finding.severity is severity


def test_is_quiet_about_a_gateway_that_is_there() -> None:
    spoke = leading_to("VirtualNetworkGateway")
    spoke.estate.virtual_network_gateway(spoke.vnet)
    assert messages(default_route_unusable, network_of(spoke.estate)) == []


def test_is_quiet_about_a_peers_gateway_that_is_used() -> None:
    spoke = leading_to("VirtualNetworkGateway")
    spoke.peering["useRemoteGateways"] = True
    assert messages(default_route_unusable, network_of(spoke.estate)) == []


def test_is_quiet_about_other_outbound_types() -> None:
    spoke = leading_to("Internet")
    spoke.profile(outboundType="loadBalancer")
    assert messages(default_route_unusable, network_of(spoke.estate)) == []


def test_is_quiet_without_a_default_route() -> None:
    spoke = a_spoke()
    spoke.table["properties"]["routes"] = []
    assert messages(default_route_unusable, network_of(spoke.estate)) == []


def test_is_quiet_about_appliances_in_a_group() -> None:
    assert messages(default_route_unusable, network_of(leading_to("VirtualApplianceEcmp").estate)) == []


def test_cannot_tell_what_an_unknown_next_hop_type_does() -> None:
    spoke = leading_to("Quantum")
    (answer,) = unknowns(default_route_unusable, network_of(spoke.estate))
    assert answer.resource_id.text == spoke.table["id"]
    assert answer.gap.code == "InvalidValue"
    assert answer.gap.message == "properties.routes[default].nextHopType is 'Quantum', which is not known here"


def test_cannot_tell_without_the_table() -> None:
    (answer,) = unknowns(default_route_unusable, network_of(a_spoke().estate, refused=[TABLES]))
    assert answer.gap.status == 403


def test_cannot_tell_without_the_subnets() -> None:
    answers = unknowns(default_route_unusable, network_of(a_spoke().estate, refused=[VNETS]))
    assert [(answer.resource_id.name, answer.gap.status) for answer in answers] == [("nodes", 403), ("more", 403)]
