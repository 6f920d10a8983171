from ipaddress import ip_network

from aks_audit.findings import Severity
from aks_audit.model import Network
from aks_audit.rules.egress.egress_address_unexpected import egress_address_unexpected
from aks_audit.settings import Settings
from tests.estate import Estate, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns
from tests.rules.outbound.estates import a_prefix, an_estate, properties


def expecting(estate: Estate, *expected: str, refused: tuple[str, ...] = ()) -> Network:
    settings = Settings(expected_egress=tuple(ip_network(text) for text in expected))
    return network_of(estate, refused=refused, settings=settings)


def test_is_quiet_where_the_address_is_expected_or_nothing_is() -> None:
    estate, _ = an_estate(outbound_ips=2)
    assert messages(egress_address_unexpected, expecting(estate, "20.50.0.0/30")) == []
    assert messages(egress_address_unexpected, expecting(estate)) == []


def test_is_quiet_where_nothing_leaves() -> None:
    estate, vnet = an_estate("none")
    subnet(vnet, "nodes")["properties"]["defaultOutboundAccess"] = False
    assert messages(egress_address_unexpected, expecting(estate, "20.50.0.0/30")) == []


def test_finds_an_address_outside() -> None:
    estate, _ = an_estate("loadBalancer", Pool(), Pool(name="np2", mode="User"), outbound_ips=2)
    finding = only(findings(egress_address_unexpected, expecting(estate, "20.50.0.1/32")))
    assert finding.message == (
        "aks1/np1, aks1/np2 leave by 20.50.0.2 (loadBalancer kubernetes), outside of the expected 20.50.0.1: "
        "outbound rule aksOutboundRule of load balancer kubernetes"
    )
    assert finding.resource_id.name == "kubernetes"
    assert [item.name for item in finding.affected] == ["np1", "np2"]
    assert egress_address_unexpected.severity is Severity.HIGH
    assert [(line.path, line.value) for line in finding.evidence[1:]] == [("properties.ipAddress", "20.50.0.2")]
    assert [line.resource_id.text for line in finding.evidence[1:]] == [estate.of_type("publicIPAddresses")[1]["id"]]
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks1"


def test_finds_a_prefix_that_is_only_partly_expected() -> None:
    estate, _ = an_estate("userAssignedNATGateway")
    prefix = a_prefix(estate, "prefix", "20.60.0.0/29")
    estate.of_type("natGateways")[0]["properties"]["publicIpPrefixes"] = [{"id": prefix["id"]}]
    finding = only(findings(egress_address_unexpected, expecting(estate, "20.50.0.1/32", "20.60.0.0/30")))
    assert finding.message == (
        "aks1/np1 leaves by 20.60.0.0/29 (natGateway natgw-aks1), outside of the expected 20.50.0.1, 20.60.0.0/30: "
        "NAT gateway natgw-aks1 is on subnet nodes"
    )
    assert [(line.resource_id.name, line.path, line.value) for line in finding.evidence[1:]] == [
        ("prefix", "properties.ipPrefix", "20.60.0.0/29")
    ]


def test_finds_the_addresses_of_a_firewall_in_a_hub() -> None:
    estate, _ = an_estate("userDefinedRouting", next_hop="10.100.0.4")
    firewall = estate._add("Microsoft.Network/azureFirewalls", "fw-hub")
    shown = {"addresses": [{"address": f"20.70.0.{last}"} for last in (1, 2, 3)]}
    firewall["properties"]["hubIPAddresses"] = {"privateIPAddress": "10.100.0.4", "publicIPs": shown}
    finding = only(findings(egress_address_unexpected, expecting(estate, "20.70.0.2/32")))
    assert "aks1/np1 leaves by 20.70.0.1, 20.70.0.3 (appliance fw-hub)" in finding.message
    last = finding.evidence[-1]
    assert (last.resource_id.name, last.value) == ("fw-hub", ("20.70.0.1", "20.70.0.3"))
    assert last.path == "properties.hubIPAddresses.publicIPs.addresses[].address"


def test_finds_the_pods_that_leave_another_way_than_their_nodes() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "pods": "10.1.4.0/22"})
    nodes, pods = subnet(vnet, "nodes"), subnet(vnet, "pods")
    estate.cluster("aks1", "cni-pod-subnet-dynamic", subnet=nodes, pod_subnet=pods)
    estate.nat_gateway("natgw", subnets=[pods])
    finding = only(findings(egress_address_unexpected, expecting(estate, "20.50.0.1/32")))
    assert "leaves by 20.50.0.2 (natGateway natgw)" in finding.message


def test_finds_default_outbound_access_whatever_is_expected() -> None:
    finding = only(findings(egress_address_unexpected, expecting(an_estate("none")[0], "20.0.0.0/8")))
    assert finding.message == (
        "aks1/np1 leaves by an address of Azure's choosing (defaultOutboundAccess), outside of the expected "
        "20.0.0.0/8: nothing leads out of subnet nodes but Azure's default outbound access"
    )
    assert finding.resource_id.name == "nodes"


def test_does_not_take_one_family_for_the_other() -> None:
    assert len(messages(egress_address_unexpected, expecting(an_estate()[0], "::/0"))) == 1


def test_cannot_tell_without_the_addresses_or_the_way() -> None:
    estate, _ = an_estate()
    network = expecting(estate, "20.0.0.0/8", refused=("Microsoft.Network/publicIPAddresses",))
    assert [(u.resource_id.name, u.gap.status) for u in unknowns(egress_address_unexpected, network)] == [
        ("kubernetes", 403)
    ]
    network = expecting(estate, "20.0.0.0/8", refused=("Microsoft.Network/loadBalancers",))
    assert [(u.resource_id.name, u.gap.status) for u in unknowns(egress_address_unexpected, network)] == [
        ("nodes", 403)
    ]
    properties(estate)["agentPoolProfiles"] = []
    assert len(unknowns(egress_address_unexpected, expecting(estate, "20.0.0.0/8"))) == 1


def test_cannot_tell_behind_an_appliance_or_where_a_gateway_may_teach_a_default_route() -> None:
    estate, vnet = an_estate("userDefinedRouting", next_hop="10.1.200.4")
    answers = unknowns(egress_address_unexpected, expecting(estate, "20.0.0.0/8"))
    assert "VirtualAppliance 10.1.200.4" in answers[0].gap.message
    estate, vnet = an_estate()
    gateways = estate.add_subnet(vnet, "GatewaySubnet", "10.1.250.0/27")
    gateway = estate.resource_id("Microsoft.Network/virtualNetworkGateways", "vgw")
    gateways["properties"]["ipConfigurations"] = [{"id": f"{gateway}/ipConfigurations/default"}]
    answers = unknowns(egress_address_unexpected, expecting(estate, "20.0.0.0/8"))
    assert [u.gap.message for u in answers] == ["a gateway may advertise a default route, which ARM does not show"]
