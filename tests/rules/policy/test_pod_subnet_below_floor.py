from __future__ import annotations

import pytest

from aks_audit.findings import Severity
from aks_audit.rules.policy.pod_subnet_below_floor import pod_subnet_below_floor
from aks_audit.settings import Settings, Thresholds
from tests.estate import Model, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import (
    VNETS,
    an_estate,
    evidence,
    garble,
    id_of,
    network_of_cluster,
    network_profile,
    of_aks,
    pool_id,
    without_pools,
)


def test_is_quiet_about_a_whole_prefix_of_twenty_three() -> None:
    assert (
        messages(pod_subnet_below_floor, network_of(an_estate(model="cni-node-subnet", nodes="10.1.0.0/23")[0])) == []
    )
    assert messages(pod_subnet_below_floor, network_of(of_aks()[0])) == []


def test_finds_a_smaller_node_subnet_with_all_its_pools() -> None:
    pools = Pool(max_pods=10), Pool(name="np2", max_pods=10, mode="User")
    estate, cluster = an_estate(*pools, model="cni-node-subnet", nodes="10.1.0.0/24")
    finding = only(findings(pod_subnet_below_floor, network_of(estate)))
    assert finding.message == "nodes has 256 addresses (10.1.0.0/24), a /23 has 512; pods of aks1 draw from it"
    assert finding.resource_id == id_of(subnet(network_of_cluster(estate), "nodes"))
    assert evidence(finding) == [("properties.addressPrefixes", ("10.1.0.0/24",))]
    assert finding.arithmetic == "256 = 256 < 512 = 2^(32 - 23)"
    assert finding.cluster_id == id_of(cluster)
    assert finding.affected == (pool_id(cluster, "np1"), pool_id(cluster, "np2"))
    assert finding.severity is None
    assert pod_subnet_below_floor.severity is Severity.MEDIUM


def test_tells_a_subnet_of_two_clusters_once() -> None:
    estate, cluster = an_estate(Pool(max_pods=10), model="cni-node-subnet", nodes="10.1.0.0/24")
    nodes = subnet(network_of_cluster(estate), "nodes")
    other = estate.cluster("aks2", "cni-node-subnet", subnet=nodes, pools=[Pool(max_pods=10)])
    finding = only(findings(pod_subnet_below_floor, network_of(estate)))
    assert finding.message.endswith("; pods of aks1, aks2 draw from it")
    assert finding.cluster_id is None
    assert finding.affected == (pool_id(cluster, "np1"), pool_id(other, "np1"))


@pytest.mark.parametrize("model", ["kubenet", "cni-overlay", "byo"])
def test_asks_nothing_where_pods_take_no_address_of_a_subnet(model: Model) -> None:
    """PSRule holds overlay to the floor of flat networks."""
    assert messages(pod_subnet_below_floor, network_of(an_estate(model=model, nodes="10.1.0.0/26")[0])) == []


@pytest.mark.parametrize("model", ["cni-pod-subnet-dynamic", "cni-pod-subnet-static"])
def test_measures_the_pod_subnet_where_there_is_one(model: Model) -> None:
    pools = [Pool(max_pods=15, count=1)]
    assert messages(pod_subnet_below_floor, network_of(an_estate(*pools, model=model, nodes="10.1.0.0/26")[0])) == []
    estate, cluster = an_estate(*pools, model=model, pods="10.1.16.0/24")
    (finding,) = findings(pod_subnet_below_floor, network_of(estate))
    assert finding.message.startswith("pods has 256 addresses (10.1.16.0/24)")
    assert finding.affected == (pool_id(cluster, "np1"),)


def test_adds_up_the_plural() -> None:
    """PSRule reads the one prefix and overlooks the list."""
    halves = an_estate(model="cni-node-subnet", nodes=["10.1.0.0/24", "10.1.2.0/24"])[0]
    assert messages(pod_subnet_below_floor, network_of(halves)) == []
    parts = an_estate(model="cni-node-subnet", nodes=["10.1.0.0/24", "10.1.2.0/25", "fd00::/64"])[0]
    finding = only(findings(pod_subnet_below_floor, network_of(parts)))
    assert finding.message.startswith("nodes has 384 addresses (10.1.0.0/24, 10.1.2.0/25), a /23 has 512")
    assert finding.arithmetic == "256 + 128 = 384 < 512 = 2^(32 - 23)"


def test_the_team_sets_the_floor() -> None:
    estate = an_estate(model="cni-node-subnet", nodes="10.1.0.0/23")[0]
    wider = Settings(thresholds=Thresholds(max_prefix_length=22))
    assert messages(pod_subnet_below_floor, network_of(estate, settings=wider)) == [
        "nodes has 512 addresses (10.1.0.0/23), a /22 has 1024; pods of aks1 draw from it"
    ]


def test_compares_without_case() -> None:
    estate, cluster = an_estate(Pool(max_pods=10), model="cni-node-subnet", nodes="10.1.0.0/24")
    network_profile(cluster)["networkPlugin"] = "Azure"
    pool = cluster["properties"]["agentPoolProfiles"][0]
    pool["vnetSubnetID"] = pool["vnetSubnetID"].upper()
    assert len(messages(pod_subnet_below_floor, network_of(estate))) == 1


def test_cannot_tell_without_the_subnet() -> None:
    """PSRule lets a subnet pass that was not exported."""
    estate = an_estate(model="cni-node-subnet", nodes="10.1.0.0/23")[0]
    (answer,) = unknowns(pod_subnet_below_floor, network_of(estate, refused=[VNETS]))
    assert answer.gap.status == 403
    assert answer.resource_id == id_of(subnet(network_of_cluster(estate), "nodes"))


def test_cannot_tell_without_the_subnet_that_aks_made() -> None:
    estate, cluster = of_aks()
    (answer,) = unknowns(pod_subnet_below_floor, network_of(estate, refused=[VNETS]))
    assert (answer.resource_id, answer.gap.status) == (id_of(cluster), 403)


def test_cannot_tell_without_prefixes_pools_or_a_model() -> None:
    estate, cluster = an_estate(model="cni-node-subnet")
    properties = subnet(network_of_cluster(estate), "nodes")["properties"]
    prefix = properties.pop("addressPrefix")
    (answer,) = unknowns(pod_subnet_below_floor, network_of(estate))
    assert answer.gap.message == "its addressPrefix is absent"
    properties["addressPrefix"] = "nonsense"
    assert [u.gap.code for u in unknowns(pod_subnet_below_floor, network_of(estate))] == ["InvalidValue"]
    properties["addressPrefix"] = prefix
    network_profile(cluster)["networkPluginMode"] = "sideways"
    (answer,) = unknowns(pod_subnet_below_floor, network_of(estate))
    assert (answer.resource_id, answer.gap.message) == (
        pool_id(cluster, "np1"),
        "how its pods get addresses is not known",
    )
    without_pools(cluster)
    (answer,) = unknowns(pod_subnet_below_floor, network_of(estate))
    assert answer.resource_id == id_of(cluster)
    garble(cluster)
    assert [u.gap.code for u in unknowns(pod_subnet_below_floor, network_of(estate))] == ["InvalidValue"]


def test_a_subnet_that_does_not_exist_is_other_trouble() -> None:
    estate = an_estate(model="cni-node-subnet")[0]
    network_of_cluster(estate)["properties"]["subnets"].clear()
    assert messages(pod_subnet_below_floor, network_of(estate)) == []
