from aks_audit.rules.addressing.subnet_not_found import subnet_not_found
from tests.estate import Estate
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate() -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "pods": "10.1.16.0/20"})
    nodes, pods = (f"{vnet['id']}/subnets/{name}" for name in ("nodes", "pods"))
    estate.cluster("aks1", "cni-pod-subnet-dynamic", subnet=nodes, pod_subnet=pods)
    estate.cluster("aks2", "cni-pod-subnet-dynamic", subnet=nodes, pod_subnet=pods)
    return estate


def drop_subnet(estate: Estate, name: str) -> None:
    properties = estate.of_type("virtualNetworks")[0]["properties"]
    properties["subnets"] = [subnet for subnet in properties["subnets"] if subnet["name"] != name]


def test_is_quiet_where_the_subnets_exist() -> None:
    assert messages(subnet_not_found, network_of(an_estate())) == []


def test_ignores_the_case_of_an_id() -> None:
    estate = an_estate()
    pool = estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]
    pool["vnetSubnetID"] = pool["vnetSubnetID"].upper()
    assert messages(subnet_not_found, network_of(estate)) == []


def test_finds_a_deleted_pod_subnet_once_for_both_clusters() -> None:
    estate = an_estate()
    drop_subnet(estate, "pods")
    finding = only(findings(subnet_not_found, network_of(estate)))
    assert finding.message == (
        "subnet pods, named by aks1/np1, aks2/np1, does not exist: virtual network vnet has no such subnet"
    )
    assert [resource.name for resource in finding.affected] == ["aks1", "aks2"]


def test_finds_that_the_whole_network_is_gone() -> None:
    estate = an_estate()
    estate.remove(estate.of_type("virtualNetworks")[0])
    assert all("there is no virtual network vnet" in text for text in messages(subnet_not_found, network_of(estate)))


def test_cannot_tell_without_the_virtual_networks() -> None:
    network = network_of(an_estate(), refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(subnet_not_found, network)] == [403, 403]


def test_cannot_tell_about_a_subscription_that_was_not_collected() -> None:
    estate = an_estate()
    pool = estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]
    pool["vnetSubnetID"] = pool["vnetSubnetID"].replace(estate.subscription, "00000000-0000-0000-0000-00000000000b")
    assert [u.gap.code for u in unknowns(subnet_not_found, network_of(estate))] == ["NotCollected"]
