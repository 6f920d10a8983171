from aks_audit.findings import Severity
from aks_audit.rules.outbound.nat_gateway_missing import nat_gateway_missing
from tests.estate import Estate, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import a_route, an_estate, properties, two_pools


def test_is_quiet_where_every_subnet_has_the_gateway() -> None:
    assert messages(nat_gateway_missing, network_of(an_estate("userAssignedNATGateway")[0])) == []
    managed = Estate()
    managed.cluster("aks1", outbound_type="managedNATGateway")
    assert messages(nat_gateway_missing, network_of(managed)) == []


def test_is_quiet_about_other_outbound_types() -> None:
    for outbound_type in ("loadBalancer", "userDefinedRouting", "none"):
        assert messages(nat_gateway_missing, network_of(an_estate(outbound_type)[0])) == []


def test_finds_the_subnet_of_a_pool_that_was_added_later() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    two_pools(estate, vnet, "userAssignedNATGateway")
    subnet(vnet, "more")["properties"].pop("natGateway")
    finding = only(findings(nat_gateway_missing, network_of(estate)))
    assert finding.message == (
        "subnet more of aks2/np2 has no NAT gateway although the outbound type is userAssignedNATGateway, "
        "so default outbound access is all there is"
    )
    assert finding.resource_id.name == "more"
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks2"
    assert [item.name for item in finding.affected] == ["np2"]
    assert [(line.path, line.value) for line in finding.evidence] == [
        ("properties.natGateway", None),
        ("properties.defaultOutboundAccess", None),
        ("properties.networkProfile.outboundType", "userAssignedNATGateway"),
    ]


def test_finds_one_subnet_of_two_clusters_once() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    estate.cluster("aks2", subnet=subnet(vnet, "nodes"), outbound_type="userAssignedNATGateway")
    subnet(vnet, "nodes")["properties"] |= {"natGateway": None, "defaultOutboundAccess": False}
    finding = only(findings(nat_gateway_missing, network_of(estate)))
    assert finding.message == (
        "subnet nodes of aks1/np1, aks2/np1 has no NAT gateway although the outbound type is userAssignedNATGateway, "
        "and default outbound access is off: no way out"
    )
    assert finding.cluster_id is None
    assert len(finding.affected) == 2
    assert nat_gateway_missing.severity is Severity.CRITICAL


def test_finds_the_pod_subnet_too() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "pods": "10.1.4.0/22"})
    nodes, pods = subnet(vnet, "nodes"), subnet(vnet, "pods")
    estate.cluster(
        "aks1",
        "cni-pod-subnet-dynamic",
        subnet=nodes,
        pod_subnet=pods,
        outbound_type="userAssignedNATGateway",
        pools=[Pool(), Pool(name="np2", mode="User")],
    )
    pods["properties"].pop("natGateway")
    finding = only(findings(nat_gateway_missing, network_of(estate)))
    assert "subnet pods of aks1/np1, aks1/np2 has no NAT gateway" in finding.message
    assert [item.name for item in finding.affected] == ["np1", "np2"]


def test_leaves_a_default_route_to_another_rule() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    subnet(vnet, "nodes")["properties"].pop("natGateway")
    a_route(estate, subnet(vnet, "nodes"), "VirtualAppliance", "10.1.200.4")
    assert messages(nat_gateway_missing, network_of(estate)) == []


def test_waits_while_an_operation_runs() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    subnet(vnet, "nodes")["properties"].pop("natGateway")
    properties(estate)["provisioningState"] = "Updating"
    assert messages(nat_gateway_missing, network_of(estate)) == []


def test_cannot_tell_without_the_subnets_or_their_tables() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(nat_gateway_missing, network)] == [403]
    subnet(vnet, "nodes")["properties"].pop("natGateway")
    a_route(estate, subnet(vnet, "nodes"), "VirtualAppliance", "10.1.200.4")
    network = network_of(estate, refused=["Microsoft.Network/routeTables"])
    assert [u.resource_id.name for u in unknowns(nat_gateway_missing, network)] == ["nodes"]
