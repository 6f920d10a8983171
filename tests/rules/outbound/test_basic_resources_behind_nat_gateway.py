from aks_audit.findings import Unknown
from aks_audit.rules.outbound.basic_resources_behind_nat_gateway import basic_resources_behind_nat_gateway
from tests.estate import Estate, Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate


def with_a_machine(estate: Estate, vnet: Json, sku: str) -> Json:
    """A jump box in the node subnet, with a public address."""
    nic = estate.virtual_machine_nic(subnet(vnet, "nodes"), "vm-jump")
    address = estate.public_ip("jump-ip", sku=sku)
    nic["properties"]["ipConfigurations"][0]["properties"]["publicIPAddress"] = {"id": address["id"]}
    return address


def test_is_quiet_about_standard_ones_and_without_a_gateway() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    with_a_machine(estate, vnet, "Standard")
    assert messages(basic_resources_behind_nat_gateway, network_of(estate)) == []
    estate, vnet = an_estate()
    with_a_machine(estate, vnet, "Basic")
    assert messages(basic_resources_behind_nat_gateway, network_of(estate)) == []


def test_finds_a_basic_address_and_a_basic_load_balancer() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    with_a_machine(estate, vnet, "Basic")
    estate.internal_load_balancer(subnet(vnet, "nodes"), "lb-old")["sku"] = {"name": "basic"}
    finding = only(findings(basic_resources_behind_nat_gateway, network_of(estate)))
    assert finding.message == (
        "subnet nodes of aks1/np1 has NAT gateway natgw-aks1 (Standard), and jump-ip, lb-old there are Basic"
    )
    assert {(line.resource_id.name, line.path) for line in finding.evidence} == {
        ("nodes", "properties.natGateway.id"),
        ("jump-ip", "sku.name"),
        ("lb-old", "sku.name"),
    }
    assert {item.name for item in finding.affected} == {"jump-ip", "lb-old"}
    assert finding.resource_id.name == "nodes"


def test_finds_an_address_whose_sku_an_old_answer_leaves_out() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    with_a_machine(estate, vnet, "Basic").pop("sku")
    assert messages(basic_resources_behind_nat_gateway, network_of(estate)) == [
        "subnet nodes of aks1/np1 has NAT gateway natgw-aks1 (Standard), and jump-ip there is Basic"
    ]


def test_cannot_tell_without_the_addresses() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    with_a_machine(estate, vnet, "Basic")
    network = network_of(estate, refused=["Microsoft.Network/publicIPAddresses"])
    answers = unknowns(basic_resources_behind_nat_gateway, network)
    assert [(u.resource_id.name, u.gap.status) for u in answers] == [("nodes", 403)]
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(basic_resources_behind_nat_gateway, network)] == [403]


def test_cannot_tell_where_what_the_subnet_names_was_not_read() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    with_a_machine(estate, vnet, "Basic")
    estate.internal_load_balancer(subnet(vnet, "nodes"), "lb-old")
    for refused in ("networkInterfaces", "loadBalancers"):
        resource_type = f"Microsoft.Network/{refused}"
        given = list(basic_resources_behind_nat_gateway.check(network_of(estate, refused=[resource_type])))
        told = [answer for answer in given if isinstance(answer, Unknown)]
        assert [(u.resource_id.name, u.gap.resource_type) for u in told] == [("nodes", resource_type)]
    quiet, _ = an_estate("userAssignedNATGateway")
    network = network_of(quiet, refused=["Microsoft.Network/networkInterfaces", "Microsoft.Network/loadBalancers"])
    assert messages(basic_resources_behind_nat_gateway, network) == []


def test_goes_on_after_a_subnet_without_a_gateway_and_names_the_cluster() -> None:
    estate, vnet = an_estate()
    estate.cluster("aks2", subnet=subnet(vnet, "more"), outbound_type="userAssignedNATGateway")
    free = estate.virtual_machine_nic(subnet(vnet, "more"), "vm-free")
    nic = estate.virtual_machine_nic(subnet(vnet, "more"), "vm-old")
    address = estate.public_ip("old-ip", sku="basic")
    nic["properties"]["ipConfigurations"][0]["properties"]["publicIPAddress"] = {"id": address["id"]}
    free["properties"]["ipConfigurations"][0]["properties"].pop("subnet")
    finding = only(findings(basic_resources_behind_nat_gateway, network_of(estate)))
    assert finding.message == "subnet more of aks2/np1 has NAT gateway natgw-aks2 (Standard), and old-ip there is Basic"
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks2"
    assert str(finding.evidence[0].value).endswith("/natGateways/natgw-aks2")
