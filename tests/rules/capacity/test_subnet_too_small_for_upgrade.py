from aks_audit.rules.capacity.subnet_too_small_for_upgrade import subnet_too_small_for_upgrade
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(max_pods: int, count: int = 4) -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24"})
    pool = Pool(count=count, max_pods=max_pods, max_surge="1")
    estate.cluster("aks1", "cni-node-subnet", subnet=f"{vnet['id']}/subnets/nodes", pools=[pool])
    return estate


def test_is_quiet_where_the_surge_fits() -> None:
    assert messages(subnet_too_small_for_upgrade, network_of(an_estate(max_pods=49))) == []


def test_finds_a_subnet_four_addresses_short() -> None:
    finding = only(findings(subnet_too_small_for_upgrade, network_of(an_estate(max_pods=50))))
    assert "nodes is 4 addresses short of an upgrade of all pools: 255 needed, 251 usable" in finding.message
    assert finding.arithmetic == (
        "InsufficientSubnetSize: pre-allocated 255 = (4 + 1 surge) x (50 + 1) [aks1/np1]; "
        "usable 251 in 10.1.0.0/24; short by 4"
    )


def test_sums_over_the_clusters_and_strangers_in_the_subnet() -> None:
    estate = an_estate(max_pods=30, count=3)
    subnet = f"{estate.of_type('virtualNetworks')[0]['id']}/subnets/nodes"
    estate.cluster("aks2", "cni-node-subnet", subnet=subnet, pools=[Pool(count=3, max_pods=30, max_surge="1")])
    estate.virtual_machine_nic(subnet)
    estate.virtual_machine_nic(subnet)
    estate.virtual_machine_nic(subnet)
    estate.virtual_machine_nic(subnet)
    finding = only(findings(subnet_too_small_for_upgrade, network_of(estate)))
    assert "252 needed, 251 usable" in finding.message
    assert "4 held by others" in (finding.arithmetic or "")
    assert finding.cluster_id is None
    assert len(finding.affected) == 2


def test_cannot_tell_without_the_subnet() -> None:
    network = network_of(an_estate(max_pods=50), refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(subnet_too_small_for_upgrade, network)] == [403]


def test_cannot_tell_without_the_number_of_pods() -> None:
    estate = an_estate(max_pods=50)
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["maxPods"]
    assert "maxPods of pool np1" in unknowns(subnet_too_small_for_upgrade, network_of(estate))[0].gap.message


def test_says_that_every_write_is_blocked_where_the_present_nodes_do_not_fit() -> None:
    estate = an_estate(max_pods=50)
    estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["maxPods"] = 100
    finding = only(findings(subnet_too_small_for_upgrade, network_of(estate)))
    assert "the present nodes do not fit either, so every write to the cluster may be refused" in finding.message
    assert "pre-allocated 404 = 4 x (100 + 1) [aks1/np1]" in (finding.arithmetic or "")
    assert not finding.latent
