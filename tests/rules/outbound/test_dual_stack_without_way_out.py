from aks_audit.rules.outbound.dual_stack_without_way_out import dual_stack_without_way_out
from tests.estate import Estate, Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import a_route, an_estate, an_ipv6_address, balancer, properties, two_pools


def dual(outbound_type: str = "loadBalancer") -> tuple[Estate, Json]:
    estate, vnet = an_estate(outbound_type)
    properties(estate)["networkProfile"]["ipFamilies"] = ["IPv4", "IPv6"]
    vnet["properties"]["addressSpace"]["addressPrefixes"].append("fd00::/48")
    return estate, vnet


def with_an_ipv6_frontend(estate: Estate) -> None:
    address = an_ipv6_address(estate, "six")
    frontend = {"name": "six", "id": f"{estate.of_type('loadBalancers')[0]['id']}/frontendIPConfigurations/six"}
    balancer(estate)["frontendIPConfigurations"].append(
        frontend | {"properties": {"publicIPAddress": {"id": address["id"]}}}
    )
    rule = {"frontendIPConfigurations": [{"id": frontend["id"]}]}
    balancer(estate)["outboundRules"].append({"name": "aksOutboundRule-ipv6", "properties": rule})


def test_is_quiet_where_an_outbound_rule_has_an_ipv6_address() -> None:
    estate, _ = dual()
    with_an_ipv6_frontend(estate)
    assert messages(dual_stack_without_way_out, network_of(estate)) == []


def test_is_quiet_about_one_family_and_about_types_that_leave_the_way_to_the_owner() -> None:
    assert messages(dual_stack_without_way_out, network_of(an_estate()[0])) == []
    for outbound_type in ("userDefinedRouting", "none"):
        assert messages(dual_stack_without_way_out, network_of(dual(outbound_type)[0])) == []


def test_is_quiet_where_a_route_of_the_owners_leads_out() -> None:
    estate, vnet = dual()
    a_route(estate, subnet(vnet, "nodes"), "VirtualAppliance", "fd00::4", "::/0")
    assert messages(dual_stack_without_way_out, network_of(estate)) == []


def test_is_quiet_behind_a_gateway_that_speaks_ipv6() -> None:
    estate, _ = dual("userAssignedNATGateway")
    gateway = estate.of_type("natGateways")[0]
    gateway["sku"]["name"] = "StandardV2"
    gateway["properties"]["publicIpAddresses"].append({"id": an_ipv6_address(estate, "six")["id"]})
    assert messages(dual_stack_without_way_out, network_of(estate)) == []


def test_finds_a_load_balancer_with_ipv4_alone() -> None:
    finding = only(findings(dual_stack_without_way_out, network_of(dual()[0])))
    assert finding.message == "aks1: dual stack, but IPv6 cannot leave nodes: no outbound rule has an IPv6 address"
    assert [(line.path, line.value) for line in finding.evidence] == [
        ("properties.networkProfile.ipFamilies", ("IPv4", "IPv6")),
        ("properties.networkProfile.outboundType", "loadBalancer"),
        ("properties.natGateway.id", None),
    ]
    assert [item.name for item in finding.affected] == ["nodes"]


def test_finds_gateways_of_sku_standard_and_of_v2_without_an_ipv6_address() -> None:
    for sku in ("Standard", "StandardV2"):
        estate, _ = dual("userAssignedNATGateway")
        estate.of_type("natGateways")[0]["sku"]["name"] = sku
        assert messages(dual_stack_without_way_out, network_of(estate)) == [
            "aks1: dual stack, but IPv6 cannot leave nodes: NAT gateway natgw-aks1 has no IPv6"
        ]


def test_finds_two_subnets_of_one_cluster_once() -> None:
    estate, vnet = an_estate("none")
    two_pools(estate, vnet, "loadBalancer")
    properties(estate, 1)["networkProfile"]["ipFamilies"] = ["IPv4", "IPv6"]
    finding = only(findings(dual_stack_without_way_out, network_of(estate)))
    assert finding.message == (
        "aks2: dual stack, but IPv6 cannot leave nodes, more: no outbound rule has an IPv6 address"
    )


def test_finds_a_route_to_nowhere_and_a_load_balancer_that_is_gone() -> None:
    estate, vnet = dual()
    with_an_ipv6_frontend(estate)
    a_route(estate, subnet(vnet, "nodes"), "None", prefix="::/0")
    assert len(messages(dual_stack_without_way_out, network_of(estate))) == 1
    estate, _ = dual()
    estate.remove(estate.of_type("loadBalancers")[0])
    assert len(messages(dual_stack_without_way_out, network_of(estate))) == 1


def test_waits_while_an_operation_runs() -> None:
    estate, _ = dual()
    properties(estate)["provisioningState"] = "Updating"
    assert messages(dual_stack_without_way_out, network_of(estate)) == []


def test_cannot_tell_without_what_decides() -> None:
    for refused in ("virtualNetworks", "loadBalancers", "publicIPAddresses"):
        network = network_of(dual()[0], refused=[f"Microsoft.Network/{refused}"])
        assert [(u.resource_id.name, u.gap.status) for u in unknowns(dual_stack_without_way_out, network)] == [
            ("nodes", 403)
        ]
    network = network_of(dual("userAssignedNATGateway")[0], refused=["Microsoft.Network/natGateways"])
    assert [u.gap.status for u in unknowns(dual_stack_without_way_out, network)] == [403]


def test_cannot_tell_without_the_route_table() -> None:
    estate, vnet = dual()
    a_route(estate, subnet(vnet, "nodes"), "VirtualAppliance", "fd00::4", "::/0")
    network = network_of(estate, refused=["Microsoft.Network/routeTables"])
    assert [u.gap.status for u in unknowns(dual_stack_without_way_out, network)] == [403]
