import pytest

from aks_audit.findings import Severity
from aks_audit.rules.capacity.max_pods_out_of_range import max_pods_out_of_range
from tests.estate import Estate, Model, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(*pools: Pool, model: Model = "cni-overlay") -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/20"})
    estate.cluster("aks1", model, subnet=f"{vnet['id']}/subnets/nodes", pools=list(pools))
    return estate


def test_is_quiet_about_the_usual_values() -> None:
    pools = (Pool(max_pods=30), Pool(name="np2", mode="User", max_pods=110))
    assert messages(max_pods_out_of_range, network_of(an_estate(*pools))) == []


@pytest.mark.parametrize("max_pods", [10, 30, 110, 250])
def test_is_quiet_within_the_range(max_pods: int) -> None:
    assert messages(max_pods_out_of_range, network_of(an_estate(Pool(max_pods=max_pods)))) == []


@pytest.mark.parametrize("max_pods", [9, 251])
def test_finds_a_value_outside(max_pods: int) -> None:
    finding = only(findings(max_pods_out_of_range, network_of(an_estate(Pool(count=4, max_pods=max_pods)))))
    assert finding.message == f"aks1/np1: maxPods {max_pods} is outside 10 to 250"
    assert (finding.severity, finding.key) == (None, "np1")


def test_names_the_limit_of_a_nic_with_node_subnets() -> None:
    network = network_of(an_estate(Pool(count=1, max_pods=256), model="cni-node-subnet"))
    assert messages(max_pods_out_of_range, network) == [
        "aks1/np1: maxPods 256 is outside 10 to 250, and takes 257 addresses on a NIC, which may have 256"
    ]


def test_finds_a_pool_with_room_for_fewer_than_30_pods() -> None:
    finding = only(findings(max_pods_out_of_range, network_of(an_estate(Pool(count=2, max_pods=10)))))
    assert "leaves room for 2 x 10 = 20 pods in the pool, fewer than 30" in finding.message
    assert finding.severity is Severity.MEDIUM


@pytest.mark.parametrize("pool", [Pool(name="np2", count=0, max_pods=10), Pool(count=1, max_count=3, max_pods=10)])
def test_is_quiet_about_pools_that_are_empty_or_may_grow(pool: Pool) -> None:
    assert messages(max_pods_out_of_range, network_of(an_estate(pool))) == []


def test_is_mild_about_windows() -> None:
    network = network_of(an_estate(Pool(), Pool(name="win", os_type="windows", max_pods=111)))
    finding = only(findings(max_pods_out_of_range, network))
    assert finding.message == "aks1/win: maxPods 111 is above the 110 recommended for Windows"
    assert finding.severity is Severity.LOW


def test_cannot_tell_without_the_value() -> None:
    estate = an_estate(Pool(), Pool(name="np2", mode="User"))
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][1]["maxPods"]
    (answer,) = unknowns(max_pods_out_of_range, network_of(estate))
    assert (answer.resource_id.name, answer.gap.code) == ("aks1", "NotCollected")
    assert answer.gap.message == "the maxPods of pool np2 is not known"


@pytest.mark.parametrize("field", ["maxPods", "count"])
def test_cannot_tell_what_arm_leaves_out(field: str) -> None:
    estate = an_estate(Pool())
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0][field]
    answers = unknowns(max_pods_out_of_range, network_of(estate))
    assert [u.gap.message for u in answers] == [f"the {field} of pool np1 is not known"]
