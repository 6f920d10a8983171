"""Mistakes of the tools whose demands these rules repeat; with the policy profile, too, none of them is ours."""

from __future__ import annotations

import pytest

from aks_audit.audit import audit
from aks_audit.config.choice import Choice
from aks_audit.report import Report
from aks_audit.rules import catalogue
from tests.estate import Estate, Json, Pool
from tests.networks import network_of

from .clusters import an_estate, network_of_cluster, network_profile, profile


def report_of(estate: Estate, *refused: str) -> Report:
    return audit(network_of(estate, refused=refused), Choice(profile="policy").of(catalogue()))


def told(estate: Estate) -> set[str]:
    return {item.rule.id for item in report_of(estate).findings}


@pytest.mark.parametrize("policy", ["none", "None", None])
def test_none_is_no_policy_engine(policy: str | None) -> None:
    """Prowler, Checkov, Trivy and Steampipe take the text for an engine, KubeBuddy its absence."""
    estate, cluster = an_estate()
    assert "network-policy-missing" not in told(estate)
    network_profile(cluster)["networkPolicy"] = policy
    assert "network-policy-missing" in told(estate)


def test_cilium_is_a_policy_engine() -> None:
    """KICS and older PSRule refuse it."""
    assert "network-policy-missing" not in told(an_estate(dataplane="cilium", network_policy="Cilium")[0])


def test_a_private_cluster_needs_no_ranges() -> None:
    """Checkov's ARM check, Kubescape C-0247, CloudSploit and the review checklists ask for them."""
    found = told(an_estate(private=True)[0])
    assert not found & {"api-server-open-to-internet", "api-server-not-private"}


def shouted(cluster: Json) -> None:
    network = network_profile(cluster)
    network |= {key: network[key].upper() for key in ("networkPlugin", "outboundType", "loadBalancerSku")}
    for pool in cluster["properties"]["agentPoolProfiles"]:
        pool |= {key: pool[key].upper() for key in ("vnetSubnetID", "mode", "osType", "type")}


def test_letter_case_changes_nothing() -> None:
    """APRL e620fa98, CloudSploit and Steampipe compare with it."""
    estate, cluster = an_estate(Pool(max_pods=20), model="cni-node-subnet", nodes="10.1.0.0/24")
    usual = told(estate)
    shouted(cluster)
    assert told(estate) == usual
    assert {"pod-subnet-below-floor", "outbound-not-routed"} <= usual


def test_the_pool_that_others_overlook_is_found() -> None:
    """APRL 902c82ff and Checkov 143 look at the first pool, Prowler believes the last."""
    estate, cluster = an_estate(Pool(max_count=5), Pool(name="np2", mode="User"), Pool(name="np3", mode="User"))
    profile(cluster, 2)["enableAutoScaling"] = True
    profile(cluster, 1)["enableNodePublicIP"] = True
    found = {item.rule.id: item.finding.affected for item in report_of(estate).findings}
    for rule in ("pool-without-autoscaler", "node-public-ips-given"):
        assert [pool.name for pool in found[rule]] == ["np2"]


def test_what_was_not_collected_is_no_pass() -> None:
    """PSRule's CNISubnetSize passes what it was not given, Prowler what a failed call leaves out."""
    estate = an_estate(model="cni-pod-subnet-dynamic")[0]
    unread = report_of(estate, "Microsoft.Network/virtualNetworks").unknown
    rules = {item.rule.id for item in unread if item.gap.status == 403}
    about_networks = {"ddos-plan-missing", "dns-server-far-away", "dns-server-single"}
    assert {"pod-subnet-below-floor", "subnet-without-security-group", *about_networks} <= rules


@pytest.mark.parametrize("outbound_type", ["userAssignedNATGateway", "none", "block"])
def test_another_way_out_or_none_is_no_fault(outbound_type: str) -> None:
    """azqr aks-012 and the review checklists' 06.07.01 say so."""
    assert "outbound-not-routed" not in told(an_estate(outbound_type=outbound_type)[0])


def test_thirty_pods_are_enough_where_each_costs_an_address() -> None:
    """PSRule, Checkov and Steampipe ask for 50, and overlay for a /23 as well."""
    assert "max-pods-low" not in told(an_estate(Pool(max_pods=30), model="cni-node-subnet")[0])
    assert "pod-subnet-below-floor" not in told(an_estate(nodes="10.1.0.0/27")[0])


def test_forwarding_on_the_nics_of_kubenet_is_no_fault() -> None:
    """Checkov 118, Trivy 0075 and Steampipe say so."""
    assert "kubenet-ip-forwarding-off" not in told(an_estate(model="kubenet")[0])


def test_two_prefixes_count_as_two() -> None:
    """ARI counts the first, APRL and PSRule read the singular."""
    halves = an_estate(model="cni-node-subnet", nodes=["10.1.0.0/24", "10.1.2.0/24"])[0]
    assert "pod-subnet-below-floor" not in told(halves)


def test_each_demand_is_its_own() -> None:
    """The review checklists' 06.07.04 and 06.07.09 are copies of other queries: they answer what nobody asked."""
    estate, cluster = an_estate(Pool(max_count=5, max_surge="33%"), private=True, dataplane="cilium")
    cluster["properties"]["apiServerAccessProfile"]["disableRunCommand"] = True
    assert told(estate) - {"node-subnet-without-security-group"} == {"ddos-plan-missing", "outbound-not-routed"}
    vnet = network_of_cluster(estate)
    vnet["properties"]["ddosProtectionPlan"] = {"id": f"{vnet['id']}/plan"}
    network_profile(cluster)["outboundType"] = "block"
    assert "ddos-plan-missing" not in told(estate)
