from __future__ import annotations

from aks_audit.findings import Severity
from aks_audit.rules.policy.ddos_plan_missing import ddos_plan_missing
from tests.estate import subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import VNETS, an_estate, evidence, id_of, network_of_cluster, of_aks, without_pools


def test_is_quiet_about_a_plan_and_about_networks_of_aks() -> None:
    estate = an_estate()[0]
    plan = estate.resource_id("Microsoft.Network/ddosProtectionPlans", "plan")
    network_of_cluster(estate)["properties"] |= {"enableDdosProtection": True, "ddosProtectionPlan": {"id": plan}}
    assert messages(ddos_plan_missing, network_of(estate)) == []
    assert messages(ddos_plan_missing, network_of(of_aks()[0])) == []


def test_finds_a_network_without_one() -> None:
    estate, cluster = an_estate()
    finding = only(findings(ddos_plan_missing, network_of(estate)))
    assert finding.message == "vnet has no DDoS protection plan; in it: aks1"
    assert finding.resource_id == id_of(network_of_cluster(estate))
    assert finding.cluster_id == id_of(cluster)
    assert finding.affected == (id_of(cluster),)
    assert evidence(finding) == [("properties.ddosProtectionPlan", None)]
    assert finding.severity is None
    assert ddos_plan_missing.severity is Severity.MEDIUM


def test_says_it_once_for_two_clusters_and_not_of_networks_without_any() -> None:
    estate, cluster = an_estate()
    other = estate.cluster("aks2", subnet=subnet(network_of_cluster(estate), "nodes"))
    estate.virtual_network("elsewhere", "10.9.0.0/16")
    finding = only(findings(ddos_plan_missing, network_of(estate)))
    assert finding.message.endswith("in it: aks1, aks2")
    assert finding.cluster_id is None
    assert finding.affected == (id_of(cluster), id_of(other))


def test_cannot_tell_without_the_network() -> None:
    estate, cluster = an_estate()
    (answer,) = unknowns(ddos_plan_missing, network_of(estate, refused=[VNETS]))
    assert (answer.resource_id, answer.gap.status) == (id_of(network_of_cluster(estate)), 403)
    without_pools(cluster)
    assert [u.resource_id for u in unknowns(ddos_plan_missing, network_of(estate))] == [id_of(cluster)]


def test_cannot_tell_where_a_value_of_it_does_not_parse() -> None:
    estate = an_estate()[0]
    network_of_cluster(estate)["properties"]["addressSpace"] = {"addressPrefixes": ["nonsense"]}
    assert [u.gap.code for u in unknowns(ddos_plan_missing, network_of(estate))] == ["InvalidValue"]


def test_nobody_asks_for_a_network_that_aks_made_and_nobody_read() -> None:
    assert messages(ddos_plan_missing, network_of(of_aks()[0], refused=[VNETS])) == []
    estate, cluster = of_aks()
    made = subnet(network_of_cluster(estate), "aks-subnet")["id"]
    cluster["properties"]["agentPoolProfiles"][0]["vnetSubnetID"] = made
    assert messages(ddos_plan_missing, network_of(estate, refused=[VNETS])) == []
