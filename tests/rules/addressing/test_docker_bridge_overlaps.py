from aks_audit.findings import Severity
from aks_audit.rules.addressing.docker_bridge_overlaps import docker_bridge_overlaps
from tests.estate import Estate, Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(bridge: str | None = "172.17.0.1/16", service_cidr: str = "172.16.0.0/16") -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16", "192.168.0.0/24"], {"nodes": "10.1.0.0/24"})
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"), service_cidr=service_cidr, pod_cidr="10.244.0.0/16")
    if bridge:
        cluster["properties"]["networkProfile"]["dockerBridgeCidr"] = bridge
    return estate, vnet


def test_is_quiet_where_the_bridge_is_clear_of_all_or_not_there() -> None:
    assert messages(docker_bridge_overlaps, network_of(an_estate()[0])) == []
    assert messages(docker_bridge_overlaps, network_of(an_estate(None, "172.17.0.0/16")[0])) == []


def test_finds_the_service_cidr_in_the_bridge() -> None:
    finding = only(findings(docker_bridge_overlaps, network_of(an_estate(service_cidr="172.17.0.0/20")[0])))
    assert finding.message == (
        "aks1: docker bridge 172.17.0.0/16 overlaps service CIDR 172.17.0.0/20; "
        "it matters only to nodes that run Docker"
    )
    assert finding.severity is None
    assert finding.cluster_id == finding.resource_id
    assert finding.affected == ()
    assert [(e.path.rpartition(".")[2], e.value) for e in finding.evidence] == [
        ("dockerBridgeCidr", "172.17.0.0/16"),
        ("serviceCidrs", ("172.17.0.0/20",)),
        ("podCidrs", ("10.244.0.0/16",)),
        ("addressPrefixes", ("10.1.0.0/16", "192.168.0.0/24")),
    ]


def test_finds_the_network_its_subnet_and_a_peer() -> None:
    estate, vnet = an_estate("10.1.0.1/24")
    finding = only(findings(docker_bridge_overlaps, network_of(estate)))
    assert "overlaps address space 10.1.0.0/16 of vnet, subnet 10.1.0.0/24 of nodes;" in finding.message
    assert [resource.name for resource in finding.affected] == ["vnet", "nodes"]
    estate, vnet = an_estate()
    estate.peer(vnet, estate.virtual_network("hub", "172.17.4.0/24"))
    assert messages(docker_bridge_overlaps, network_of(estate)) == [
        "aks1: docker bridge 172.17.0.0/16 overlaps address space 172.17.4.0/24 of hub; "
        "it matters only to nodes that run Docker"
    ]


def test_cannot_tell_without_the_virtual_network() -> None:
    for bridge, expected in (("172.17.0.1/16", [403]), (None, [])):
        network = network_of(an_estate(bridge)[0], refused=["Microsoft.Network/virtualNetworks"])
        assert [u.gap.status for u in unknowns(docker_bridge_overlaps, network)] == expected


def test_cannot_tell_where_the_bridge_does_not_parse() -> None:
    network = network_of(an_estate("172.17.0.1/99")[0])
    assert [u.gap.code for u in unknowns(docker_bridge_overlaps, network)] == ["InvalidValue"]


def test_is_of_low_severity_where_nothing_is_said() -> None:
    assert docker_bridge_overlaps.severity is Severity.LOW
