from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.network_policy.azure_policy_overloaded import azure_policy_overloaded
from tests.estate import Estate, Json, Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import PROFILE, an_estate, hide


def with_pools(*pools: Pool, policy: str = "azure") -> tuple[Estate, Json]:
    for pool in pools:
        pool.instances = ()
    return an_estate(*pools, networkPolicy=policy)


def test_is_quiet_up_to_what_it_carries() -> None:
    estate, _ = with_pools(Pool(count=100, max_pods=80), Pool(name="np2", count=150, max_pods=80, mode="User"))
    assert messages(azure_policy_overloaded, network_of(estate)) == []


def test_is_quiet_about_other_engines_windows_and_stopped_pools() -> None:
    assert messages(azure_policy_overloaded, network_of(with_pools(Pool(count=300), policy="calico")[0])) == []
    estate, cluster = with_pools(
        Pool(count=3, max_pods=30), Pool(name="win", count=300, os_type="Windows"), Pool(name="off", count=300)
    )
    cluster["properties"]["agentPoolProfiles"][2]["powerState"] = {"code": "Stopped"}
    assert messages(azure_policy_overloaded, network_of(estate)) == []


def test_finds_one_node_too_many() -> None:
    estate, cluster = with_pools(Pool(count=100, max_pods=30), Pool(name="np2", count=151, max_pods=30, mode="User"))
    finding = only(findings(azure_policy_overloaded, network_of(estate)))
    assert finding.message == "aks1 has 251 nodes; Azure network policy manager carries 250 nodes, 20,000 pods"
    assert finding.arithmetic == "251 nodes > 250"
    own, profiles = ResourceId.of(cluster["id"]), "properties.agentPoolProfiles"
    assert finding.evidence == (
        Evidence(own, f"{PROFILE}.networkPolicy", "azure"),
        Evidence(own, f"{profiles}[np1].count", 100),
        Evidence(own, f"{profiles}[np2].count", 151),
        Evidence(own, f"{profiles}[np1].maxPods", 30),
        Evidence(own, f"{profiles}[np2].maxPods", 30),
    )
    assert finding.cluster_id == finding.resource_id == own
    assert finding.severity is None
    assert azure_policy_overloaded.severity is Severity.HIGH


def test_finds_what_the_autoscaler_may_do() -> None:
    estate, cluster = with_pools(Pool(count=3, max_pods=30, max_count=200), Pool(name="np2", count=51, max_pods=30))
    finding = only(findings(azure_policy_overloaded, network_of(estate)))
    assert finding.message.startswith("aks1 has up to 251 nodes at its autoscaler's maximum; ")
    assert finding.arithmetic == "251 nodes > 250"
    assert finding.severity is Severity.MEDIUM
    own = ResourceId.of(cluster["id"])
    assert finding.evidence[3] == Evidence(own, "properties.agentPoolProfiles[np1].maxCount", 200)


def test_finds_room_for_too_many_pods() -> None:
    estate, _ = with_pools(Pool(count=80, max_pods=250), Pool(name="np2", count=1, max_pods=10))
    finding = only(findings(azure_policy_overloaded, network_of(estate)))
    assert finding.message.startswith("aks1 has room for 20,010 pods at maxPods; ")
    assert finding.arithmetic == "80 x 250 + 1 x 10 = 20010 > 20000"
    assert finding.severity is Severity.MEDIUM


def test_cannot_tell_without_counts() -> None:
    estate, cluster = with_pools(Pool(count=3))
    del cluster["properties"]["agentPoolProfiles"][0]["maxPods"]
    (answer,) = unknowns(azure_policy_overloaded, network_of(estate))
    assert answer.gap.message == "count or maxPods of np1 is not given"
    cluster["properties"]["agentPoolProfiles"][0] |= {"maxPods": 30, "count": None}
    assert len(unknowns(azure_policy_overloaded, network_of(estate))) == 1


def test_cannot_tell_without_the_pools() -> None:
    estate, cluster = with_pools(Pool(count=3))
    cluster["properties"]["agentPoolProfiles"] = None
    assert len(unknowns(azure_policy_overloaded, network_of(estate))) == 1
    hide(cluster)
    assert [u.gap.code for u in unknowns(azure_policy_overloaded, network_of(estate))] == ["InvalidValue"]
