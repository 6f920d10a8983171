"""What happened to real people with addresses, ranges, outbound ports, settings and upgrades."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest

from aks_audit.capacity.limit import LimitKind
from aks_audit.capacity.models.pod_subnet_dynamic import pods_at_most
from aks_audit.capacity.outbound_ports import default_ports
from aks_audit.findings import Severity
from aks_audit.plan import (
    NewPool,
    Verdict,
    plan_add_pools,
    plan_create,
    plan_migrate,
    plan_outbound,
    plan_pool,
    plan_size,
    plan_upgrade,
)
from tests.estate import Estate, Model, Pool, subnet
from tests.networks import network_of

from .scenarios import (
    a_network,
    blockers,
    deciding,
    figures,
    fixes,
    found,
    incident,
    is_silent,
    refused,
    report_of,
    the_cluster,
    the_vnet,
)

PORTS: Final = "InvalidLoadBalancerProfileAllocatedOutboundPorts"
OLD: Final = "1.27.9"
"""A version of which a pool without a setting surges one node."""


# ------------------------------------------------------------------------------------------------- node subnets


@incident("https://github.com/hashicorp/terraform-provider-azurerm/pull/5735")
def test_a_sample_with_a_hundred_pods_a_node_wants_505_addresses_of_a_24() -> None:
    estate = a_network(Pool(count=5, max_pods=100, max_surge="1"), nodes="10.1.0.0/24", designed=True)
    plan = plan_create(network_of(estate))
    assert refused(plan) == "InsufficientSubnetSize"
    assert figures(deciding(plan, LimitKind.SUBNET_ADDRESSES)) == (505, 251)
    finding = found(estate, "subnet-too-small-for-upgrade")
    assert finding.severity is Severity.CRITICAL
    assert "pre-allocated 505 = 5 x (100 + 1) [aks1/np1]; usable 251" in (finding.finding.arithmetic or "")
    two = a_network(Pool(count=2, max_pods=100, max_surge="1"), nodes="10.1.0.0/24", designed=True)
    assert plan_create(network_of(two)).verdict is Verdict.FITS


@incident("https://github.com/Azure/acs-engine/issues/2284")
def test_a_26_gives_thirty_one_addresses_to_one_node_only() -> None:
    for count, verdict in ((1, Verdict.FITS), (2, Verdict.DOES_NOT_FIT)):
        estate = a_network(Pool(count=count, max_pods=30), nodes="10.1.1.64/26", space="10.1.1.0/24", designed=True)
        plan = plan_create(network_of(estate))
        assert plan.verdict is verdict
        assert figures(deciding(plan, LimitKind.SUBNET_ADDRESSES)) == (31 * count, 59)


@incident("https://github.com/Azure/AKS/issues/1795")
@pytest.mark.parametrize("max_pods", [(30, 60), (45, 45)])
def test_two_pools_of_two_fit_and_their_upgrade_wants_276_of_251(max_pods: tuple[int, int]) -> None:
    pools = [Pool(name=f"np{n}", count=2, max_pods=each, max_surge=None) for n, each in enumerate(max_pods, start=1)]
    estate = a_network(*pools, nodes="10.142.26.0/24", kubernetes_version="1.17.7")
    plan = plan_upgrade(network_of(estate), "aks1")
    assert refused(plan) == "InsufficientSubnetSize"
    item = deciding(plan, LimitKind.SUBNET_ADDRESSES)
    assert figures(item) == (276, 251)
    assert (item.added, item.free) == (92, 67)
    finding = found(estate, "subnet-too-small-for-upgrade").finding
    assert finding.latent
    assert "276 needed, 251 usable" in finding.message


@incident("https://github.com/MicrosoftDocs/azure-docs/pull/19359")
def test_fifty_nodes_growing_by_ten_need_1891_addresses_not_2440() -> None:
    (nodes, _) = plan_size(model="cni-node-subnet", nodes=60, max_pods=30, max_surge="1").subnets
    assert (nodes.need, nodes.prefix_length, nodes.usable) == (1891, 21, 2043)


@incident("https://github.com/Azure/AKS/issues/2531")
def test_the_autoscaler_asks_for_thirty_nodes_and_gets_none_of_the_twenty_four_that_fit() -> None:
    pool = Pool(name="hugememory", count=5, max_count=39, max_surge="1")
    estate = a_network(pool, model="kubenet", nodes="10.133.123.0/26")
    for number in range(30):
        estate.virtual_machine_nic(subnet(the_vnet(estate), "nodes"), f"vm{number}")
    (capacity,) = report_of(estate).subnets
    assert (capacity.usable, capacity.free) == (59, 24)
    finding = found(estate, "subnet-too-small-for-autoscaler")
    assert finding.severity is Severity.HIGH
    assert "a maxCount of 29 for aks1/hugememory fits" in finding.finding.message
    plan = plan_pool(network_of(estate), "aks1", "hugememory", count=35)
    item = next(c for c in plan.constraints if c.kind is LimitKind.SUBNET_ADDRESSES)
    assert plan.verdict is Verdict.DOES_NOT_FIT
    assert item.free == 24
    assert plan_pool(network_of(estate), "aks1", "hugememory", max_count=29).verdict is Verdict.FITS


@incident("https://github.com/Azure/AKS/issues/1124")
def test_the_third_node_with_250_pods_fails_and_the_subnet_is_not_why() -> None:
    estate = a_network(Pool(count=2, max_pods=250, max_surge="1"), nodes="10.1.0.0/16")
    (cluster,) = report_of(estate).clusters
    assert sum(len(node.node.pod_configurations) for node in cluster.nodes) == 500
    plan = plan_pool(network_of(estate), "aks1", "np1", count=3)
    assert plan.verdict is Verdict.FITS
    assert figures(deciding(plan, LimitKind.SUBNET_ADDRESSES)) == (753, 65531)
    assert figures(deciding(plan, LimitKind.NIC_ADDRESSES)) == (251, 256)


@incident("https://github.com/Azure/acs-engine/issues/2845")
def test_a_node_without_addresses_is_no_full_subnet() -> None:
    estate = a_network(Pool(count=6, max_pods=30, max_surge="1"), nodes="10.1.0.0/24")
    (cluster,) = report_of(estate).clusters
    assert [len(node.node.pod_configurations) for node in cluster.nodes] == [30] * 6
    (capacity,) = report_of(estate).subnets
    assert (capacity.used, capacity.usable) == (186, 251)
    assert is_silent(estate, "capacity")


@incident("https://github.com/Azure/AKS/issues/2532")
def test_pods_without_addresses_beside_1701_free_ones_are_no_exhaustion() -> None:
    counts = [(4, 7)] * 7 + [(3, 4)]  # 31 nodes now, 53 at most, ten pods each: one split that gives these figures
    pools = [
        Pool(name=f"np{n}", count=now, max_count=most, max_pods=10, max_surge="1")
        for n, (now, most) in enumerate(counts, start=1)
    ]
    estate = a_network(*pools, nodes="10.1.0.0/21", kubernetes_version="1.20.7")
    group = the_cluster(estate)["properties"]["nodeResourceGroup"]
    estate.internal_load_balancer(subnet(the_vnet(estate), "nodes"), resource_group=group)
    (capacity,) = report_of(estate).subnets
    assert (capacity.usable, capacity.used, capacity.free) == (2043, 342, 1701)
    assert sum(most * 10 for _, most in counts) == 530
    assert is_silent(estate, "capacity")


@incident("https://github.com/Azure/karpenter-provider-azure/issues/734")
def test_says_whose_count_calls_1900_addresses_free() -> None:
    estate = a_network(model="cni-overlay", nodes="10.0.0.0/20", kubernetes_version="1.31.2")
    estate.usage(subnet(the_vnet(estate), "nodes"))["currentValue"] = 2191.0
    (capacity,) = report_of(estate).subnets
    assert (capacity.usable, capacity.used, capacity.free) == (4091, 2191, 1900)
    assert capacity.used_source == "usages"


@incident("https://github.com/Azure/AKS/issues/2865", in_figures=False)
def test_a_pool_beyond_its_subnet_blocks_a_new_pool_in_a_roomy_one() -> None:
    estate = a_network(Pool(count=4, max_pods=30, max_surge="1"), nodes="10.1.0.0/24")
    estate.add_subnet(the_vnet(estate), "roomy", "10.2.0.0/16")
    the_cluster(estate)["properties"]["agentPoolProfiles"][0]["count"] = 9
    plan = plan_add_pools(network_of(estate), "aks1", [NewPool(name="np2", count=1, max_pods=30, subnet="roomy")])
    assert refused(plan) == "InsufficientSubnetSize"
    short = [c for c in plan.constraints if c.kind is LimitKind.SUBNET_ADDRESSES and c.decides and c.short]
    assert [(c.resource_id.name, c.need, c.available) for c in short] == [("nodes", 279, 251)]
    assert "every write to the cluster may be refused" in found(estate, "subnet-too-small-for-upgrade").finding.message


@incident("https://github.com/hashicorp/terraform-provider-azurerm/issues/28554", in_figures=False)
def test_pools_shrink_before_others_grow() -> None:
    pools = [
        Pool(name="np1", count=1, max_count=6, max_pods=30, max_surge="1"),
        Pool(name="np2", count=1, max_count=2, max_pods=30, max_surge="1"),
    ]
    network = network_of(a_network(*pools, nodes="10.1.0.0/24"))
    plan = plan_pool(network, "aks1", "np2", max_count=4)
    assert refused(plan) == "InsufficientSubnetSize"
    assert "Shrink first, grow last" in " ".join(plan.steps)


# ------------------------------------------------------------------------------------------------- pod subnets


@incident("https://github.com/MicrosoftDocs/azure-docs/issues/97370")
def test_the_sixteenth_node_of_a_24_gets_no_batch() -> None:
    pool = Pool(count=15, max_pods=110, max_surge="1")
    estate = a_network(pool, model="cni-pod-subnet-dynamic", pods="10.2.0.0/24")
    plan = plan_pool(network_of(estate), "aks1", "np1", count=16)
    assert plan.verdict is Verdict.DOES_NOT_FIT
    item = deciding(plan, LimitKind.POD_SUBNET_BATCHES)
    assert figures(item) == (16, 15)
    assert "11 addresses never usable" in item.arithmetic
    finding = found(estate, "pod-subnet-batches-exhausted")
    assert finding.severity is Severity.CRITICAL
    assert "pre-allocated 256 = (15 + 1 surge) x 16" in (finding.finding.arithmetic or "")


@incident("https://github.com/Azure/AKS/issues/4035")
def test_batches_and_max_pods_of_32_leave_198_pods_in_a_24() -> None:
    pool = Pool(count=8, max_pods=32, max_surge="1")
    estate = a_network(pool, model="cni-pod-subnet-dynamic", pods="10.2.0.0/24")
    finding = found(estate, "pod-subnet-exhausted-at-full-density").finding
    assert "there are 15 whole ones, for 240 of 256 pods at best" in finding.message
    assert "11 addresses never usable" in (finding.arithmetic or "")
    served = pods_at_most(15, 8, 32, host_network_pods=6)  # how many run on the host's network ARM does not show
    assert (served, 15 * 16 - served) == (198, 42)


@incident("https://github.com/Azure/azure-container-networking/issues/1605", in_figures=False)
def test_warns_of_batches_that_nodes_may_keep_idle() -> None:
    pool = Pool(count=9, max_pods=30, max_surge="1")
    estate = a_network(pool, model="cni-pod-subnet-dynamic", pods="10.2.0.0/24")
    assert found(estate, "pod-subnet-exhausted-at-full-density").severity is Severity.MEDIUM


@incident("https://github.com/Azure/AKS/issues/3243", in_figures=False)
def test_takes_no_use_of_a_pod_subnet_from_arm() -> None:
    estate = a_network(Pool(count=4), model="cni-pod-subnet-dynamic", pods="10.111.16.0/20")
    (pods,) = [capacity for capacity in report_of(estate).subnets if capacity.subnet.id.name == "pods"]
    assert (pods.used, pods.free, pods.used_source) == (None, None, None)
    assert pods.needed.now == 4 * 16


# ------------------------------------------------------------------------------------------------- pod CIDRs


@incident("https://github.com/Azure/AKS-Construction/issues/357")
def test_three_kubenet_nodes_want_768_addresses_of_a_24() -> None:
    pool = Pool(count=3, max_pods=30, max_surge="33%")
    estate = a_network(pool, model="kubenet", pod_cidr="10.240.100.0/24", nodes="10.1.0.0/22", space="10.1.0.0/16")
    plan = plan_create(network_of(estate))
    assert refused(plan) == "InsufficientPodCidr"
    assert plan.errors[0].target == "agentPoolProfile.count"
    item = deciding(plan, LimitKind.POD_RANGES)
    assert figures(item) == (3, 1)
    assert item.arithmetic.startswith("pre-allocated 768 = 3 x 256 [aks1/np1]; 256 in 10.240.100.0/24")
    assert "/22" in fixes(plan)
    finding = found(estate, "pod-cidr-too-small-for-upgrade")
    assert finding.severity is Severity.CRITICAL
    assert (finding.finding.arithmetic or "").startswith("InsufficientPodCidr: pre-allocated 768 = ")


@incident("https://github.com/Azure/AKS-Construction/issues/701")
def test_five_overlay_nodes_at_most_want_1280_addresses_of_a_22() -> None:
    pool = Pool(name="system", count=1, max_count=5, max_pods=30, max_surge="1")
    estate = a_network(pool, model="cni-overlay", pod_cidr="10.240.100.0/22", nodes="10.1.0.0/22", space="10.1.0.0/16")
    plan = plan_create(network_of(estate))
    assert refused(plan) == "InsufficientSubnetSize"
    assert plan.errors[0].target == "networkProfile.podCIDR"
    assert plan.errors[0].message.startswith("pre-allocated 1280 = 5 x 256 [aks1/system]; 1024 in 10.240.100.0/22")
    assert "/21" in fixes(plan)
    finding = found(estate, "pod-cidr-too-small-for-autoscaler").finding
    assert (finding.arithmetic or "").startswith("InsufficientSubnetSize: pre-allocated 1280 = 5 x 256")


@incident("https://github.com/Azure/AKS/issues/4467")
def test_a_17_ends_at_128_nodes_of_theory_however_few_run() -> None:
    pools = [Pool(name="np1", count=5, max_count=100, max_surge="1"), Pool(name="np2", count=3, max_count=27)]
    estate = a_network(
        *pools,
        model="cni-overlay",
        nodes="10.1.0.0/20",
        pod_cidr="192.168.128.0/17",
        service_cidr="192.168.0.0/17",
    )
    plan = plan_add_pools(network_of(estate), "aks1", [NewPool(name="np3", count=1, max_count=10)])
    assert refused(plan) == "InsufficientSubnetSize"
    item = deciding(plan, LimitKind.POD_RANGES)
    assert figures(item) == (137, 128)
    assert "32768 in 192.168.128.0/17" in item.arithmetic
    assert "np1" in fixes(plan)
    assert plan_add_pools(network_of(estate), "aks1", [NewPool(name="np3", count=1)]).verdict is Verdict.FITS


@incident("https://github.com/kubernetes/kubernetes/issues/76761")
def test_a_24_has_a_range_for_one_node_of_four() -> None:
    estate = a_network(Pool(count=4, max_surge="1"), model="kubenet", pod_cidr="10.244.0.0/24", space="10.1.0.0/16")
    item = deciding(plan_create(network_of(estate)), LimitKind.POD_RANGES)
    assert (*figures(item), item.short) == (4, 1, 3)


@incident("https://github.com/Azure/aks-engine/issues/4881", in_figures=False)
def test_nodes_beyond_the_ranges_stay_not_ready() -> None:
    estate = a_network(Pool(count=5), model="kubenet", pod_cidr="10.244.0.0/22", space="10.1.0.0/16")
    assert found(estate, "pod-cidr-too-small-for-upgrade").severity is Severity.CRITICAL


# ------------------------------------------------------------------------------------------------- outbound ports


def a_way_out(*pools: Pool, ports: int, addresses: int = 1, version: str = OLD, model: Model = "cni-overlay") -> Estate:
    return a_network(
        *pools,
        model=model,
        nodes="10.1.0.0/20",
        outbound_ips=addresses,
        allocated_outbound_ports=ports,
        kubernetes_version=version,
    )


def maxima(counts: Sequence[int]) -> list[Pool]:
    """Pools of one node each that may grow so far, all with the surge of their version."""
    return [
        Pool(name=f"np{number}", count=1, max_count=most, max_surge=None) for number, most in enumerate(counts, start=1)
    ]


@incident("https://github.com/Azure/azure-cli/issues/16480")
def test_two_addresses_and_three_nodes_of_42664_ports_are_refused_as_four() -> None:
    estate = a_way_out(Pool(count=3, max_surge=None), ports=42664, addresses=2, version="1.18.14")
    plan = plan_create(network_of(estate))
    assert refused(plan) == PORTS
    assert figures(deciding(plan, LimitKind.OUTBOUND_PORTS)) == (170656, 128000)
    assert "32000" in fixes(plan)
    finding = found(estate, "outbound-ports-exhausted")
    assert finding.severity is Severity.CRITICAL
    assert (
        "take 170656 of 128000 outbound ports; the highest valid value for 4 nodes is 32000" in finding.finding.message
    )


@incident("https://github.com/Azure/azure-cli/issues/22374")
def test_21000_ports_for_three_nodes_fail_as_four() -> None:
    estate = a_way_out(Pool(count=3, max_pods=110, max_surge=None), ports=21000, version="1.23.5")
    plan = plan_create(network_of(estate))
    assert refused(plan) == PORTS
    assert figures(deciding(plan, LimitKind.OUTBOUND_PORTS)) == (84000, 64000)
    assert "the highest valid value for 4 nodes is 16000" in found(estate, "outbound-ports-exhausted").finding.message
    assert plan_outbound(network_of(estate), "aks1", allocated_outbound_ports=16000).verdict is Verdict.FITS


@incident("https://github.com/hashicorp/terraform-provider-azurerm/issues/7340")
def test_7104_ports_suit_nine_nodes_and_the_pool_may_have_fifteen() -> None:
    pool = Pool(count=3, min_count=3, max_count=15, max_pods=94, max_surge=None)
    estate = a_way_out(pool, ports=7104, version="1.16.9")
    plan = plan_outbound(network_of(estate), "aks1")
    assert refused(plan) == PORTS
    assert figures(deciding(plan, LimitKind.OUTBOUND_PORTS)) == (113664, 64000)
    finding = found(estate, "outbound-ports-exhausted")
    assert "the highest valid value for 16 nodes is 4000" in finding.finding.message
    assert finding.severity is Severity.CRITICAL
    assert finding.finding.latent


@incident("https://github.com/jenkins-infra/azure/pull/581")
def test_1600_ports_for_fifty_counted_nodes_of_six_pools() -> None:
    estate = a_way_out(*maxima([3, 5, 20, 10, 3, 3]), ports=1600)
    plan = plan_outbound(network_of(estate), "aks1")
    assert refused(plan) == PORTS
    assert figures(deciding(plan, LimitKind.OUTBOUND_PORTS)) == (80000, 64000)
    message = found(estate, "outbound-ports-exhausted").finding.message
    assert "50 nodes at the autoscaler's maximum, 6 of them surge" in message
    assert "the highest valid value for 50 nodes is 1280" in message
    assert plan_outbound(network_of(estate), "aks1", allocated_outbound_ports=1280).verdict is Verdict.FITS


@incident("https://github.com/jenkins-infra/helpdesk/issues/4046")
def test_two_small_pools_break_an_allocation_that_was_exactly_full() -> None:
    before = a_way_out(*maxima([3, 5, 20, 10, 3, 3]), ports=1280)
    exact = found(before, "outbound-allocation-exact").finding
    assert "port allocation has 0 nodes of head-room" in exact.message
    assert exact.latent
    added = a_way_out(*maxima([3, 5, 20, 10, 3, 3, 2, 2]), ports=1280)
    plan = plan_outbound(network_of(added), "aks1")
    assert refused(plan) == PORTS
    assert figures(deciding(plan, LimitKind.OUTBOUND_PORTS)) == (71680, 64000)
    chosen = plan_outbound(network_of(added), "aks1", allocated_outbound_ports=1088)
    assert chosen.verdict is Verdict.FITS
    assert deciding(chosen, LimitKind.OUTBOUND_PORTS).need == 60928


@incident("https://github.com/jenkins-infra/azure/pull/587")
def test_more_ipv4_addresses_in_dual_stack_want_a_count_for_ipv6_too() -> None:
    pool = Pool(count=24, max_surge="1")
    estate = a_way_out(pool, ports=2560, addresses=3, model="kubenet")
    profile = the_cluster(estate)["properties"]["networkProfile"]
    profile |= {"ipFamilies": ["IPv4", "IPv6"], "podCidrs": ["192.168.0.0/16", "fd12:3456:789a::/64"]}
    without = plan_outbound(network_of(estate), "aks1", managed_outbound_ips=3)
    assert without.verdict is Verdict.DOES_NOT_FIT
    assert "without a count for IPv6" in blockers(without)
    assert found(estate, "dual-stack-without-outbound-count").finding.latent
    profile["loadBalancerProfile"]["managedOutboundIPs"]["countIPv6"] = 2
    for ports, need, verdict in (
        (2560, 64000, Verdict.FITS),
        (7680, 192000, Verdict.FITS),
        (7688, 192200, Verdict.DOES_NOT_FIT),
    ):
        plan = plan_outbound(network_of(estate), "aks1", allocated_outbound_ports=ports)
        assert figures(deciding(plan, LimitKind.OUTBOUND_PORTS)) == (need, 192000)
        assert plan.verdict is verdict


@incident("https://github.com/jenkins-infra/helpdesk/issues/3908")
def test_few_nodes_could_have_more_than_the_default_of_1024_ports() -> None:
    estate = a_way_out(Pool(count=24, max_surge="1"), ports=0, model="kubenet")
    plan = plan_outbound(network_of(estate), "aks1", allocated_outbound_ports=2560)
    assert plan.verdict is Verdict.FITS
    assert figures(deciding(plan, LimitKind.OUTBOUND_PORTS)) == (64000, 64000)
    assert default_ports(25) == 1024
    more = plan_outbound(network_of(estate), "aks1", allocated_outbound_ports=2568)
    assert refused(more) == PORTS


@incident("https://blog.nashtechglobal.com/snat-port-exhaustion-in-aks-lessons-from-the-outbound-connectivity-issues/")
def test_the_default_share_leaves_ports_of_the_address_unused() -> None:
    estate = a_way_out(Pool(count=49, max_surge="1"), ports=0)
    plan = plan_outbound(network_of(estate), "aks1", allocated_outbound_ports=default_ports(50))
    assert figures(deciding(plan, LimitKind.OUTBOUND_PORTS)) == (51200, 64000)
    assert plan.verdict is Verdict.FITS
    grown = a_way_out(Pool(count=49, max_count=60, max_surge="1"), ports=0)
    assert "each has 512" in found(grown, "outbound-ports-tier-crossed").finding.message


@incident("https://github.com/Azure/AKS/issues/1653")
def test_a_nat_gateway_on_the_subnet_overrules_the_load_balancer() -> None:
    estate = a_network(Pool(count=2), nodes="10.240.0.0/16", space="10.0.0.0/8")
    estate.nat_gateway("natgw", subnets=[subnet(the_vnet(estate), "nodes")])
    plan = plan_create(network_of(estate))
    assert plan.verdict is Verdict.DOES_NOT_FIT
    assert "has a NAT gateway, and outboundType is loadBalancer" in blockers(plan)
    finding = found(estate, "nat-gateway-beside-load-balancer").finding
    assert "nodes leaves by NAT gateway natgw" in finding.message
    assert is_silent(estate, "addressing")


@incident("https://github.com/Azure/AKS/issues/1842")
def test_user_defined_routing_without_a_table_is_refused() -> None:
    estate = a_network(
        nodes="10.1.1.0/24", space="10.1.0.0/16", outbound_type="userDefinedRouting", next_hop="10.1.9.4"
    )
    assert plan_create(network_of(estate)).verdict is Verdict.FITS
    subnet(the_vnet(estate), "nodes")["properties"].pop("routeTable")
    plan = plan_create(network_of(estate))
    assert plan.verdict is Verdict.DOES_NOT_FIT
    assert "subnet nodes has no route table" in blockers(plan)


@incident("https://github.com/hashicorp/terraform-provider-azurerm/pull/25021", in_figures=False)
def test_a_load_balancer_profile_left_behind_blocks_user_defined_routing() -> None:
    estate = a_network(nodes="10.1.1.0/24", outbound_type="userDefinedRouting", next_hop="10.1.9.4")
    profile = the_cluster(estate)["properties"]["networkProfile"]
    profile["loadBalancerProfile"] = {"managedOutboundIPs": {"count": 1}}
    assert "InvalidUserDefinedRoutingWithLoadBalancerProfile" in {
        error.code for error in plan_create(network_of(estate)).errors
    }


# ------------------------------------------------------------------------------------------------- the address plan


@incident("https://github.com/Azure/azure-cli/issues/20810")
def test_an_addon_is_refused_because_of_a_subnet_elsewhere() -> None:
    estate = a_network(nodes="10.240.0.0/16", space="10.0.0.0/8", service_cidr="10.0.0.0/16")
    estate.add_subnet(the_vnet(estate), "late", "10.0.239.0/24")
    assert refused(plan_outbound(network_of(estate), "aks1")) == "ServiceCidrOverlapExistingSubnetsCidr"
    finding = found(estate, "service-cidr-overlaps-subnet")
    assert finding.severity is Severity.CRITICAL
    assert finding.finding.latent
    assert "10.0.0.0/16 and 10.0.239.0/24 overlap" in (finding.finding.arithmetic or "")


@incident("https://github.com/Azure/AKS/issues/3551")
def test_an_upgrade_is_blocked_by_a_node_subnet_in_the_service_cidr() -> None:
    pool = Pool(count=5, max_pods=30, max_surge="1")
    estate = a_network(pool, nodes="10.0.0.0/24", space="10.0.0.0/8", service_cidr="10.0.0.0/16")
    estate.add_subnet(the_vnet(estate), "clean", "10.1.0.0/23")
    network = network_of(estate)
    assert refused(plan_upgrade(network, "aks1")) == "ServiceCidrOverlapExistingSubnetsCidr"
    plan = plan_add_pools(network, "aks1", [NewPool(name="np2", count=5, subnet="clean")])
    assert refused(plan) == "ServiceCidrOverlapExistingSubnetsCidr"
    assert "10.0.0.0/24" in blockers(plan)
    assert "10.1.0.0/23" not in blockers(plan)
    clean = next(c for c in plan.constraints if c.resource_id.name == "clean" and c.decides)
    assert clean.available == 507


@incident("https://github.com/Azure/AKS/issues/1117", in_figures=False)
def test_a_subnet_that_reserves_the_service_cidr_makes_creation_fail() -> None:
    estate = a_network(Pool(count=2), nodes="10.1.0.0/16", service_cidr="10.9.0.0/16")
    estate.add_subnet(the_vnet(estate), "reserved", "10.9.0.0/16")
    assert refused(plan_create(network_of(estate))) == "ServiceCidrOverlapExistingSubnetsCidr"


@incident("https://github.com/Azure/AKS/issues/3874")
def test_a_service_cidr_beside_the_subnet_is_no_overlap_though_the_firewall_sees_it() -> None:
    estate = a_network(
        Pool(count=3, max_pods=30, max_surge="1"),
        nodes="10.112.130.0/23",
        space="10.112.130.0/23",
        service_cidr="10.112.193.0/24",
        outbound_type="userDefinedRouting",
        next_hop="10.112.0.4",
    )
    assert is_silent(estate, "addressing")
    assert plan_outbound(network_of(estate), "aks1").verdict is Verdict.FITS


@incident("https://github.com/Azure/AKS/issues/2579")
def test_the_network_address_is_no_address_for_dns() -> None:
    estate = a_network(service_cidr="10.200.0.0/16", space="10.1.0.0/16", dns_service_ip="10.200.0.0")
    assert found(estate, "dns-service-ip-invalid").severity is Severity.CRITICAL
    plan = plan_create(network_of(estate))
    assert plan.verdict is Verdict.DOES_NOT_FIT
    assert "10.200.0.10" in " ".join(blocker.fix for blocker in plan.blockers)


@incident("https://github.com/Azure/bicep-registry-modules/issues/1469")
def test_a_dns_address_outside_the_service_cidr_that_was_really_set() -> None:
    estate = a_network(space="10.1.0.0/16", service_cidr="10.0.0.0/16", dns_service_ip="172.16.0.10")
    assert refused(plan_create(network_of(estate))) == "DnsServiceIpOutOfServiceCidr"
    assert "172.16.0.10" in found(estate, "dns-service-ip-invalid").finding.message
    meant = a_network(space="10.1.0.0/16", service_cidr="172.16.0.0/16", dns_service_ip="172.16.0.10")
    assert plan_create(network_of(meant)).verdict is Verdict.FITS


@incident("https://github.com/sassoftware/viya4-iac-azure/issues/259")
def test_a_peering_to_a_network_that_uses_the_pod_and_service_cidr() -> None:
    estate = a_network(
        model="kubenet",
        nodes="10.1.0.0/22",
        space="10.1.0.0/16",
        pod_cidr="10.244.0.0/16",
        service_cidr="10.0.0.0/16",
        dns_service_ip="10.0.0.10",
    )
    hub = estate.virtual_network("onprem", ["10.244.0.0/16", "10.0.128.0/17"], {"hosts": "10.244.1.0/24"})
    estate.peer(the_vnet(estate), hub)
    finding = found(estate, "cidr-overlaps-peer")
    assert finding.severity >= Severity.HIGH
    assert "pod CIDR 10.244.0.0/16 overlaps 10.244.0.0/16 of onprem" in finding.finding.message
    assert "service CIDR 10.0.0.0/16 overlaps 10.0.128.0/17 of onprem" in finding.finding.message


@incident("https://github.com/Azure/AKS/issues/1076")
def test_a_plug_in_that_does_not_exist() -> None:
    estate = a_network(
        nodes="10.240.8.0/21",
        space="10.240.8.0/21",
        service_cidr="10.240.16.0/21",
        dns_service_ip="10.240.23.254",
    )
    the_cluster(estate)["properties"]["networkProfile"] |= {"networkPlugin": "Azure-cni", "podCidr": "10.240.0.0/21"}
    assert "'Azure-cni'" in found(estate, "network-model-unrecognised").finding.message
    plan = plan_create(network_of(estate))
    assert "network plugin 'Azure-cni' does not exist" in blockers(plan)
    rules = {item.rule.id for item in report_of(estate).findings}
    assert not rules & {"dns-service-ip-invalid", "pod-cidr-overlaps-service-cidr"}


@incident("https://github.com/Azure/AKS/issues/2234")
def test_a_service_cidr_that_aks_keeps_for_itself() -> None:
    estate = a_network(space="10.1.0.0/16", service_cidr="172.30.0.0/16")
    finding = found(estate, "reserved-range-used")
    assert finding.severity is Severity.CRITICAL
    assert "172.30.0.0/16" in finding.finding.message
    assert "overlaps 172.30.0.0/16, which AKS keeps for itself" in blockers(plan_create(network_of(estate)))


@incident("https://github.com/jenkins-infra/azure/pull/231")
def test_a_subnet_of_another_networks_address_plan() -> None:
    for prefix, verdict in (("10.244.0.0/16", Verdict.DOES_NOT_FIT), ("10.249.0.0/16", Verdict.FITS)):
        estate = a_network(nodes=prefix, space="10.248.0.0/14")
        other = estate.virtual_network("other", ["10.244.0.0/14"], {"hosts": "10.244.0.0/24"})
        estate.peer(the_vnet(estate), other)
        plan = plan_create(network_of(estate))
        assert plan.verdict is verdict
        if verdict is Verdict.FITS:
            assert is_silent(estate, "addressing")
        else:
            assert "10.244.0.0/16 of subnet nodes is not in 10.248.0.0/14" in blockers(plan)
            assert "10.244.0.0/16" in found(estate, "subnet-outside-virtual-network").finding.message


@incident("https://github.com/Azure/AKS/issues/2727")
def test_the_old_managed_network_holds_the_default_service_cidr() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-node-subnet", pools=[Pool(count=3)], service_cidr="172.16.0.0/16")
    vnet = the_vnet(estate)
    vnet["properties"]["addressSpace"]["addressPrefixes"] = ["10.0.0.0/8"]
    the_cluster(estate)["properties"]["networkProfile"] |= {
        "serviceCidr": "10.0.0.0/16",
        "serviceCidrs": ["10.0.0.0/16"],
        "dnsServiceIP": "10.0.0.10",
    }
    finding = found(estate, "service-cidr-in-virtual-network")
    assert finding.severity is Severity.INFO
    rules = {item.rule.id for item in report_of(estate).findings}
    assert "service-cidr-overlaps-subnet" not in rules


# ------------------------------------------------------------------------------------------------- what goes together


@incident("https://github.com/MicrosoftDocs/azure-docs/issues/37462")
def test_two_kubenet_clusters_in_one_subnet_with_the_same_pod_cidr() -> None:
    estate = a_network(model="kubenet", nodes="10.1.0.0/22", space="10.1.0.0/16", pod_cidr="10.244.0.0/16")
    nodes = subnet(the_vnet(estate), "nodes")
    estate.cluster("aks2", "kubenet", subnet=nodes, pod_cidr="10.244.0.0/16", service_cidr="172.16.0.0/16")
    finding = found(estate, "kubenet-route-table-shared")
    assert finding.severity is Severity.CRITICAL
    assert len(finding.finding.affected) >= 2
    assert "is used by aks1 too" in blockers(plan_create(network_of(estate), ["aks2"]))


@incident("https://github.com/MicrosoftDocs/azure-docs/pull/111988")
def test_a_28_serves_one_api_server_and_a_29_none() -> None:
    for prefix, clusters, need, usable in (("10.1.9.0/28", 2, 18, 11), ("10.1.9.0/29", 1, 9, 3)):
        estate = an_api_server_subnet(prefix, clusters)
        finding = found(estate, "api-server-subnet-too-small")
        assert finding.severity is Severity.CRITICAL
        assert f"{need} addresses, 9 each; usable {usable}" in finding.finding.message
        plan = plan_create(network_of(estate))
        assert figures(deciding(plan, LimitKind.APISERVER_SUBNET)) == (need, usable)
        assert plan.verdict is Verdict.DOES_NOT_FIT
    assert is_silent(an_api_server_subnet("10.1.9.0/28"), "capacity", "addressing")


def an_api_server_subnet(prefix: str, clusters: int = 1) -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/22", "apiserver": prefix})
    for number in range(1, clusters + 1):
        nodes, home = subnet(vnet, "nodes"), subnet(vnet, "apiserver")
        estate.cluster(f"aks{number}", subnet=nodes, api_server_subnet=home, private=True)
    return estate


@incident("https://github.com/MicrosoftDocs/azure-docs/pull/121909", in_figures=False)
def test_a_private_endpoint_in_the_api_servers_subnet() -> None:
    estate = an_api_server_subnet("10.1.9.0/27")
    estate.private_endpoint(subnet(the_vnet(estate), "apiserver"), "pe-vault")
    finding = found(estate, "api-server-subnet-unfit")
    assert finding.severity is Severity.CRITICAL
    assert "privateEndpoint pe-vault" in finding.finding.message
    assert plan_create(network_of(estate)).verdict is Verdict.DOES_NOT_FIT


@incident("https://github.com/Azure/AKS/issues/5120")
def test_a_move_to_overlay_in_dual_stack_leaves_ipv6_routes_that_match_no_node() -> None:
    estate = a_network(model="kubenet", nodes="10.1.0.0/22", space="10.1.0.0/16")
    profile = the_cluster(estate)["properties"]["networkProfile"]
    profile |= {"ipFamilies": ["IPv4", "IPv6"], "podCidrs": ["192.168.0.0/16", "fd12:3456:789a::/64"]}
    text = blockers(plan_migrate(network_of(estate), "aks1"))
    assert f"/{64 + 16}" in text
    assert "/120" in text


@incident("https://github.com/MicrosoftDocs/azure-aks-docs/issues/264", in_figures=False)
def test_a_policy_engine_goes_before_the_move_to_overlay() -> None:
    estate = a_network(network_policy="calico", space="10.1.0.0/16")
    plan = plan_migrate(network_of(estate), "aks1", pod_cidr="192.168.0.0/16")
    assert "networkPolicy calico" in blockers(plan)
    steps = " ".join(plan.steps)
    order = [steps.index("--network-policy none"), steps.index("overlay"), steps.index("cilium")]
    assert order == sorted(order)


@incident("https://github.com/Azure/AKS/issues/4489", in_figures=False)
def test_a_cluster_made_without_a_windows_profile_takes_no_windows_pool() -> None:
    estate = a_network(model="cni-overlay", nodes="10.1.0.0/22")
    wanted = NewPool(name="win", count=1, os="Windows", max_pods=30)
    assert refused(plan_add_pools(network_of(estate), "aks1", [wanted])) == "WindowsProfileMissing"


@incident("https://github.com/jenkins-infra/azure/pull/108", in_figures=False)
def test_a_windows_pool_on_kubenet() -> None:
    pools = [Pool(count=3, max_count=5), Pool(name="win", count=1, max_count=3, os_type="Windows", mode="User")]
    estate = a_network(*pools, model="kubenet", nodes="10.1.0.0/22", space="10.1.0.0/16")
    assert refused(plan_create(network_of(estate))) == "AzureCNIOnlyForWindows"
    finding = found(estate, "windows-pool-unsupported")
    assert finding.severity is Severity.CRITICAL
    assert "AzureCNIOnlyForWindows" in finding.finding.message


@incident("https://github.com/virtual-kubelet/virtual-kubelet/issues/647", in_figures=False)
def test_virtual_nodes_in_the_subnet_of_the_nodes() -> None:
    estate = a_network()
    addon = {"enabled": True, "config": {"SubnetName": "nodes"}}
    the_cluster(estate)["properties"]["addonProfiles"] = {"aciConnectorLinux": addon}
    finding = found(estate, "virtual-nodes-subnet-shared")
    assert finding.severity is Severity.CRITICAL
    assert "SubnetDelegationsCannotChangeWhenSubnetUsedByResource" in finding.finding.message


@incident("https://github.com/MicrosoftDocs/azure-docs/issues/69774", in_figures=False)
def test_a_node_subnet_delegated_to_aks_itself() -> None:
    estate = a_network(model="cni-overlay")
    estate.delegate(subnet(the_vnet(estate), "nodes"))
    assert refused(plan_create(network_of(estate))) == "SubnetIsDelegated"
    assert "SubnetIsDelegated" in found(estate, "node-subnet-unfit").finding.message


@incident("https://github.com/Azure/AKS/issues/1500", in_figures=False)
def test_a_kubenet_pool_in_a_new_subnet_has_no_routes_until_the_next_write() -> None:
    estate = a_network(model="kubenet", nodes="10.1.0.0/22", space="10.1.0.0/16")
    estate.add_subnet(the_vnet(estate), "new", "10.1.8.0/22")
    plan = plan_add_pools(network_of(estate), "aks1", [NewPool(name="np2", count=1, subnet="new")])
    assert "Subnet new has no route table" in " ".join(plan.steps)


@incident("https://github.com/hashicorp/terraform-provider-azurerm/issues/3749", in_figures=False)
def test_infrastructure_as_code_detaches_the_table_that_aks_attached() -> None:
    estate = a_network(model="kubenet", nodes="10.1.0.0/22", space="10.1.0.0/16")
    subnet(the_vnet(estate), "nodes")["properties"].pop("routeTable")
    assert found(estate, "kubenet-route-table-missing").severity is Severity.CRITICAL


@incident("https://github.com/Azure/AKS/issues/2333", in_figures=False)
def test_a_route_table_of_ones_own_needs_a_user_assigned_identity() -> None:
    estate = a_network(model="kubenet", nodes="10.1.0.0/22", space="10.1.0.0/16")
    the_cluster(estate)["identity"] = {"type": "SystemAssigned"}
    assert "needs a user-assigned identity" in blockers(plan_create(network_of(estate)))
