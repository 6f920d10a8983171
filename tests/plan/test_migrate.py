"""Moving to Azure CNI overlay: what stands in the way, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from aks_audit.errors import UsageError
from aks_audit.plan import Plan, Verdict, plan_migrate, plan_upgrade

from ..estate import Estate, Json, subnet
from ..networks import network_of
from .clusters import codes, deciding, in_subnet, whats


def moved(model: Any = "kubenet", change: Any = None, pods: str | None = None, **cluster: Any) -> Plan:
    cluster.setdefault("network_policy", "none")
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


def _fixes(plan: Plan, words: str) -> list[str]:
    return [blocker.fix for blocker in plan.blockers if words in blocker.what]


def test_a_range_that_was_given_can_be_given_otherwise() -> None:
    for model in ("cni-node-subnet", "kubenet"):
        plan = moved(model, pods="10.1.0.0/16")
        assert _fixes(plan, "pod CIDR 10.1.0.0/16 overlaps") == ["choose another with --pod-cidr"]
        assert "NetworkProfileCIDROverlapVNET" in codes(plan)


def test_a_range_in_space_that_no_subnet_has_yet_is_a_note() -> None:
    plan = moved("cni-node-subnet", pods="10.200.0.0/16")
    assert _fixes(plan, "lies in 10.0.0.0/8") == ["choose another with --pod-cidr"]
    assert plan.verdict is Verdict.FITS


def test_nobody_is_told_to_remove_what_is_in_use() -> None:
    for words in ({"pod_cidr": "10.1.0.0/16"}, {"service_cidr": "10.1.0.0/16"}, {"pod_cidr": "10.128.0.0/16"}):
        plan = plan_upgrade(network_of(in_subnet("10.1.0.0/24", "kubenet", [{}], **words)[0]), "aks1")
        found = _fixes(plan, " overlaps ")
        assert plan.verdict is Verdict.DOES_NOT_FIT
        assert all(fix.startswith("build a new cluster") for fix in found), found


@pytest.mark.parametrize(
    ("sku", "verdict", "words"),
    [
        ("Windows2019", Verdict.DOES_NOT_FIT, ["Windows Server 2019"]),
        ("windows2022", Verdict.FITS, []),
        ("Windows2025", Verdict.FITS, []),
        (None, Verdict.FITS, ["cannot be told"]),
        ("WindowsAnnual", Verdict.FITS, ["cannot be told"]),
    ],
)
def test_the_edition_of_windows_decides(sku: str | None, verdict: Verdict, words: list[str]) -> None:
    def windows(_estate: Estate, arm: Json) -> None:
        profile = arm["properties"]["agentPoolProfiles"][0]
        arm["properties"]["agentPoolProfiles"].append(profile | {"name": "win", "osType": "Windows", "osSKU": sku})
        arm["properties"]["windowsProfile"] = {"adminUsername": "azureuser"}

    plan = moved("cni-node-subnet", windows, pods="192.168.0.0/16")
    assert plan.verdict is verdict
    assert [word in what for what, word in zip(whats(plan), words, strict=True)] == [True] * len(words)


@pytest.mark.parametrize("identity", ["SystemAssigned", None])
def test_kubenet_needs_a_user_assigned_identity_whoever_made_the_table(identity: str | None) -> None:
    def without(_estate: Estate, arm: Json) -> None:
        arm["identity"] = {"type": identity} if identity else None

    plan = moved(change=without)
    (found,) = [blocker for blocker in plan.blockers if "user-assigned identity" in blocker.what]
    assert (plan.verdict, found.refuses) == (Verdict.DOES_NOT_FIT, True)
    assert moved("cni-node-subnet", without).verdict is Verdict.FITS


def test_an_overlay_cluster_has_nothing_to_do() -> None:
    plan = moved("cni-overlay", pods="10.1.0.0/16")
    assert (plan.verdict, plan.blockers, plan.fixes) == (Verdict.FITS, (), ())
    assert "nothing to do" in plan.steps[0]
    assert not any("az aks" in step for step in plan.steps)


def test_where_there_is_no_way_no_command_is_given() -> None:
    plan = moved("byo")
    assert plan.verdict is Verdict.DOES_NOT_FIT
    assert [blocker.refuses for blocker in plan.blockers] == [True]
    assert not any("az aks" in step for step in plan.steps)


def test_the_upgrade_comes_first() -> None:
    assert moved(kubernetes_version="1.26.6").steps[0].startswith("Upgrade to 1.27 or later: az aks upgrade")


def test_what_shares_the_subnet_or_its_table_is_a_note() -> None:
    def shared(estate: Estate, arm: Json) -> None:
        nodes = subnet(estate.of_type("virtualNetworks")[0], "nodes")
        estate.route_table(routes={"0.0.0.0/0": "10.9.0.4"}, subnets=[nodes])
        estate.cluster("aks2", "cni-node-subnet", subnet=nodes, pools=[{"count": 1}])

    plan = moved("cni-node-subnet", shared)
    assert plan.verdict is Verdict.FITS
    assert [word in " ".join(whats(plan)) for word in ("dual use", "its 0.0.0.0/0 stays")] == [True, True]


def test_a_larger_range_is_chosen_with_the_option() -> None:
    plan = moved("cni-node-subnet", pods="192.168.0.0/23")
    assert [fix.change for fix in plan.fixes] == ["choose a /22 with --pod-cidr"]
