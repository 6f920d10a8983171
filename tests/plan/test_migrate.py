"""Moving to Azure CNI overlay: what stands in the way, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from aks_audit.errors import UsageError
from aks_audit.plan import Plan, Verdict, plan_migrate

from ..estate import Estate, Json, subnet
from ..networks import network_of
from .clusters import codes, deciding, in_subnet, whats


def moved(model: Any = "kubenet", change: Any = None, pods: str | None = None, **cluster: Any) -> Plan:
    estate, arm = in_subnet("10.1.0.0/24", model, [{}], **cluster)
    if change:
        change(estate, arm)
    return plan_migrate(network_of(estate), "aks1", pod_cidr=pods)


def _net(arm: Json) -> Json:
    found: Json = arm["properties"]["networkProfile"]
    return found


def test_kubenet_moves_with_its_pod_cidr() -> None:
    plan = moved()
    assert plan.verdict is Verdict.FITS
    assert (deciding(plan, "pod-ranges").need, "--pod-cidr" in plan.steps[1]) == (3, False)
    assert not [c for c in plan.constraints if c.kind == "route-table-routes"]


def test_a_flat_cluster_gives_its_pods_addresses_back() -> None:
    plan = moved("cni-node-subnet")
    limit = deciding(plan, "subnet-addresses")
    assert (plan.verdict, limit.need, limit.added) == (Verdict.FITS, 3, -90)
    assert "--pod-cidr 192.168.0.0/16" in plan.steps[1]  # 10.244.0.0/16 lies in the network, which is 10.0.0.0/8


@pytest.mark.parametrize("policy", ["calico", "azure"])
def test_the_policy_engine_goes_first(policy: str) -> None:
    # https://github.com/MicrosoftDocs/azure-aks-docs/issues/264
    plan = moved("cni-node-subnet", network_policy=policy)
    assert (plan.verdict, codes(plan)) == (Verdict.DOES_NOT_FIT, ["ValidationError"])
    order = [step for step in plan.steps if "az aks update" in step]
    assert ["--network-policy none" in order[0], "overlay" in order[1], "cilium" in order[2]] == [True] * 3


def test_an_old_version_cannot_be_moved() -> None:
    assert "Kubernetes 1.26.6 is older than 1.27" in whats(moved(kubernetes_version="1.26.6"))


def test_pods_with_a_subnet_of_their_own_cannot_be_moved() -> None:
    estate = Estate()
    vnet = estate.virtual_network(subnets={"nodes": "10.1.0.0/24", "pods": "10.1.1.0/24"})
    nodes, pods = subnet(vnet, "nodes"), subnet(vnet, "pods")
    estate.cluster("aks1", "cni-pod-subnet-dynamic", subnet=nodes, pod_subnet=pods)
    plan = plan_migrate(network_of(estate), "aks1")
    assert plan.verdict is Verdict.DOES_NOT_FIT
    assert "cannot be moved to overlay" in whats(plan)[0]


def test_an_own_route_table_needs_a_user_assigned_identity() -> None:
    def system(estate: Estate, arm: Json) -> None:
        arm["identity"] = {"type": "SystemAssigned"}

    estate, _ = in_subnet("10.1.0.0/24", "cni-overlay", [{}])
    nodes = subnet(estate.of_type("virtualNetworks")[0], "nodes")
    table = estate.route_table(subnets=[nodes])
    arm = estate.cluster("aks2", "kubenet", subnet=nodes, route_table=table)
    assert "is your own: its pod routes" in " ".join(whats(plan_migrate(network_of(estate), "aks2")))
    system(estate, arm)
    plan = plan_migrate(network_of(estate), "aks2")
    assert plan.verdict is Verdict.DOES_NOT_FIT
    assert "no user-assigned identity" in " ".join(whats(plan))


def test_what_azure_takes_but_breaks_is_named() -> None:
    def change(_estate: Estate, arm: Json) -> None:
        _net(arm).update(ipFamilies=["IPv4", "IPv6"])
        _net(arm)["loadBalancerProfile"]["managedOutboundIPs"]["countIPv6"] = 1
        arm["properties"]["addonProfiles"] = {"ingressApplicationGateway": {"enabled": True}}

    plan = moved(change=change)
    assert plan.verdict is Verdict.FITS
    assert [word in " ".join(whats(plan)) for word in ("dual stack", "AGIC")] == [True, True]


def test_ranges_are_checked_as_they_would_be() -> None:
    assert codes(moved("cni-node-subnet", pods="10.1.0.0/16")) == ["NetworkProfileCIDROverlapVNET"]
    small = moved("cni-node-subnet", pods="192.168.0.0/23")
    assert (deciding(small, "pod-ranges").short, small.verdict) == (1, Verdict.DOES_NOT_FIT)


def test_there_is_no_other_way() -> None:
    with pytest.raises(UsageError, match="moving to 'cilium'"):
        plan_migrate(network_of(in_subnet("10.1.0.0/24", "kubenet", [{}])[0]), "aks1", "cilium")
