from __future__ import annotations

from aks_audit.findings import Severity
from aks_audit.rules.policy.subnet_without_security_group import subnet_without_security_group
from tests.estate import Estate, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import VNETS, an_estate, evidence, garble, id_of, network_of_cluster, of_aks, without_pools


def guard(estate: Estate, *names: str) -> None:
    """Put a security group on some subnets."""
    group = estate.network_security_group("nsg-own")
    for name in names:
        estate.attach(group, subnet(network_of_cluster(estate), name))


def test_is_quiet_about_guarded_subnets_and_those_of_aks() -> None:
    estate = an_estate(model="cni-pod-subnet-dynamic", integrated=True)[0]
    guard(estate, "pods", "apiserver")
    assert messages(subnet_without_security_group, network_of(estate)) == []
    estate, cluster = of_aks()
    made = subnet(network_of_cluster(estate), "aks-subnet")
    made["properties"].pop("networkSecurityGroup")
    cluster["properties"]["agentPoolProfiles"][0]["podSubnetID"] = made["id"]
    assert messages(subnet_without_security_group, network_of(estate)) == []


def test_leaves_node_subnets_to_the_default_rule() -> None:
    assert messages(subnet_without_security_group, network_of(an_estate()[0])) == []


def test_finds_a_pod_subnet_without_one() -> None:
    estate, cluster = an_estate(model="cni-pod-subnet-dynamic")
    finding = only(findings(subnet_without_security_group, network_of(estate)))
    assert finding.message == "pods has no security group; in it: pods of aks1"
    assert finding.resource_id == id_of(subnet(network_of_cluster(estate), "pods"))
    assert finding.cluster_id == id_of(cluster)
    assert finding.affected == (id_of(cluster),)
    assert evidence(finding) == [("properties.networkSecurityGroup", None)]
    assert finding.severity is None
    assert subnet_without_security_group.severity is Severity.MEDIUM


def test_finds_an_api_server_subnet_without_one() -> None:
    assert messages(subnet_without_security_group, network_of(an_estate(integrated=True)[0])) == [
        "apiserver has no security group; in it: the API server of aks1"
    ]


def test_says_it_once_for_two_clusters_and_every_pool() -> None:
    pools = Pool(), Pool(name="np2", mode="User")
    estate, cluster = an_estate(*pools, model="cni-pod-subnet-dynamic")
    nodes, pods = (subnet(network_of_cluster(estate), name) for name in ("nodes", "pods"))
    other = estate.cluster("aks2", "cni-pod-subnet-dynamic", subnet=nodes, pod_subnet=pods)
    finding = only(findings(subnet_without_security_group, network_of(estate)))
    assert finding.message == "pods has no security group; in it: pods of aks1, pods of aks2"
    assert finding.cluster_id is None
    assert finding.affected == (id_of(cluster), id_of(other))


def test_cannot_tell_without_the_subnet_or_the_pools() -> None:
    estate, cluster = an_estate(model="cni-pod-subnet-dynamic")
    guard(estate, "pods")
    (answer,) = unknowns(subnet_without_security_group, network_of(estate, refused=[VNETS]))
    assert (answer.resource_id, answer.gap.status) == (id_of(subnet(network_of_cluster(estate), "pods")), 403)
    without_pools(cluster)
    assert [u.resource_id for u in unknowns(subnet_without_security_group, network_of(estate))] == [id_of(cluster)]
    garble(cluster)
    assert [u.gap.code for u in unknowns(subnet_without_security_group, network_of(estate))] == ["InvalidValue"]


def test_cannot_tell_where_a_value_of_the_subnet_does_not_parse() -> None:
    estate = an_estate(model="cni-pod-subnet-dynamic")[0]
    subnet(network_of_cluster(estate), "pods")["properties"]["addressPrefix"] = "nonsense"
    assert [u.gap.code for u in unknowns(subnet_without_security_group, network_of(estate))] == ["InvalidValue"]
