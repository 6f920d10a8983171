from aks_audit.rules.outbound.default_outbound_access_relied_on import default_outbound_access_relied_on
from tests.estate import Estate, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import a_route, an_estate, balancer, properties


def test_is_quiet_in_a_private_subnet_and_with_a_way_out() -> None:
    estate, vnet = an_estate("none")
    subnet(vnet, "nodes")["properties"]["defaultOutboundAccess"] = False
    assert messages(default_outbound_access_relied_on, network_of(estate)) == []
    estate, vnet = an_estate("none")
    estate.nat_gateway("natgw", subnets=[subnet(vnet, "nodes")])
    assert messages(default_outbound_access_relied_on, network_of(estate)) == []
    estate, vnet = an_estate("none")
    a_route(estate, subnet(vnet, "nodes"), "VirtualAppliance", "10.1.200.4")
    assert messages(default_outbound_access_relied_on, network_of(estate)) == []


def test_is_quiet_about_types_that_other_rules_judge() -> None:
    for outbound_type in ("loadBalancer", "userAssignedNATGateway", "userDefinedRouting", "block"):
        assert messages(default_outbound_access_relied_on, network_of(an_estate(outbound_type)[0])) == []


def test_finds_a_subnet_with_nothing_else() -> None:
    estate, vnet = an_estate("none", Pool(), Pool(name="np2", mode="User"))
    finding = only(findings(default_outbound_access_relied_on, network_of(estate)))
    assert finding.message == (
        "subnet nodes: aks1/np1, aks1/np2 can leave by Azure's default outbound access and by nothing else"
    )
    assert [(line.path, line.value) for line in finding.evidence] == [
        ("properties.defaultOutboundAccess", None),
        ("properties.natGateway", None),
        ("properties.networkProfile.outboundType", "none"),
    ]
    assert [item.name for item in finding.affected] == ["np1", "np2"]
    subnet(vnet, "nodes")["properties"]["defaultOutboundAccess"] = True
    assert only(findings(default_outbound_access_relied_on, network_of(estate))).evidence[0].value is True


def test_finds_a_basic_cluster_without_services() -> None:
    estate, _ = an_estate()
    properties(estate)["networkProfile"]["loadBalancerSku"] = "basic"
    balancer(estate)["outboundRules"] = []
    assert len(messages(default_outbound_access_relied_on, network_of(estate))) == 1


def test_waits_while_an_operation_runs() -> None:
    estate, _ = an_estate("none")
    properties(estate)["provisioningState"] = "Creating"
    assert messages(default_outbound_access_relied_on, network_of(estate)) == []


def test_cannot_tell_without_the_subnet_or_the_table() -> None:
    estate, vnet = an_estate("none")
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(default_outbound_access_relied_on, network)] == [403]
    a_route(estate, subnet(vnet, "nodes"), "VirtualAppliance", "10.1.200.4")
    network = network_of(estate, refused=["Microsoft.Network/routeTables"])
    assert [u.resource_id.name for u in unknowns(default_outbound_access_relied_on, network)] == ["nodes"]


def test_names_the_cluster_and_looks_at_node_subnets_alone() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "pods": "10.1.4.0/22"})
    nodes, pods = subnet(vnet, "nodes"), subnet(vnet, "pods")
    estate.cluster("aks1", "cni-pod-subnet-dynamic", subnet=nodes, pod_subnet=pods, outbound_type="none")
    finding = only(findings(default_outbound_access_relied_on, network_of(estate)))
    assert finding.resource_id.name == "nodes"
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks1"
