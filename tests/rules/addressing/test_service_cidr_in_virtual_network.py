from aks_audit.findings import Severity
from aks_audit.rules.addressing.service_cidr_in_virtual_network import service_cidr_in_virtual_network
from tests.estate import Estate
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(space: str = "10.0.0.0/8", nodes: str = "10.1.0.0/24") -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", [space], {"nodes": nodes})
    subnet = f"{vnet['id']}/subnets/nodes"
    estate.cluster("aks1", "cni-node-subnet", subnet=subnet, service_cidr="10.0.0.0/16")
    return estate


def test_is_quiet_where_the_ranges_are_apart() -> None:
    assert messages(service_cidr_in_virtual_network, network_of(an_estate("10.1.0.0/16"))) == []


def test_finds_a_service_cidr_in_the_space_of_a_custom_network() -> None:
    finding = only(findings(service_cidr_in_virtual_network, network_of(an_estate())))
    assert finding.message == (
        "aks1: service CIDR 10.0.0.0/16 lies in the address space of vnet (10.0.0.0/8); no subnet stands there yet"
    )
    assert finding.latent
    assert finding.severity is None


def test_leaves_a_collision_with_a_subnet_to_the_other_rule() -> None:
    assert messages(service_cidr_in_virtual_network, network_of(an_estate(nodes="10.0.1.0/24"))) == []


def test_is_no_alarm_where_aks_chose_the_network_itself() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-node-subnet", service_cidr="10.0.0.0/16")
    properties = estate.of_type("virtualNetworks")[0]["properties"]
    properties["addressSpace"]["addressPrefixes"] = ["10.0.0.0/8"]
    properties["subnets"][0]["properties"]["addressPrefix"] = "10.240.0.0/16"
    finding = only(findings(service_cidr_in_virtual_network, network_of(estate)))
    assert finding.severity is Severity.INFO
    assert not finding.latent


def test_cannot_tell_without_the_virtual_network() -> None:
    network = network_of(an_estate(), refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(service_cidr_in_virtual_network, network)] == [403]
