import pytest

from aks_audit.rules.capacity.pod_cidr_too_small_for_upgrade import pod_cidr_too_small_for_upgrade
from tests.estate import Estate, Model, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(*pools: Pool, model: Model = "cni-overlay", pod_cidr: str = "10.240.100.0/22") -> Estate:
    estate = Estate()
    estate.cluster("aks1", model, pools=pools, pod_cidr=pod_cidr)
    return estate


@pytest.mark.parametrize("model", ["cni-overlay", "kubenet"])
def test_is_quiet_where_every_node_and_its_surge_has_a_range(model: Model) -> None:
    assert messages(pod_cidr_too_small_for_upgrade, network_of(an_estate(Pool(count=3), model=model))) == []


def test_is_quiet_about_models_without_a_pod_cidr() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-node-subnet", pools=[Pool(count=30, max_pods=30)])
    assert messages(pod_cidr_too_small_for_upgrade, network_of(estate)) == []


def test_finds_an_overlay_whose_surge_node_has_no_range() -> None:
    estate = an_estate(Pool(count=2, max_surge="1"), Pool(name="np2", count=1, mode="User", max_surge="1"))
    finding = only(findings(pod_cidr_too_small_for_upgrade, network_of(estate)))
    assert finding.message == (
        "aks1: pod CIDR 10.240.100.0/22 has ranges for 4 nodes, an upgrade of all pools needs 5; a /21 has enough"
    )
    assert finding.arithmetic == (
        "InsufficientSubnetSize: pre-allocated 1280 = (2 + 1 surge) x 256 [aks1/np1] + (1 + 1 surge) x 256 [aks1/np2]; "
        "1024 in 10.240.100.0/22; short by 256"
    )
    assert finding.latent


def test_says_with_kubenet_what_azure_would_say() -> None:
    estate = an_estate(Pool(count=3, max_surge="33%"), model="kubenet", pod_cidr="10.240.100.0/24")
    finding = only(findings(pod_cidr_too_small_for_upgrade, network_of(estate)))
    assert finding.arithmetic == (
        "InsufficientPodCidr: pre-allocated 768 = 3 x 256 [aks1/np1]; 256 in 10.240.100.0/24; short by 512"
    )
    assert "the present nodes need 3, 4 at most; a /22 has enough" in finding.message
    assert not finding.latent


def test_counts_every_pod_cidr() -> None:
    estate = an_estate(Pool(count=4, max_surge="1"))
    profile = estate.of_type("managedClusters")[0]["properties"]["networkProfile"]
    profile["podCidrs"] = ["10.240.100.0/22", "10.241.0.0/24", "fd00::/64"]
    assert messages(pod_cidr_too_small_for_upgrade, network_of(estate)) == []


def test_cannot_tell_without_the_count_or_the_range() -> None:
    estate = an_estate(Pool())
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["count"]
    assert "count of pool np1" in unknowns(pod_cidr_too_small_for_upgrade, network_of(estate))[0].gap.message
    estate = an_estate(Pool())
    for field in ("podCidr", "podCidrs"):
        del estate.of_type("managedClusters")[0]["properties"]["networkProfile"][field]
    assert "no IPv4 pod CIDR" in unknowns(pod_cidr_too_small_for_upgrade, network_of(estate))[0].gap.message
