from aks_audit.rules.capacity.pod_cidr_too_small_for_autoscaler import pod_cidr_too_small_for_autoscaler
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(*pools: Pool) -> Estate:
    estate = Estate()
    estate.cluster("aks1", "cni-overlay", pools=pools, pod_cidr="10.240.100.0/22")
    return estate


def test_is_quiet_where_the_maximum_and_its_surge_fit() -> None:
    network = network_of(an_estate(Pool(count=1, max_count=3, max_surge="1")))
    assert messages(pod_cidr_too_small_for_autoscaler, network) == []


def test_is_quiet_where_nothing_grows() -> None:
    assert messages(pod_cidr_too_small_for_autoscaler, network_of(an_estate(Pool(count=5)))) == []


def test_finds_a_maximum_beyond_the_ranges() -> None:
    finding = only(
        findings(pod_cidr_too_small_for_autoscaler, network_of(an_estate(Pool(count=1, max_count=5, max_surge="1"))))
    )
    assert finding.message == (
        "aks1: pod CIDR 10.240.100.0/22 has ranges for 4 nodes, the autoscaler's maximum needs 5, 6 at most; "
        "a /21 has enough"
    )
    assert finding.arithmetic == (
        "InsufficientSubnetSize: pre-allocated 1280 = 5 x 256 [aks1/np1]; 1024 in 10.240.100.0/22; short by 256"
    )
    assert finding.latent


def test_finds_that_only_the_surge_at_the_maximum_lacks_a_range() -> None:
    network = network_of(an_estate(Pool(count=1, max_count=4, max_surge="1")))
    finding = only(findings(pod_cidr_too_small_for_autoscaler, network))
    assert "an upgrade at the autoscaler's maximum needs 5" in finding.message


def test_cannot_tell_where_the_range_does_not_parse() -> None:
    estate = an_estate(Pool(count=1, max_count=5))
    estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["podCidrs"] = ["10.240.100.0/99"]
    answers = unknowns(pod_cidr_too_small_for_autoscaler, network_of(estate))
    assert {u.gap.code for u in answers} == {"InvalidValue"}
