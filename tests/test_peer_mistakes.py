"""Mistakes that other tools make with AKS networks, each from their public rules; none of them is ours."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from aks_audit.analysis.addresses import usable_addresses
from aks_audit.audit import audit
from aks_audit.capacity.limits import limits_of
from aks_audit.config.choice import Choice
from aks_audit.findings import Rule, Severity
from aks_audit.model import Network
from aks_audit.model.arm import IpNetwork, parse_prefix
from aks_audit.plan import plan_migrate
from aks_audit.report import ReportedFinding
from aks_audit.rules import catalogue

from .estate import Estate, Json, Model, Pool, subnet
from .networks import network_of


def found(network: Network, at_least: Severity = Severity.LOW) -> list[ReportedFinding]:
    return [item for item in audit(network, Choice().of(catalogue())).findings if item.severity >= at_least]


def rules(network: Network, at_least: Severity = Severity.LOW) -> set[str]:
    return {item.rule.id for item in found(network, at_least)}


def a_network(*pools: Pool, model: Model = "cni-overlay", nodes: str = "10.1.0.0/22", **cluster: Any) -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": nodes})
    estate.cluster("aks1", model, subnet=subnet(vnet, "nodes"), pools=pools or None, **cluster)
    return estate


def the_cluster(estate: Estate) -> Json:
    return estate.of_type("managedClusters")[0]


@pytest.mark.parametrize("policy", ["none", "None", None])
def test_a_policy_of_none_or_absent_is_no_policy_engine(policy: str | None) -> None:
    """Prowler, Checkov, Trivy and Steampipe count the text `none` as an engine; KubeBuddy counts its absence as one."""
    estate = a_network(model="cni-node-subnet")
    the_cluster(estate)["properties"]["networkProfile"]["networkPolicy"] = policy
    plan = plan_migrate(network_of(estate), "aks1")
    assert not [blocker for blocker in plan.blockers if "networkPolicy" in blocker.what]
    the_cluster(estate)["properties"]["networkProfile"]["networkPolicy"] = "Calico"
    blocked = plan_migrate(network_of(estate), "aks1")
    assert [blocker for blocker in blocked.blockers if "networkPolicy" in blocker.what]


def test_a_private_cluster_is_not_asked_for_authorized_ranges() -> None:
    """Checkov's ARM check, Kubescape C-0247, CloudSploit and the review checklists fail it for having none."""
    assert rules(network_of(a_network(private=True))) == set()


def test_letter_case_changes_nothing() -> None:
    """APRL e620fa98, CloudSploit and Steampipe's ranges compare keys or ids with letter case."""
    estate = a_network(Pool(count=4, max_pods=50, max_surge="1"), model="cni-node-subnet", nodes="10.1.0.0/24")
    usual = [item.finding.message for item in found(network_of(estate))]
    profile = the_cluster(estate)["properties"]["networkProfile"]
    profile |= {"networkPlugin": "AZURE", "outboundType": "LoadBalancer"}
    (pool,) = the_cluster(estate)["properties"]["agentPoolProfiles"]
    pool |= {"vnetSubnetID": pool["vnetSubnetID"].upper(), "osType": "LINUX", "mode": "SYSTEM"}
    assert usual
    assert [item.finding.message.lower() for item in found(network_of(estate))] == [text.lower() for text in usual]


