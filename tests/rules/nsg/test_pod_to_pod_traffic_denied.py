from __future__ import annotations

from aks_audit.findings import Severity
from aks_audit.rules.nsg.pod_to_pod_traffic_denied import pod_to_pod_traffic_denied
from tests.estate import security_rule, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import ALLOW_NODES, DENY_ALL_IN, an_estate, vnet_of

BOTH_WAYS = security_rule("pods", 4002, "Allow", source=["10.244.0.0/16", "10.1.0.0/24"], destination="10.1.0.0/24")
AND_BACK = security_rule("nodes-to-pods", 4003, "Allow", source="10.1.0.0/24", destination="10.244.0.0/16")


def test_is_quiet_with_the_default_rules() -> None:
    assert messages(pod_to_pod_traffic_denied, network_of(an_estate(model="cni-overlay"))) == []
    assert messages(pod_to_pod_traffic_denied, network_of(an_estate(DENY_ALL_IN, model="byo"))) == []


def test_finds_pods_that_may_reach_nodes_and_not_each_other() -> None:
    denies = security_rule("no-pods", 3000, source="10.244.0.0/16", destination="10.244.0.0/16")
    finding = only(findings(pod_to_pod_traffic_denied, network_of(an_estate(denies, model="cni-overlay"))))
    assert finding.message == (
        "rule no-pods (priority 3000, inbound) of nsg-nodes denies traffic between pods of aks1: "
        "TCP and UDP on every port from 10.244.0.0/16 to 10.244.0.0/16"
    )
    assert finding.severity is Severity.CRITICAL
    assert finding.evidence[1].value == 3000


def test_cannot_tell_without_the_groups() -> None:
    network = network_of(an_estate(model="kubenet"), refused=["Microsoft.Network/networkSecurityGroups"])
    assert [answer.gap.status for answer in unknowns(pod_to_pod_traffic_denied, network)] == [403]


def test_cannot_tell_whether_a_deny_of_the_virtual_network_hits_overlay_pods() -> None:
    deny = security_rule("no", 300, source="VirtualNetwork", destination="VirtualNetwork")
    (answer,) = unknowns(pod_to_pod_traffic_denied, network_of(an_estate(deny, model="cni-overlay")))
    assert answer.gap.message == "how far VirtualNetwork reaches there is not known"
    assert messages(pod_to_pod_traffic_denied, network_of(an_estate(deny, model="kubenet"))) == [], "told of nodes"


def test_finds_the_deny_of_all_where_nodes_and_pods_were_thought_of() -> None:
    estate = an_estate(ALLOW_NODES, BOTH_WAYS, AND_BACK, DENY_ALL_IN, model="cni-overlay")
    assert len(messages(pod_to_pod_traffic_denied, network_of(estate))) == 1


def test_finds_a_pod_subnet_closed_against_itself() -> None:
    estate = an_estate(model="cni-pod-subnet-static", pods=True)
    rule = security_rule("no", 500, source="10.1.16.0/20", protocol="Tcp", ports="8080")
    estate.network_security_group("nsg-pods", [rule], subnets=[subnet(vnet_of(estate), "pods")])
    finding = only(findings(pod_to_pod_traffic_denied, network_of(estate)))
    assert "TCP on port 8080 from 10.1.16.0/20 to 10.1.16.0/20" in finding.message
    assert finding.severity is Severity.HIGH
