from aks_audit.rules.addressing.subnet_outside_virtual_network import subnet_outside_virtual_network
from tests.estate import Estate
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(*space: str, nodes: str = "10.249.0.0/16") -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", list(space), {"nodes": nodes})
    subnet = f"{vnet['id']}/subnets/nodes"
    estate.cluster("aks1", "cni-overlay", subnet=subnet, pod_cidr="192.168.0.0/16", service_cidr="172.16.0.0/16")
    return estate


def test_is_quiet_about_a_subnet_inside() -> None:
    assert messages(subnet_outside_virtual_network, network_of(an_estate("10.248.0.0/14"))) == []


def test_joins_adjoining_prefixes() -> None:
    network = network_of(an_estate("10.248.0.0/16", "10.249.0.0/16", nodes="10.248.0.0/15"))
    assert messages(subnet_outside_virtual_network, network) == []


def test_finds_a_subnet_of_another_plan() -> None:
    finding = only(
        findings(subnet_outside_virtual_network, network_of(an_estate("10.248.0.0/14", nodes="10.244.0.0/16")))
    )
    assert finding.message == "nodes: 10.244.0.0/16 is not inside 10.248.0.0/14 of vnet"


def test_cannot_tell_without_an_address_space() -> None:
    estate = an_estate("10.248.0.0/14")
    del estate.of_type("virtualNetworks")[0]["properties"]["addressSpace"]
    answers = unknowns(subnet_outside_virtual_network, network_of(estate))
    assert [u.gap.message for u in answers] == ["no address prefix is given"]
