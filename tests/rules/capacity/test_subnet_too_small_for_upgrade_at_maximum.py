from aks_audit.rules.capacity.subnet_too_small_for_upgrade_at_maximum import subnet_too_small_for_upgrade_at_maximum
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(max_count: int) -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24"})
    pool = Pool(count=3, max_count=max_count, max_surge="1")
    estate.cluster("aks1", "cni-node-subnet", subnet=f"{vnet['id']}/subnets/nodes", pools=[pool])
    return estate


def test_is_quiet_where_the_surge_fits_at_the_maximum() -> None:
    assert messages(subnet_too_small_for_upgrade_at_maximum, network_of(an_estate(7))) == []


def test_finds_a_maximum_that_leaves_no_room_for_the_surge() -> None:
    finding = only(findings(subnet_too_small_for_upgrade_at_maximum, network_of(an_estate(8))))
    assert "28 addresses short of an upgrade at the autoscaler's maximum: 279 needed, 251 usable" in finding.message
    assert "(8 + 1 surge) x (30 + 1) [aks1/np1]" in (finding.arithmetic or "")


def test_leaves_a_maximum_that_does_not_fit_itself_to_the_other_rule() -> None:
    assert messages(subnet_too_small_for_upgrade_at_maximum, network_of(an_estate(9))) == []


def test_cannot_tell_without_the_number_of_pods() -> None:
    estate = an_estate(8)
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["maxPods"]
    answers = unknowns(subnet_too_small_for_upgrade_at_maximum, network_of(estate))
    assert "maxPods of pool np1" in answers[0].gap.message
