from aks_audit.findings import Evidence
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.rules.identity.subnet_tied_to_node_resource_group import subnet_tied_to_node_resource_group
from tests.estate import Estate, Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(own_table: bool = False) -> tuple[Estate, Json, Json]:
    """A kubenet cluster in a subnet of its owner's, whose route table AKS made."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    table = estate.route_table("rt-hub") if own_table else None
    cluster = estate.cluster("aks1", "kubenet", subnet=subnet(vnet, "nodes"), route_table=table)
    return estate, subnet(vnet, "nodes"), cluster


def test_is_quiet_where_everything_is_the_owner_s() -> None:
    estate, nodes, _ = an_estate(own_table=True)
    estate.network_security_group("nsg", subnets=[nodes])
    estate.nat_gateway("natgw", subnets=[nodes])
    assert messages(subnet_tied_to_node_resource_group, network_of(estate)) == []


def test_is_quiet_where_everything_is_made_by_aks() -> None:
    estate = Estate()
    estate.cluster("aks1", "kubenet")
    assert messages(subnet_tied_to_node_resource_group, network_of(estate)) == []


def test_finds_a_table_in_the_node_resource_group() -> None:
    estate, nodes, cluster = an_estate()
    table = estate.route_table_of(cluster)
    finding = only(findings(subnet_tied_to_node_resource_group, network_of(estate)))
    assert finding.message == (
        f"nodes refers to route table {table['name']} in MC_rg-aks1_aks1_westeurope, the node resource group of aks1: "
        "who changes the subnet needs join there too"
    )
    assert finding.resource_id == ResourceId.of(nodes["id"])
    assert finding.cluster_id == ResourceId.of(cluster["id"])
    assert finding.evidence == (Evidence(finding.resource_id, "properties.routeTable.id", table["id"]),)
    assert finding.affected == (ResourceId.of(table["id"]),)
    assert finding.key == ResourceId.of(cluster["id"]).key


def test_finds_a_security_group_and_a_nat_gateway_there() -> None:
    estate, nodes, cluster = an_estate(own_table=True)
    group = cluster["properties"]["nodeResourceGroup"]
    nsg = estate.network_security_group("nsg", subnets=[nodes], resource_group=group)
    gateway = estate.nat_gateway("natgw", subnets=[nodes], resource_group=group)
    finding = only(findings(subnet_tied_to_node_resource_group, network_of(estate)))
    assert "refers to network security group nsg and NAT gateway natgw in MC_" in finding.message
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.networkSecurityGroup.id", nsg["id"]),
        ("properties.natGateway.id", gateway["id"]),
    ]
    assert finding.affected == (ResourceId.of(nsg["id"]), ResourceId.of(gateway["id"]))


def test_is_quiet_about_a_subnet_that_is_not_there() -> None:
    estate, _, _ = an_estate()
    estate.of_type("virtualNetworks")[0]["properties"]["subnets"] = []
    assert messages(subnet_tied_to_node_resource_group, network_of(estate)) == []


def test_cannot_tell_without_the_subnet() -> None:
    estate, nodes, _ = an_estate()
    [answer] = unknowns(
        subnet_tied_to_node_resource_group, network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    )
    assert answer.resource_id == ResourceId.of(nodes["id"])
    assert answer.gap.status == 403


def test_asks_nothing_about_a_network_that_aks_made() -> None:
    estate = Estate()
    estate.cluster("aks1", "kubenet")
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert unknowns(subnet_tied_to_node_resource_group, network) == []


def test_cannot_tell_where_pools_are_not_listed() -> None:
    given = an_estate()
    cluster = given[0].of_type("managedClusters")[0]
    cluster["properties"]["agentPoolProfiles"] = None
    [answer] = unknowns(subnet_tied_to_node_resource_group, network_of(given[0]))
    assert answer.gap.message == "the cluster's node pools were not read"
    assert answer.resource_id == ResourceId.of(cluster["id"])
