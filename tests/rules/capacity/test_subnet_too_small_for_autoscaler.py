from aks_audit.rules.capacity.subnet_too_small_for_autoscaler import subnet_too_small_for_autoscaler
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(*pools: Pool, prefix: str = "10.1.0.0/24") -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": prefix})
    estate.cluster("aks1", "cni-node-subnet", subnet=f"{vnet['id']}/subnets/nodes", pools=list(pools))
    return estate


def test_is_quiet_where_the_maximum_fits() -> None:
    network = network_of(an_estate(Pool(count=3, max_count=8)))
    assert messages(subnet_too_small_for_autoscaler, network) == []


def test_finds_a_maximum_that_does_not_fit_and_names_one_that_does() -> None:
    network = network_of(an_estate(Pool(count=3, max_count=10)))
    finding = only(findings(subnet_too_small_for_autoscaler, network))
    assert "nodes is 59 addresses short of the autoscaler's maximum: 310 needed, 251 usable" in finding.message
    assert finding.message.endswith("a maxCount of 8 for aks1/np1 fits")
    assert finding.arithmetic == (
        "InsufficientSubnetSize: pre-allocated 310 = 10 x (30 + 1) [aks1/np1]; usable 251 in 10.1.0.0/24; short by 59"
    )
    assert finding.latent


def test_counts_one_address_a_node_with_kubenet_and_what_others_hold() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.133.0.0/16"], {"nodes": "10.133.123.0/26"})
    subnet = f"{vnet['id']}/subnets/nodes"
    estate.cluster("aks1", "kubenet", subnet=subnet, pools=[Pool(name="huge", count=5, max_count=39)])
    for number in range(30):
        estate.virtual_machine_nic(subnet, f"vm{number}")
    finding = only(findings(subnet_too_small_for_autoscaler, network_of(estate)))
    assert "69 needed, 59 usable" in finding.message
    assert finding.message.endswith("a maxCount of 29 for aks1/huge fits")


def test_leaves_a_subnet_without_autoscaler_to_the_upgrade_rule() -> None:
    estate = an_estate(Pool(count=3))
    estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["count"] = 20
    assert messages(subnet_too_small_for_autoscaler, network_of(estate)) == []


def test_cannot_tell_without_the_subnet() -> None:
    estate = an_estate(Pool(count=3, max_count=10))
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(subnet_too_small_for_autoscaler, network)] == [403]


def test_cannot_tell_without_a_prefix() -> None:
    estate = an_estate(Pool(count=3, max_count=10))
    del estate.of_type("virtualNetworks")[0]["properties"]["subnets"][0]["properties"]["addressPrefix"]
    answers = unknowns(subnet_too_small_for_autoscaler, network_of(estate))
    assert [u.gap.message for u in answers] == ["no IPv4 address prefix is given"]
