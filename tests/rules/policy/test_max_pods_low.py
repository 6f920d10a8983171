from __future__ import annotations

import pytest

from aks_audit.findings import Severity
from aks_audit.rules.policy.max_pods_low import max_pods_low
from aks_audit.settings import Settings, Thresholds
from tests.estate import Model, Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, evidence, garble, id_of, network_profile, pool_id, profile, without_pools


def test_is_quiet_about_fifty() -> None:
    assert messages(max_pods_low, network_of(an_estate(Pool(max_pods=50))[0])) == []


def test_finds_every_pool_below_and_not_the_first_alone() -> None:
    pools = Pool(max_pods=110), Pool(name="np2", max_pods=49, mode="User"), Pool(name="np3", max_pods=30, mode="User")
    estate, cluster = an_estate(*pools)
    finding = only(findings(max_pods_low, network_of(estate)))
    assert finding.message == "aks1: fewer than 50 pods a node in np2 (49), np3 (30)"
    assert finding.resource_id == finding.cluster_id == id_of(cluster)
    assert evidence(finding) == [
        ("properties.agentPoolProfiles[np2].maxPods", 49),
        ("properties.agentPoolProfiles[np3].maxPods", 30),
    ]
    assert finding.affected == (pool_id(cluster, "np2"), pool_id(cluster, "np3"))
    assert finding.severity is None
    assert max_pods_low.severity is Severity.MEDIUM


def test_many_pools_are_counted_in_the_message_and_listed_in_the_evidence() -> None:
    pools = [Pool(name=f"np{n}", count=1, max_pods=30, mode="System" if n == 1 else "User") for n in range(1, 8)]
    finding = only(findings(max_pods_low, network_of(an_estate(*pools)[0])))
    assert finding.message.endswith("np1 (30), np2 (30), np3 (30), np4 (30), np5 (30) and 2 more")
    assert len(finding.evidence) == len(finding.affected) == 7
    five = only(findings(max_pods_low, network_of(an_estate(*pools[:5])[0])))
    assert five.message.endswith("np5 (30)")


@pytest.mark.parametrize("model", ["cni-node-subnet", "cni-pod-subnet-static"])
def test_does_not_ask_for_pods_that_each_cost_an_address(model: Model) -> None:
    """PSRule, Checkov and Steampipe demand 50 there too, which makes subnets run out."""
    assert messages(max_pods_low, network_of(an_estate(Pool(max_pods=30), model=model)[0])) == []


@pytest.mark.parametrize("model", ["kubenet", "cni-pod-subnet-dynamic", "byo"])
def test_asks_all_others(model: Model) -> None:
    assert len(messages(max_pods_low, network_of(an_estate(Pool(max_pods=30), model=model)[0]))) == 1


def test_does_not_ask_gateway_pools() -> None:
    pools = Pool(max_pods=110), Pool(name="gw", count=2, max_pods=20, mode="Gateway")
    assert messages(max_pods_low, network_of(an_estate(*pools)[0])) == []


def test_the_team_sets_the_figure() -> None:
    estate = an_estate(Pool(max_pods=30))[0]
    lower = Settings(thresholds=Thresholds(min_max_pods=30))
    assert messages(max_pods_low, network_of(estate, settings=lower)) == []


def test_cannot_tell_what_is_absent_or_unknown() -> None:
    estate, cluster = an_estate(Pool(max_pods=110))
    profile(cluster).pop("maxPods")
    (answer,) = unknowns(max_pods_low, network_of(estate))
    assert (answer.resource_id, answer.gap.message) == (pool_id(cluster, "np1"), "maxPods is absent")
    network_profile(cluster)["networkPluginMode"] = "sideways"
    (answer,) = unknowns(max_pods_low, network_of(estate))
    assert answer.gap.message == "how its pods get addresses is not known"
    assert answer.gap.code == "NotCollected"
    without_pools(cluster)
    assert [u.resource_id for u in unknowns(max_pods_low, network_of(estate))] == [id_of(cluster)]


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    estate, cluster = an_estate(Pool(max_pods=110))
    garble(cluster)
    assert [u.gap.code for u in unknowns(max_pods_low, network_of(estate))] == ["InvalidValue"]
