from __future__ import annotations

from aks_audit.findings import Severity
from aks_audit.rules.policy.surge_of_one_node import surge_of_one_node
from tests.estate import Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, evidence, id_of, pool_id, profile, without_pools


def test_is_quiet_about_a_share() -> None:
    assert messages(surge_of_one_node, network_of(an_estate(Pool(count=9, max_surge="33%"))[0])) == []
    assert messages(surge_of_one_node, network_of(an_estate(Pool(count=9, max_surge="2"))[0])) == []


def test_finds_one_and_absent() -> None:
    pools = Pool(count=4, max_surge="1"), Pool(name="np2", count=5, max_surge=None, mode="User"), Pool(name="np3")
    estate, cluster = an_estate(*pools)
    finding = only(findings(surge_of_one_node, network_of(estate)))
    assert finding.message == "aks1: one surge node in np1 (maxSurge 1), np2 (maxSurge absent)"
    assert finding.resource_id == finding.cluster_id == id_of(cluster)
    assert evidence(finding) == [
        ("properties.agentPoolProfiles[np1].upgradeSettings.maxSurge", "1"),
        ("properties.agentPoolProfiles[np2].upgradeSettings.maxSurge", None),
    ]
    assert finding.affected == (pool_id(cluster, "np1"), pool_id(cluster, "np2"))
    assert finding.severity is None
    assert surge_of_one_node.severity is Severity.LOW


def test_three_nodes_take_one_either_way() -> None:
    assert messages(surge_of_one_node, network_of(an_estate(Pool(count=3, max_surge="1"))[0])) == []
    may_grow = an_estate(Pool(count=3, max_count=4, max_surge="1"))[0]
    assert len(messages(surge_of_one_node, network_of(may_grow))) == 1


def test_a_pool_of_unknown_size_is_found() -> None:
    estate, cluster = an_estate(Pool(count=3, max_surge="1"))
    profile(cluster).pop("count")
    assert len(messages(surge_of_one_node, network_of(estate))) == 1


def test_does_not_ask_what_upgrades_otherwise() -> None:
    for extra in (
        {"scaleSetPriority": "Spot"},
        {"upgradeStrategy": "BlueGreen"},
        {"upgradeSettings": {"maxUnavailable": "10%"}},
        {"upgradeSettings": {"maxSurge": "0", "maxUnavailable": "1"}},
    ):
        pools = Pool(), Pool(name="np2", count=5, max_surge="1", mode="User", extra=extra)
        assert messages(surge_of_one_node, network_of(an_estate(*pools)[0])) == []
    none_unavailable = {"upgradeSettings": {"maxSurge": "1", "maxUnavailable": "0"}}
    pools = Pool(), Pool(name="np2", count=5, mode="User", extra=none_unavailable)
    assert len(messages(surge_of_one_node, network_of(an_estate(*pools)[0]))) == 1


def test_cannot_tell_without_pools_or_where_the_surge_does_not_parse() -> None:
    estate, cluster = an_estate(Pool(count=9, max_surge="33%"))
    profile(cluster)["upgradeSettings"] = {"maxSurge": "many"}
    assert [u.gap.code for u in unknowns(surge_of_one_node, network_of(estate))] == ["InvalidValue"]
    without_pools(cluster)
    assert [u.resource_id for u in unknowns(surge_of_one_node, network_of(estate))] == [id_of(cluster)]
