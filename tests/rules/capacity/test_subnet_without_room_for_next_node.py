from aks_audit.rules.capacity.subnet_without_room_for_next_node import subnet_without_room_for_next_node
from tests.estate import Estate, Json, Model, Pool
from tests.networks import findings, messages, network_of, only, unknowns

SCALE_SET_NICS = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"


def an_estate(
    *pools: Pool, prefix: str = "10.1.0.0/24", model: Model = "cni-node-subnet", others: int = 0
) -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": prefix})
    subnet = vnet["properties"]["subnets"][0]
    estate.cluster("aks1", model, subnet=subnet, pools=list(pools))
    for number in range(others):
        estate.virtual_machine_nic(subnet, f"vm{number}")
    return estate, subnet


def test_is_quiet_where_the_next_node_just_fits() -> None:
    estate, _ = an_estate(Pool(count=1, max_pods=100), others=49)
    assert messages(subnet_without_room_for_next_node, network_of(estate)) == []


def test_finds_a_subnet_with_54_of_101_addresses_free() -> None:
    estate, _ = an_estate(Pool(count=1, max_pods=100), others=96)
    finding = only(findings(subnet_without_room_for_next_node, network_of(estate)))
    assert finding.message == "nodes has 54 of 251 addresses free, and the next node of aks1/np1 takes 101"
    assert finding.arithmetic == ("SubnetIsFull: 101 wanted, 54 free = 251 usable in 10.1.0.0/24 - 197 in use (usages)")


def test_counts_what_the_subnet_lists_where_there_is_no_usage() -> None:
    estate, _ = an_estate(Pool(count=1, max_pods=100), others=96)
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks/usages"])
    assert "(ipConfigurations)" in (only(findings(subnet_without_room_for_next_node, network)).arithmetic or "")


def test_takes_one_address_a_node_with_overlay() -> None:
    estate, _ = an_estate(Pool(count=3), prefix="10.1.0.0/28", model="cni-overlay", others=7)
    assert messages(subnet_without_room_for_next_node, network_of(estate)) == []
    estate, _ = an_estate(Pool(count=3), prefix="10.1.0.0/28", model="cni-overlay", others=8)
    assert "0 of 11 addresses free" in messages(subnet_without_room_for_next_node, network_of(estate))[0]


def test_looks_at_the_thirstiest_pool_that_may_grow() -> None:
    empty = Pool(name="np2", count=0, max_pods=250)
    estate, _ = an_estate(Pool(count=3), empty)
    assert messages(subnet_without_room_for_next_node, network_of(estate)) == []
    empty.max_count = 2
    estate, _ = an_estate(Pool(count=3), empty)
    assert "next node of aks1/np2 takes 251" in messages(subnet_without_room_for_next_node, network_of(estate))[0]


def test_is_quiet_about_a_subnet_whose_pods_look_like_many() -> None:
    estate, _ = an_estate(*(Pool(name=f"np{n}", count=1) for n in range(8)), prefix="10.1.0.0/21", others=94)
    assert messages(subnet_without_room_for_next_node, network_of(estate)) == []


def test_counts_ipv4_addresses_only() -> None:
    estate, subnet = an_estate(Pool(count=3), prefix="10.1.0.0/28", model="cni-overlay", others=5)
    for nic in [
        r for r in estate.resources if "/virtualMachineScaleSets/" in r["id"] and "/networkInterfaces/" in r["id"]
    ]:
        second = f"{nic['id']}/ipConfigurations/ipconfig2"
        properties = {"privateIPAddress": "fd00::4", "privateIPAddressVersion": "IPv6", "subnet": {"id": subnet["id"]}}
        nic["properties"]["ipConfigurations"].append({"id": second, "name": "ipconfig2", "properties": properties})
        subnet["properties"]["ipConfigurations"].append({"id": second})
    assert messages(subnet_without_room_for_next_node, network_of(estate)) == []


def test_says_nothing_of_a_delegated_subnet_whose_use_nobody_sees() -> None:
    estate, subnet = an_estate(Pool(count=1, max_pods=100), others=96)
    estate.delegate(subnet)
    assert messages(subnet_without_room_for_next_node, network_of(estate)) == []


def test_cannot_tell_where_neither_the_subnet_nor_the_nics_show_the_nodes() -> None:
    estate, subnet = an_estate(Pool(count=3))
    del subnet["properties"]["ipConfigurations"]
    estate.usage(subnet)["currentValue"] = 0.0
    answers = unknowns(subnet_without_room_for_next_node, network_of(estate, refused=[SCALE_SET_NICS]))
    assert [u.gap.resource_type for u in answers] == [SCALE_SET_NICS]


def test_cannot_tell_without_the_subnet() -> None:
    network = network_of(an_estate(Pool())[0], refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(subnet_without_room_for_next_node, network)] == [403]


def test_cannot_tell_without_the_number_of_pods() -> None:
    estate, _ = an_estate(Pool())
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["maxPods"]
    answers = unknowns(subnet_without_room_for_next_node, network_of(estate))
    assert "maxPods of pool np1" in answers[0].gap.message