def test_the_plural_of_a_prefix_is_read_too() -> None:
    """APRL, PSRule's CNISubnetSize and Prowler's 12854 read the singular field and overlook the plural."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": ["10.1.0.0/25", "10.1.2.0/25"]})
    pools = [Pool(count=3, max_pods=30, max_surge="1", instances=())]
    cluster = estate.cluster("aks1", "cni-overlay", subnet=subnet(vnet, "nodes"), pools=pools)
    cluster["properties"]["networkProfile"].pop("networkPluginMode")
    network = network_of(estate)
    (capacity,) = audit(network, ()).subnets
    assert capacity.usable == 246
    assert "subnet-too-small-for-upgrade" not in rules(network)  # 124 of 246; of the first prefix alone 123


def test_every_pool_is_looked_at() -> None:
    """APRL 902c82ff, Checkov 143 and aks-mcp look at the first pool; Prowler passes a mixed cluster."""
    estate = a_network(Pool(), Pool(name="np2", count=2, max_pods=9), Pool(name="win", os_type="Windows", mode="User"))
    assert [item.finding.key for item in found(network_of(estate)) if item.rule.id == "max-pods-out-of-range"] == [
        "np2",
        "win",
    ]


def test_what_was_not_collected_is_never_a_pass() -> None:
    """PSRule's CNISubnetSize passes without the subnet's data; Prowler passes when a listing fails."""
    estate = a_network(Pool(count=4, max_pods=50, max_surge="1"), model="cni-node-subnet", nodes="10.1.0.0/24")
    report = audit(network_of(estate, refused=["Microsoft.Network/virtualNetworks"]), catalogue())
    told = {item.rule.id for item in report.unknown if item.gap.status == 403}
    assert {"subnet-too-small-for-upgrade", "subnet-nearly-full", "service-cidr-overlaps-subnet"} <= told
    assert not report.complete


@pytest.mark.parametrize("outbound_type", ["userAssignedNATGateway", "none", "block"])
def test_no_way_out_is_a_fault_by_itself(outbound_type: str) -> None:
    """azqr aks-012 and the review checklists' 06.07.01 demand user-defined routing and call all else a High fault."""
    estate = a_network(outbound_type=outbound_type)
    nodes = subnet(estate.of_type("virtualNetworks")[0], "nodes")
    nodes["properties"]["defaultOutboundAccess"] = False  # with it, `none` would be open after all
    assert rules(network_of(estate)) == set()


def test_cilium_is_a_policy_and_thirty_pods_are_enough() -> None:
    """KICS and older PSRule refuse Cilium; PSRule, Checkov and Steampipe demand 50 pods where that costs addresses."""
    estate = a_network(dataplane="cilium", network_policy="cilium")
    assert rules(network_of(estate)) == set()
    flat = a_network(Pool(count=3, max_pods=30), model="cni-node-subnet")
    assert rules(network_of(flat)) == {"node-subnet-legacy"}  # advice, and low


def test_overlay_is_not_held_to_the_size_that_node_subnets_need() -> None:
    """PSRule demands a /23 of every cluster with Azure CNI."""
    assert rules(network_of(a_network(Pool(count=5, max_pods=250, max_surge="1"), nodes="10.1.0.0/28"))) == set()


def test_forwarding_on_a_kubenet_nic_is_required_and_not_a_fault() -> None:
    """Checkov 118, Trivy 0075 and Steampipe fail every NIC with IP forwarding."""
    estate = a_network(model="kubenet")
    cluster = the_cluster(estate)
    assert all(nic["properties"]["enableIPForwarding"] for nic in estate.nics(cluster))
    assert rules(network_of(estate)) == {"kubenet-retirement"}
    estate.nics(cluster)[0]["properties"]["enableIPForwarding"] = False
    assert "kubenet-ip-forwarding-off" in rules(network_of(estate))


@pytest.mark.parametrize(
    ("length", "usable"), [(29, 3), (30, 0), (31, 0), (32, 0), (28, 11), (24, 251), (8, 16_777_211)]
)
def test_free_addresses_are_counted_and_not_looked_up(length: int, usable: int) -> None:
    """ARI's table is wrong for /29 and /30, and it counts subnets of two prefixes by the first."""
    prefix = a_prefix(f"10.0.0.0/{length}")
    assert usable_addresses([prefix]) == usable
    assert usable_addresses([prefix, a_prefix("10.128.0.0/24")]) == usable + 251


def a_prefix(text: str) -> IpNetwork:
    found = parse_prefix(text)
    assert found
    return found


def test_no_rule_is_a_copy_of_another() -> None:
    """The review checklists' 06.07.04 and 06.07.09 carry queries that were copied from other checks."""
    for part in (_title, _page, _body):
        parts = [part(rule) for rule in catalogue()]
        assert len(set(parts)) == len(parts)


def _title(rule: Rule) -> str:
    return rule.title


def _page(rule: Rule) -> str:
    return rule.page


def _body(rule: Rule) -> str:
    """What the rule's module does, its words aside."""
    module = inspect.getmodule(rule.check)
    assert module
    return inspect.getsource(module).rpartition('"""\n    ')[2]


def test_each_limit_of_a_cluster_is_told_once() -> None:
    """The same: one cause, one answer."""
    network = network_of(a_network(Pool(), Pool(name="np2", mode="User"), allocated_outbound_ports=1024))
    keys = [(limit.kind, limit.resource_id) for limit in limits_of(network, network.clusters[0])]
    assert len(set(keys)) == len(keys)
