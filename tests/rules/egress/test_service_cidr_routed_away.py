from aks_audit.findings import Severity
from aks_audit.rules.egress.service_cidr_routed_away import service_cidr_routed_away
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import FIREWALL, TABLES, a_spoke, far_away


def test_is_quiet_without_a_route_to_an_appliance() -> None:
    spoke = a_spoke(outbound_type="loadBalancer")
    spoke.table["properties"]["routes"] = []
    assert messages(service_cidr_routed_away, network_of(spoke.estate)) == []


def test_finds_the_default_route_to_the_firewall() -> None:
    spoke = a_spoke(service_cidr="172.16.0.0/16")
    finding = only(findings(service_cidr_routed_away, network_of(spoke.estate)))
    assert finding.message == (
        "rt: route default, 0.0.0.0/0, takes what aks1 sends to the service CIDR 172.16.0.0/16 untranslated to "
        "VirtualAppliance 10.0.1.4"
    )
    assert service_cidr_routed_away.severity is Severity.INFO
    assert finding.severity is None
    assert finding.resource_id.text == spoke.table["id"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.routes[default].addressPrefix", "0.0.0.0/0"),
        ("properties.routes[default].nextHopType", "VirtualAppliance"),
        ("properties.routes[default].nextHopIpAddress", FIREWALL),
        ("properties.networkProfile.serviceCidrs", ("172.16.0.0/16",)),
    ]
    assert [each.name for each in finding.affected] == ["nodes", "more", "aks1"]
    assert finding.cluster_id
    assert finding.key == "default"


def test_a_narrower_route_decides() -> None:
    spoke = a_spoke(service_cidr="172.16.0.0/16")
    spoke.estate.add_route(spoke.table, "172.16.0.0/12", "None")
    assert messages(service_cidr_routed_away, network_of(spoke.estate)) == []
    spoke.estate.add_route(spoke.table, "172.16.0.0/16", FIREWALL, "services")
    (message,) = messages(service_cidr_routed_away, network_of(spoke.estate))
    assert message.startswith("rt: route services, 172.16.0.0/16, takes")


def test_cannot_tell_without_the_service_cidr() -> None:
    spoke = a_spoke()
    for words in ("serviceCidr", "serviceCidrs"):
        spoke.cluster["properties"]["networkProfile"].pop(words)
    (answer,) = unknowns(service_cidr_routed_away, network_of(spoke.estate))
    assert answer.gap.message == "properties.networkProfile.serviceCidr is absent"
    assert answer.resource_id.name == "aks1"
    spoke.table["properties"]["routes"] = []
    assert messages(service_cidr_routed_away, network_of(spoke.estate)) == []


def test_cannot_tell_without_the_tables() -> None:
    (answer,) = unknowns(service_cidr_routed_away, network_of(a_spoke().estate, refused=[TABLES]))
    assert (answer.resource_id.name, answer.gap.status) == ("rt", 403)


def test_cannot_tell_where_the_space_of_a_peer_is_not_known() -> None:
    spoke = a_spoke()
    far_away(spoke)
    for words in ("remoteAddressSpace", "remoteVirtualNetworkAddressSpace"):
        spoke.peering.pop(words)
    (answer,) = unknowns(service_cidr_routed_away, network_of(spoke.estate))
    assert answer.resource_id.text == spoke.table["id"]
