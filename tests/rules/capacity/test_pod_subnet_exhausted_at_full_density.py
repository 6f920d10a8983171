from aks_audit.rules.capacity.pod_subnet_exhausted_at_full_density import pod_subnet_exhausted_at_full_density
from tests.estate import Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .pod_subnets import a_pod_subnet_estate


def test_is_quiet_where_full_nodes_fit() -> None:
    network = network_of(a_pod_subnet_estate(Pool(count=4, max_pods=30, max_surge="1")))  # 5 x 3 = 15
    assert messages(pod_subnet_exhausted_at_full_density, network) == []


def test_is_quiet_where_not_even_the_least_fits() -> None:
    network = network_of(a_pod_subnet_estate(Pool(count=16)))
    assert messages(pod_subnet_exhausted_at_full_density, network) == []


def test_finds_full_nodes_that_do_not_fit_and_says_which_bound() -> None:
    network = network_of(a_pod_subnet_estate(Pool(count=8, max_pods=32, max_surge="1")))
    finding = only(findings(pod_subnet_exhausted_at_full_density, network))
    assert finding.message == (
        "pods: the present nodes take between 8 (one a node) and 24 (nodes full of pods) batches of 16 addresses, "
        "and there are 15 whole ones, for 240 of 256 pods at best"
    )
    assert finding.arithmetic == (
        "SubnetIsFull: pre-allocated 384 = 8 x 16 x ceil(0.5 + 32 / 16) [aks1/np1]; "
        "15 batches of 16 in 10.1.16.0/24, 11 addresses never usable; short by 144"
    )


def test_finds_the_upgrade_that_full_nodes_have_no_room_for() -> None:
    network = network_of(a_pod_subnet_estate(Pool(count=5, max_pods=30, max_surge="1")))
    finding = only(findings(pod_subnet_exhausted_at_full_density, network))
    assert finding.message.startswith("pods: an upgrade of all pools takes between 6 (one a node) and 18")
    assert finding.latent


def test_cannot_tell_without_max_pods() -> None:
    estate = a_pod_subnet_estate(Pool())
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["maxPods"]
    answers = unknowns(pod_subnet_exhausted_at_full_density, network_of(estate))
    assert [u.gap.message for u in answers] == ["the maxPods of pool np1 is not known"]
