from aks_audit.rules.outbound.nat_gateway_beside_load_balancer import nat_gateway_beside_load_balancer
from tests.estate import Estate, Json, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(outbound_type: str = "loadBalancer") -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "more": "10.1.1.0/24"})
    pools = [Pool(subnet=subnet(vnet, "nodes")), Pool(name="np2", mode="User", subnet=subnet(vnet, "more"))]
    estate.cluster("aks1", pools=pools, outbound_type=outbound_type)
    return estate, vnet


def test_is_quiet_about_either_alone() -> None:
    assert messages(nat_gateway_beside_load_balancer, network_of(an_estate()[0])) == []
    assert messages(nat_gateway_beside_load_balancer, network_of(an_estate("userAssignedNATGateway")[0])) == []


def test_finds_a_gateway_on_one_of_two_subnets() -> None:
    estate, vnet = an_estate()
    estate.nat_gateway("natgw", subnets=[subnet(vnet, "more")])
    finding = only(findings(nat_gateway_beside_load_balancer, network_of(estate)))
    assert finding.message == (
        "aks1: outbound type loadBalancer, but more leaves by NAT gateway natgw; 1 of its node subnets has none"
    )
    assert [(line.resource_id.name, line.path, line.value) for line in finding.evidence] == [
        ("aks1", "properties.networkProfile.outboundType", "loadBalancer"),
        ("more", "properties.natGateway.id", estate.of_type("natGateways")[0]["id"]),
    ]
    assert [item.name for item in finding.affected] == ["more"]
    assert finding.cluster_id == finding.resource_id


def test_finds_two_gateways_on_all_subnets() -> None:
    estate, vnet = an_estate()
    estate.nat_gateway("one", subnets=[subnet(vnet, "nodes")])
    estate.nat_gateway("two", subnets=[subnet(vnet, "more")])
    assert messages(nat_gateway_beside_load_balancer, network_of(estate)) == [
        "aks1: outbound type loadBalancer, but nodes, more leave by NAT gateway one, two"
    ]


def test_cannot_tell_without_the_subnets() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(nat_gateway_beside_load_balancer, network)] == [403, 403]


def test_is_quiet_where_a_default_route_goes_before_both() -> None:
    estate, vnet = an_estate()
    estate.nat_gateway("natgw", subnets=[subnet(vnet, "more")])
    estate.route_table("rt", {"0.0.0.0/0": "10.1.200.4"}, subnets=[subnet(vnet, "more")])
    assert messages(nat_gateway_beside_load_balancer, network_of(estate)) == []
