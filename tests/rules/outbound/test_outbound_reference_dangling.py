from aks_audit.rules.outbound.outbound_reference_dangling import outbound_reference_dangling
from tests.estate import Estate, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import a_prefix, an_estate, balancer, profile, properties, two_pools

PROFILE = "properties.networkProfile.loadBalancerProfile"


def test_is_quiet_where_everything_named_is_there() -> None:
    assert messages(outbound_reference_dangling, network_of(an_estate()[0])) == []
    estate, _ = an_estate("userAssignedNATGateway")
    prefix = a_prefix(estate, "prefix", "20.60.0.0/30")
    estate.of_type("natGateways")[0]["properties"]["publicIpPrefixes"] = [{"id": prefix["id"]}]
    assert messages(outbound_reference_dangling, network_of(estate)) == []


def test_is_quiet_about_an_address_that_none_was_given_to_yet() -> None:
    estate, _ = an_estate("userAssignedNATGateway")
    del estate.of_type("publicIPAddresses")[0]["properties"]["ipAddress"]
    assert messages(outbound_reference_dangling, network_of(estate)) == []


def test_finds_an_address_that_profile_and_load_balancer_name() -> None:
    estate, _ = an_estate()
    address = estate.of_type("publicIPAddresses")[0]
    estate.remove(address)
    finding = only(findings(outbound_reference_dangling, network_of(estate)))
    assert finding.message == (
        f"public IP address {address['name']} does not exist, and aks1, kubernetes name it for the way out of aks1"
    )
    assert [(line.resource_id.name, line.path) for line in finding.evidence] == [
        ("aks1", f"{PROFILE}.effectiveOutboundIPs[].id"),
        ("kubernetes", "properties.frontendIPConfigurations[].publicIPAddress.id"),
    ]
    assert {line.value for line in finding.evidence} == {address["id"]}
    assert finding.resource_id.text == address["id"]
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks1"


def test_finds_a_prefix_that_the_load_balancer_names() -> None:
    estate, _ = an_estate()
    gone = estate.resource_id("Microsoft.Network/publicIPPrefixes", "range")
    balancer(estate)["frontendIPConfigurations"][0]["properties"] = {"publicIPPrefix": {"id": gone}}
    (line,) = only(findings(outbound_reference_dangling, network_of(estate))).evidence
    assert (line.resource_id.name, line.path, line.value) == (
        "kubernetes",
        "properties.frontendIPConfigurations[].publicIPPrefix.id",
        gone,
    )


def test_finds_addresses_and_prefixes_of_the_owners() -> None:
    estate, _ = an_estate()
    gone = [
        estate.resource_id("Microsoft.Network/publicIPAddresses", "own"),
        estate.resource_id("Microsoft.Network/publicIPPrefixes", "range"),
    ]
    profile(estate).update(
        outboundIPs={"publicIPs": [{"id": gone[0]}]}, outboundIPPrefixes={"publicIPPrefixes": [{"id": gone[1]}]}
    )
    found = findings(outbound_reference_dangling, network_of(estate))
    assert [item.message for item in found] == [
        "public IP address own does not exist, and aks1 names it for the way out of aks1",
        "public IP prefix range does not exist, and aks1 names it for the way out of aks1",
    ]
    assert [item.evidence[0].path for item in found] == [
        f"{PROFILE}.outboundIPs.publicIPs[].id",
        f"{PROFILE}.outboundIPPrefixes.publicIPPrefixes[].id",
    ]


def test_finds_a_gateway_that_two_subnets_name_once() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    two_pools(estate, vnet, "userAssignedNATGateway", nat_gateway=estate.of_type("natGateways")[0])
    estate.remove(estate.of_type("natGateways")[0])
    finding = only(findings(outbound_reference_dangling, network_of(estate)))
    assert finding.message == (
        "NAT gateway natgw-aks1 does not exist, and nodes, more name it for the way out of aks1, aks2"
    )
    assert {line.path for line in finding.evidence} == {"properties.natGateway.id"}
    assert len(finding.evidence) == 2
    assert finding.cluster_id is None
    assert [item.name for item in finding.affected] == ["aks1", "aks2"]


def test_finds_the_addresses_that_a_gateway_names() -> None:
    estate, _ = an_estate("userAssignedNATGateway")
    estate.remove(estate.of_type("publicIPAddresses")[0])
    range_id = estate.resource_id("Microsoft.Network/publicIPPrefixes", "range")
    estate.of_type("natGateways")[0]["properties"]["publicIpPrefixes"] = [{"id": range_id}]
    found = findings(outbound_reference_dangling, network_of(estate))
    assert [item.message for item in found] == [
        "public IP address natgw-aks1-ip1 does not exist, and natgw-aks1 names it for the way out of aks1",
        "public IP prefix range does not exist, and natgw-aks1 names it for the way out of aks1",
    ]
    assert [item.evidence[0].path for item in found] == [
        "properties.publicIpAddresses[].id",
        "properties.publicIpPrefixes[].id",
    ]


def test_finds_the_prefix_of_nodes_with_addresses_of_their_own() -> None:
    gone = Estate().resource_id("Microsoft.Network/publicIPPrefixes", "range")
    pool = Pool(extra={"enableNodePublicIP": True, "nodePublicIPPrefixID": gone})
    estate, _ = an_estate("userAssignedNATGateway", pool)
    finding = only(findings(outbound_reference_dangling, network_of(estate)))
    assert finding.evidence[0].path == "properties.agentPoolProfiles[np1].nodePublicIPPrefixID"
    properties(estate)["agentPoolProfiles"][0]["enableNodePublicIP"] = False
    assert messages(outbound_reference_dangling, network_of(estate)) == []


def test_trusts_what_is_in_effect_only_at_rest() -> None:
    estate, _ = an_estate()
    estate.remove(estate.of_type("publicIPAddresses")[0])
    properties(estate)["provisioningState"] = "Updating"
    assert messages(outbound_reference_dangling, network_of(estate)) == []


def test_asks_nothing_of_a_profile_that_is_left_behind() -> None:
    estate, _ = an_estate("userDefinedRouting")
    gone = estate.resource_id("Microsoft.Network/publicIPAddresses", "own")
    properties(estate)["networkProfile"]["loadBalancerProfile"] = {"outboundIPs": {"publicIPs": [{"id": gone}]}}
    assert messages(outbound_reference_dangling, network_of(estate)) == []


def test_cannot_tell_without_the_addresses_the_gateway_or_the_subnet() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    for refused, name in (
        ("publicIPAddresses", "natgw-aks1-ip1"),
        ("natGateways", "natgw-aks1"),
        ("virtualNetworks", "nodes"),
    ):
        network = network_of(estate, refused=[f"Microsoft.Network/{refused}"])
        answers = unknowns(outbound_reference_dangling, network)
        assert [(u.resource_id.name, u.gap.status) for u in answers] == [(name, 403)]
    assert subnet(vnet, "nodes")["properties"]["natGateway"]


def test_cannot_tell_without_the_load_balancer() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/loadBalancers"])
    answers = unknowns(outbound_reference_dangling, network)
    assert [(u.resource_id.name, u.gap.status) for u in answers] == [("aks1", 403)]
