from aks_audit.findings import Severity
from aks_audit.rules.outbound.default_route_overrides_outbound_type import default_route_overrides_outbound_type
from tests.estate import Estate, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import a_route, an_estate, properties, two_pools


def test_is_quiet_without_a_default_route_and_where_it_is_meant() -> None:
    assert messages(default_route_overrides_outbound_type, network_of(an_estate()[0])) == []
    assert messages(default_route_overrides_outbound_type, network_of(an_estate("userDefinedRouting")[0])) == []
    estate, vnet = an_estate("none")
    a_route(estate, subnet(vnet, "nodes"), "VirtualAppliance", "10.1.200.4")
    assert messages(default_route_overrides_outbound_type, network_of(estate)) == []


def test_is_quiet_about_a_route_to_the_internet_and_about_the_routes_of_kubenet() -> None:
    estate, vnet = an_estate()
    a_route(estate, subnet(vnet, "nodes"), "Internet")
    assert messages(default_route_overrides_outbound_type, network_of(estate)) == []
    kubenet = Estate()
    kubenet.cluster("aks1", "kubenet")
    assert messages(default_route_overrides_outbound_type, network_of(kubenet)) == []


def test_finds_one_route_that_takes_the_traffic_of_two_subnets() -> None:
    estate, vnet = an_estate()
    two_pools(estate, vnet, "userAssignedNATGateway")
    table = a_route(estate, subnet(vnet, "nodes"), "VirtualAppliance", "10.1.200.4")
    estate.attach(table, subnet(vnet, "more"))
    finding = only(findings(default_route_overrides_outbound_type, network_of(estate)))
    assert finding.message == (
        "route default of rt takes what leaves nodes, more (0.0.0.0/0 to VirtualAppliance 10.1.200.4), "
        "but aks1 says loadBalancer, aks2 says userAssignedNATGateway"
    )
    assert finding.resource_id.name == "rt"
    assert finding.key == "default"
    assert finding.severity is None
    assert finding.cluster_id is None
    assert [item.name for item in finding.affected] == ["np1", "np1", "np2"]
    assert [line.path for line in finding.evidence] == [
        "properties.routes[default].addressPrefix",
        "properties.routes[default].nextHopType",
        "properties.routes[default].nextHopIpAddress",
        "properties.networkProfile.outboundType",
        "properties.networkProfile.outboundType",
    ]


def test_finds_a_route_to_nowhere_critical() -> None:
    estate, vnet = an_estate()
    a_route(estate, subnet(vnet, "nodes"), "None")
    finding = only(findings(default_route_overrides_outbound_type, network_of(estate)))
    assert finding.message == (
        "route default of rt drops what leaves nodes (0.0.0.0/0 to None), but aks1 says loadBalancer"
    )
    assert finding.severity is Severity.CRITICAL
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks1"


def test_cannot_tell_without_the_table() -> None:
    estate, vnet = an_estate()
    a_route(estate, subnet(vnet, "nodes"), "VirtualAppliance", "10.1.200.4")
    network = network_of(estate, refused=["Microsoft.Network/routeTables"])
    answers = unknowns(default_route_overrides_outbound_type, network)
    assert [(u.resource_id.name, u.gap.status) for u in answers] == [("nodes", 403)]
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert [u.resource_id.name for u in unknowns(default_route_overrides_outbound_type, network)] == ["nodes"]


def test_says_the_default_where_the_outbound_type_is_absent() -> None:
    estate, vnet = an_estate()
    properties(estate)["networkProfile"].pop("outboundType")
    a_route(estate, subnet(vnet, "nodes"), "None")
    finding = only(findings(default_route_overrides_outbound_type, network_of(estate)))
    assert finding.message.endswith(", but aks1 says loadBalancer")
