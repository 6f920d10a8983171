from aks_audit.findings import Severity
from aks_audit.rules.capacity.nic_left_behind import nic_left_behind
from tests.estate import Estate, Json, Pool
from tests.networks import findings, messages, network_of, only, unknowns

SCALE_SETS = "Microsoft.Compute/virtualMachineScaleSets"
SCALE_SET_NICS = f"{SCALE_SETS}/virtualMachines/networkInterfaces"


def an_estate(pool_type: str = "VirtualMachineScaleSets") -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24"})
    pools = [Pool(type=pool_type), Pool(name="np2", mode="User", count=1, type=pool_type)]
    return estate, estate.cluster("aks1", "cni-node-subnet", subnet=f"{vnet['id']}/subnets/nodes", pools=pools)


def test_is_quiet_where_every_nic_has_its_node() -> None:
    assert messages(nic_left_behind, network_of(an_estate()[0])) == []
    assert messages(nic_left_behind, network_of(an_estate("AvailabilitySet")[0])) == []


def test_finds_the_nics_of_instances_that_are_gone() -> None:
    estate, cluster = an_estate()
    for nic in estate.nics(cluster, "np1")[1:]:
        estate.remove(nic)
    finding = only(findings(nic_left_behind, network_of(estate)))
    assert finding.message == "nodes: 62 addresses are lost to 2 NICs of nodes that aks1 no longer has"
    assert finding.arithmetic == "31 + 31 = 62"
    assert len(finding.affected) == 2
    assert finding.severity is None


def test_finds_the_nic_of_a_scale_set_that_is_gone() -> None:
    estate, cluster = an_estate()
    for resource in [*estate.nics(cluster, "np2"), estate.scale_sets(cluster)[1]]:
        estate.remove(resource)
    assert messages(nic_left_behind, network_of(estate)) == [
        "nodes: 31 addresses are lost to 1 NIC of nodes that aks1 no longer has"
    ]


def test_finds_a_nic_without_a_virtual_machine() -> None:
    estate, cluster = an_estate("AvailabilitySet")
    del estate.nics(cluster)[0]["properties"]["virtualMachine"]
    assert messages(nic_left_behind, network_of(estate)) == [
        "nodes: 31 addresses are lost to 1 NIC of nodes that aks1 no longer has"
    ]


def test_ignores_the_endpoint_of_a_private_cluster() -> None:
    estate, cluster = an_estate()
    subnet = cluster["properties"]["agentPoolProfiles"][0]["vnetSubnetID"]
    estate.private_endpoint(subnet, "aks-endpoint", resource_group=cluster["properties"]["nodeResourceGroup"])
    assert messages(nic_left_behind, network_of(estate)) == []


def test_is_no_alarm_while_a_write_is_under_way() -> None:
    estate, cluster = an_estate()
    estate.remove(estate.nics(cluster)[0])
    cluster["properties"]["provisioningState"] = "Upgrading"
    assert only(findings(nic_left_behind, network_of(estate))).severity is Severity.INFO


def test_cannot_tell_without_the_nics_of_the_scale_sets() -> None:
    network = network_of(an_estate()[0], refused=[SCALE_SET_NICS])
    assert {u.gap.resource_type for u in unknowns(nic_left_behind, network)} == {SCALE_SET_NICS}


def test_cannot_tell_without_the_scale_sets() -> None:
    network = network_of(an_estate()[0], refused=[SCALE_SETS])
    assert {u.gap.resource_type for u in unknowns(nic_left_behind, network)} == {SCALE_SETS}


def test_cannot_tell_without_the_nics_of_virtual_machines() -> None:
    nics = "Microsoft.Network/networkInterfaces"
    network = network_of(an_estate("AvailabilitySet")[0], refused=[nics])
    assert {u.gap.resource_type for u in unknowns(nic_left_behind, network)} == {nics}


def test_does_not_believe_that_a_scale_set_has_lost_every_nic() -> None:
    estate, cluster = an_estate()
    for nic in estate.nics(cluster, "np1"):
        estate.remove(nic)
    assert [u.gap.code for u in unknowns(nic_left_behind, network_of(estate))] == ["NotCollected"]


def test_cannot_tell_without_the_subnet() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(nic_left_behind, network)] == [403]
