from aks_audit.rules.capacity.pod_cidr_nearly_used import pod_cidr_nearly_used
from aks_audit.settings import Settings, Thresholds
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(count: int, max_count: int | None = None) -> Estate:
    estate = Estate()
    pools = [Pool(count=count, max_count=max_count, max_surge="1")]
    estate.cluster("aks1", "cni-overlay", pools=pools, pod_cidr="10.240.0.0/20")
    return estate


def test_is_quiet_up_to_four_fifths() -> None:
    assert messages(pod_cidr_nearly_used, network_of(an_estate(1, 11))) == []  # 12 of 16 is 75 %


def test_is_quiet_where_it_does_not_fit_at_all() -> None:
    assert messages(pod_cidr_nearly_used, network_of(an_estate(1, 16))) == []


def test_finds_more_than_four_fifths_in_use_at_the_maximum() -> None:
    finding = only(findings(pod_cidr_nearly_used, network_of(an_estate(1, 12))))
    assert finding.message == (
        "aks1: an upgrade at the autoscaler's maximum uses 13 of the 16 ranges of pod CIDR 10.240.0.0/20, 81 %; "
        "3 nodes more would fit"
    )
    assert "pre-allocated 3328 = (12 + 1 surge) x 256 [aks1/np1]; 4096 in 10.240.0.0/20" in (finding.arithmetic or "")


def test_finds_it_from_the_team_s_own_percentage_on() -> None:
    settings = Settings(thresholds=Thresholds(used_percent_medium=75))
    assert messages(pod_cidr_nearly_used, network_of(an_estate(1, 11), settings=settings)) == []  # 12 of 16 is 75 %
    settings = Settings(thresholds=Thresholds(used_percent_medium=74))
    assert len(messages(pod_cidr_nearly_used, network_of(an_estate(1, 11), settings=settings))) == 1


def test_cannot_tell_without_the_count() -> None:
    estate = an_estate(3)
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["count"]
    assert len(unknowns(pod_cidr_nearly_used, network_of(estate))) == 1
