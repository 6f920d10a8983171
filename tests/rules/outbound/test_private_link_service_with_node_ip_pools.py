from aks_audit.rules.outbound.private_link_service_with_node_ip_pools import private_link_service_with_node_ip_pools
from tests.estate import Estate, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, profile, properties


def with_a_service(backend_pool_type: str = "NodeIP", group: str | None = None) -> Estate:
    """A private link service, whose NIC stands in the node subnet."""
    estate, vnet = an_estate()
    profile(estate)["backendPoolType"] = backend_pool_type
    nic = estate.virtual_machine_nic(subnet(vnet, "nodes"), "pls-web.nic.1")
    nic["properties"].pop("virtualMachine", None)
    group = group or properties(estate)["nodeResourceGroup"]
    service = estate.resource_id("Microsoft.Network/privateLinkServices", "pls-web", group)
    nic["properties"]["privateLinkService"] = {"id": service}
    return estate


def test_is_quiet_with_the_default_type_and_without_a_service() -> None:
    assert messages(private_link_service_with_node_ip_pools, network_of(with_a_service("nodeIPConfiguration"))) == []
    estate, _ = an_estate()
    profile(estate)["backendPoolType"] = "nodeIP"
    assert messages(private_link_service_with_node_ip_pools, network_of(estate)) == []


def test_is_quiet_about_the_service_of_somebody_else() -> None:
    assert messages(private_link_service_with_node_ip_pools, network_of(with_a_service(group="rg-other"))) == []


def test_finds_a_service_of_the_cluster() -> None:
    finding = only(findings(private_link_service_with_node_ip_pools, network_of(with_a_service())))
    assert finding.message == (
        "aks1: private link service pls-web needs backend pools of type nodeIPConfiguration, the cluster has nodeIP"
    )
    assert finding.resource_id.name == "pls-web"
    assert [(line.resource_id.name, line.path) for line in finding.evidence] == [
        ("aks1", "properties.networkProfile.loadBalancerProfile.backendPoolType"),
        ("pls-web.nic.1-nic", "properties.privateLinkService.id"),
    ]
    assert finding.evidence[0].value == "NodeIP"


def test_cannot_tell_without_the_network_interfaces() -> None:
    network = network_of(with_a_service(), refused=["Microsoft.Network/networkInterfaces"])
    assert [u.gap.status for u in unknowns(private_link_service_with_node_ip_pools, network)] == [403]


def test_goes_on_after_a_cluster_with_the_default_type_and_names_the_cluster() -> None:
    estate = with_a_service("nodeIPConfiguration")
    vnet = estate.of_type("virtualNetworks")[0]
    estate.cluster("aks2", subnet=subnet(vnet, "more"))["properties"]["networkProfile"]["loadBalancerProfile"][
        "backendPoolType"
    ] = "nodeIP"
    nic = estate.virtual_machine_nic(subnet(vnet, "nodes"), "pls-two.nic.1")
    service = estate.resource_id(
        "Microsoft.Network/privateLinkServices", "pls-two", properties(estate, 1)["nodeResourceGroup"]
    )
    nic["properties"]["privateLinkService"] = {"id": service}
    finding = only(findings(private_link_service_with_node_ip_pools, network_of(estate)))
    assert finding.resource_id.name == "pls-two"
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks2"
