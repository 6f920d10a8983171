import pytest

from aks_audit.rules.capacity.static_blocks_wasteful import static_blocks_wasteful
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .pod_subnets import a_pod_subnet_estate


def an_estate(max_pods: int) -> Estate:
    return a_pod_subnet_estate(Pool(count=1, max_pods=max_pods), model="cni-pod-subnet-static")


@pytest.mark.parametrize("max_pods", [15, 30, 31, 47, 24])
def test_is_quiet_where_little_is_wasted(max_pods: int) -> None:
    assert messages(static_blocks_wasteful, network_of(an_estate(max_pods))) == []


def test_finds_a_pool_that_wastes_fifteen_addresses_a_node() -> None:
    finding = only(findings(static_blocks_wasteful, network_of(an_estate(32))))
    assert finding.message == (
        "aks1/np1: maxPods 32 leaves 15 of the 48 pod addresses of a node unused; 31 or 47 leaves none"
    )
    assert finding.arithmetic == "16 x ceil((32 + 1) / 16) = 48; 48 - 1 of the node - 32 = 15"


def test_is_quiet_about_dynamic_allocation() -> None:
    assert messages(static_blocks_wasteful, network_of(a_pod_subnet_estate(Pool(max_pods=32)))) == []


def test_cannot_tell_without_max_pods() -> None:
    estate = an_estate(30)
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["maxPods"]
    assert "maxPods of pool np1" in unknowns(static_blocks_wasteful, network_of(estate))[0].gap.message
