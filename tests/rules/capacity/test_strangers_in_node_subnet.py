from aks_audit.rules.capacity.strangers_in_node_subnet import strangers_in_node_subnet
from tests.estate import Estate, Json
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(*, private: bool = False) -> tuple[Estate, Json, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "other": "10.1.1.0/24"})
    subnet = vnet["properties"]["subnets"][0]
    return estate, subnet, estate.cluster("aks1", "cni-overlay", subnet=subnet, private=private)


def test_is_quiet_about_nodes() -> None:
    assert messages(strangers_in_node_subnet, network_of(an_estate()[0])) == []


def test_takes_for_its_own_what_aks_put_there() -> None:
    estate, subnet, cluster = an_estate(private=True)
    estate.internal_load_balancer(subnet, frontends=3, resource_group=cluster["properties"]["nodeResourceGroup"])
    assert messages(strangers_in_node_subnet, network_of(estate)) == []
    without_nics = network_of(estate, refused=["Microsoft.Network/networkInterfaces"])
    assert messages(strangers_in_node_subnet, without_nics) == []


def test_counts_what_does_not_belong_there() -> None:
    estate, subnet, _ = an_estate()
    estate.private_endpoint(subnet, "pe-db")
    estate.virtual_machine_nic(subnet, "jumpbox")
    estate.internal_load_balancer(subnet, "lb-legacy", frontends=2)
    finding = only(findings(strangers_in_node_subnet, network_of(estate)))
    assert finding.message == (
        "nodes: 4 of 251 addresses are held by what is no node: "
        "loadBalancer lb-legacy (2), privateEndpoint pe-db (1), virtualMachine jumpbox (1)"
    )
    assert finding.arithmetic == "2 + 1 + 1 = 4"


def test_does_not_count_what_nobody_shows() -> None:
    estate, subnet, _ = an_estate()
    gateway = estate.application_gateway(subnet)
    listed = {"id": f"{gateway['id']}/gatewayIPConfigurations/gateway"}
    subnet["properties"]["applicationGatewayIPConfigurations"] = [listed]
    message = only(findings(strangers_in_node_subnet, network_of(estate))).message
    assert "at least 0 of 251 addresses" in message
    assert "applicationGateway appgw (not shown how many)" in message


def test_is_quiet_about_other_subnets() -> None:
    estate, subnet, _ = an_estate()
    estate.private_endpoint(subnet["id"].replace("/nodes", "/other"))
    assert messages(strangers_in_node_subnet, network_of(estate)) == []


def test_cannot_tell_without_the_subnet() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(strangers_in_node_subnet, network)] == [403]
