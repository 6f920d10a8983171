from aks_audit.rules.capacity.virtual_network_too_full import virtual_network_too_full
from tests.estate import Estate, Model, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(max_counts: tuple[int, ...], model: Model = "cni-node-subnet") -> Estate:
    estate = Estate()
    plan = {f"nodes{n}": f"10.{2 * n}.0.0/15" for n in range(len(max_counts))}
    vnet = estate.virtual_network("vnet", ["10.0.0.0/8"], plan)
    for number, max_count in enumerate(max_counts):
        subnet = f"{vnet['id']}/subnets/nodes{number}"
        pools = [Pool(count=1, max_count=max_count, max_pods=30)]
        estate.cluster(f"aks{number}", model, subnet=subnet, pools=pools, pod_cidr=None, service_cidr="172.16.0.0/16")
    return estate


def test_is_quiet_at_the_limit() -> None:
    assert messages(virtual_network_too_full, network_of(an_estate((1000, 1000, 114)))) == []


def test_finds_the_sum_over_the_clusters_of_the_network() -> None:
    finding = only(findings(virtual_network_too_full, network_of(an_estate((1000, 1000, 115)))))
    assert finding.message == (
        "vnet: nodes and pods of 3 clusters may take 65,565 addresses, of 65,536 that a virtual network can have"
    )
    assert finding.arithmetic == (
        "pre-allocated 65565 = 1000 x (30 + 1) [aks0/np1] + 1000 x (30 + 1) [aks1/np1] + 115 x (30 + 1) [aks2/np1]; "
        "65536 addresses in a virtual network; short by 29"
    )
    assert len(finding.affected) == 3


def test_is_quiet_about_models_that_take_one_address_a_node() -> None:
    estate = an_estate((1000, 1000, 1000))
    for cluster in estate.of_type("managedClusters"):
        cluster["properties"]["networkProfile"]["networkPluginMode"] = "overlay"
    assert messages(virtual_network_too_full, network_of(estate)) == []


def test_cannot_tell_without_the_number_of_pods() -> None:
    estate = an_estate((10,))
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["maxPods"]
    assert "maxPods of pool np1" in unknowns(virtual_network_too_full, network_of(estate))[0].gap.message


def test_cannot_tell_without_the_virtual_network() -> None:
    network = network_of(an_estate((10,)), refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(virtual_network_too_full, network)] == [403]
