from aks_audit.rules.outbound.nat_gateway_without_addresses import nat_gateway_without_addresses
from tests.estate import subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import a_prefix, an_estate, two_pools


def test_is_quiet_where_it_has_an_address_or_a_prefix() -> None:
    estate, _ = an_estate("userAssignedNATGateway")
    assert messages(nat_gateway_without_addresses, network_of(estate)) == []
    gateway = estate.of_type("natGateways")[0]["properties"]
    gateway["publicIpAddresses"] = []
    gateway["publicIpPrefixes"] = [{"id": a_prefix(estate, "prefix", "20.60.0.0/30")["id"]}]
    assert messages(nat_gateway_without_addresses, network_of(estate)) == []


def test_is_quiet_about_an_empty_gateway_that_no_cluster_uses() -> None:
    estate, _ = an_estate()
    estate.nat_gateway("spare", public_ips=0)
    assert messages(nat_gateway_without_addresses, network_of(estate)) == []


def test_finds_an_empty_gateway_once_for_all_its_subnets() -> None:
    estate, vnet = an_estate()
    two_pools(estate, vnet, "loadBalancer")
    estate.nat_gateway("natgw", public_ips=0, subnets=[subnet(vnet, "nodes"), subnet(vnet, "more")])
    finding = only(findings(nat_gateway_without_addresses, network_of(estate)))
    assert finding.message == (
        "NAT gateway natgw has no public address, and nodes, more (aks1/np1, aks2/np1, aks2/np2) can leave by nothing "
        "else"
    )
    assert finding.resource_id.name == "natgw"
    assert finding.cluster_id is None
    assert [item.name for item in finding.affected] == ["np1", "np1", "np2"]
    assert [line.path for line in finding.evidence] == [
        "properties.publicIpAddresses",
        "properties.publicIpPrefixes",
        "properties.natGateway.id",
        "properties.natGateway.id",
    ]


def test_cannot_tell_without_the_gateway() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    two_pools(estate, vnet, "userAssignedNATGateway", nat_gateway=estate.of_type("natGateways")[0])
    network = network_of(estate, refused=["Microsoft.Network/natGateways"])
    assert [u.resource_id.name for u in unknowns(nat_gateway_without_addresses, network)] == ["natgw-aks1"]
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert len(unknowns(nat_gateway_without_addresses, network)) == 2


def test_cannot_tell_where_its_addresses_do_not_parse() -> None:
    estate, _ = an_estate("userAssignedNATGateway")
    estate.of_type("natGateways")[0]["properties"]["publicIpAddresses"] = "one"
    answers = unknowns(nat_gateway_without_addresses, network_of(estate))
    assert [(u.resource_id.name, u.gap.code) for u in answers] == [("natgw-aks1", "InvalidValue")]


def test_names_the_one_cluster_that_leaves_by_it() -> None:
    estate, _ = an_estate("userAssignedNATGateway")
    gateway = estate.of_type("natGateways")[0]
    gateway["properties"]["publicIpAddresses"] = []
    finding = only(findings(nat_gateway_without_addresses, network_of(estate)))
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks1"
    assert [line.value for line in finding.evidence] == [(), (), gateway["id"]]
