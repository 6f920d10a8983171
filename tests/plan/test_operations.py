"""Plans for a cluster that exists: fits, does not, cannot tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aks_audit.capacity.limits import limits_of
from aks_audit.errors import UsageError
from aks_audit.plan import NewPool, Verdict, plan_add_pools, plan_outbound, plan_pool, plan_upgrade
from aks_audit.settings import Settings, Thresholds

from ..estate import Estate, Pool, subnet
from ..networks import network_of
from .clusters import at, changes, codes, deciding, in_subnet, network_in, whats


def test_scaling_within_the_subnet_fits() -> None:
    plan = plan_pool(network_in("10.1.0.0/24", "cni-node-subnet", [{"count": 3}]), "aks1", "np1", count=5)
    limit = deciding(plan, "subnet-addresses")
    assert (plan.verdict, plan.latent, plan.errors, plan.fixes) == (Verdict.FITS, False, (), ())
    assert (limit.need, limit.added, limit.free, limit.short, limit.horizon) == (155, 62, 158, 0, "now")
    assert plan.room == ("Pool np1 could have 3 more nodes; then subnet-addresses of nodes would run out.",)


def test_what_fits_may_leave_no_room_for_the_next_upgrade() -> None:
    plan = plan_pool(network_in("10.1.0.0/24", "cni-node-subnet", [{"count": 3}]), "aks1", "np1", count=8)
    assert (plan.verdict, plan.latent) == (Verdict.FITS, True)
    assert at(plan, "subnet-addresses", "upgrade").short == 9 * 31 - 251


def test_a_subnet_that_was_refused_cannot_be_told() -> None:
    estate, _ = in_subnet("10.1.0.0/24", "cni-node-subnet", [{}])
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    plan = plan_pool(network, "aks1", "np1", count=5)
    limit = deciding(plan, "subnet-addresses")
    assert (plan.verdict, limit.need, limit.available, limit.short) == (Verdict.CANNOT_TELL, 155, None, None)
    assert "AuthorizationFailed" in {gap.code for gap in plan.unknown}


def test_a_number_that_is_too_large_anyway_refuses_although_something_is_unknown() -> None:
    estate, _ = in_subnet("10.1.0.0/24", "cni-overlay", [{}], pod_cidr="192.168.0.0/23")
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert plan_pool(network, "aks1", "np1", count=5).verdict is Verdict.DOES_NOT_FIT


def test_the_subnet_that_aks_made_and_nobody_read_cannot_be_told() -> None:
    estate = Estate()
    cluster = estate.cluster("aks1", "cni-overlay")
    network = network_of(estate)
    without = replace(network, virtual_networks={}, subnets={}, memory={})
    plan = plan_upgrade(without, "aks1")
    assert plan.verdict is Verdict.CANNOT_TELL
    assert deciding(plan, "subnet-addresses").resource_id.key == cluster["id"].lower()


def test_a_pool_that_is_to_autoscale_is_judged_by_its_maximum() -> None:
    network = network_in("10.1.0.0/24", "cni-node-subnet", [{"count": 3}])
    plan = plan_pool(network, "aks1", "np1", min_count=3, max_count=9)
    assert (deciding(plan, "subnet-addresses").horizon, plan.verdict) == ("autoscaleMax", Verdict.DOES_NOT_FIT)
    assert "max-count 8 on pool np1 (asked: 9)" in changes(plan)
    assert "autoscaler on" in plan.steps[0]


def test_other_max_pods_mean_another_pool() -> None:
    network = network_in("10.1.0.0/24", "cni-node-subnet", [{"count": 3}])
    plan = plan_pool(network, "aks1", "np1", max_pods=50)
    assert (plan.verdict, deciding(plan, "subnet-addresses").need) == (Verdict.FITS, 153)
    assert "cannot be changed" in plan.steps[0]
    assert "both fit side by side" in plan.steps[1]
    assert "do not fit side by side" in plan_pool(network, "aks1", "np1", max_pods=80).steps[1]


@pytest.mark.parametrize("surge", ["0", "0%"])
def test_no_surge_and_nothing_unavailable_leaves_no_way_to_upgrade(surge: str) -> None:
    plan = plan_pool(network_in("10.1.0.0/24", "cni-overlay", [{}]), "aks1", "np1", max_surge=surge)
    assert plan.verdict is Verdict.DOES_NOT_FIT
    assert "leave no way to upgrade" in whats(plan)[0]


def test_upgrading_one_pool_counts_its_surge_alone() -> None:
    pools = [{"name": name, "count": 3, "max_surge": "1"} for name in ("a", "b")]
    network = network_in("10.1.0.0/24", "cni-node-subnet", pools)
    one, all_ = plan_upgrade(network, "aks1", "B"), plan_upgrade(network, "aks1")
    assert (deciding(one, "subnet-addresses").need, deciding(one, "subnet-addresses").horizon) == (
        217,
        "upgradeOnePool",
    )
    assert deciding(all_, "subnet-addresses").need == 248
    assert [one.verdict, all_.verdict] == [Verdict.FITS] * 2


def test_a_lower_surge_makes_an_upgrade_fit() -> None:
    network = network_in("10.1.0.0/24", "cni-node-subnet", [{"count": 6, "max_surge": "50%"}])
    plan = plan_upgrade(network, "aks1")
    assert "max-surge 2 on pool np1 (now 3)" in changes(plan)


def test_the_neighbours_in_a_subnet_count_with_what_they_hold_and_may_come_to() -> None:
    estate, _ = in_subnet("10.1.0.0/24", "cni-node-subnet", [{"count": 2}])
    nodes = subnet(estate.of_type("virtualNetworks")[0], "nodes")
    estate.cluster("aks2", "cni-node-subnet", subnet=nodes, pools=[{"count": 2, "max_count": 20}])
    plan = plan_pool(network_of(estate), "aks1", "np1", count=3)
    assert (plan.verdict, plan.latent) == (Verdict.FITS, True)
    assert deciding(plan, "subnet-addresses").need == 5 * 31
    assert at(plan, "subnet-addresses", "autoscaleMax").need == 23 * 31


def test_batches_are_counted_by_the_least_and_the_most_is_named() -> None:
    estate = Estate()
    vnet = estate.virtual_network(subnets={"nodes": "10.1.0.0/24", "pods": "10.1.1.0/24"})
    pools = [{"count": 4, "max_pods": 110}]
    nodes, pods = subnet(vnet, "nodes"), subnet(vnet, "pods")
    estate.cluster("aks1", "cni-pod-subnet-dynamic", subnet=nodes, pod_subnet=pods, pools=pools)
    network = network_of(estate)
    fits, short = (plan_pool(network, "aks1", "np1", count=count) for count in (15, 16))
    assert (fits.verdict, short.verdict) == (Verdict.FITS, Verdict.DOES_NOT_FIT)
    limit = deciding(short, "pod-subnet-batches")
    assert (limit.need, limit.available, codes(short)) == (16, 15, ["SubnetIsFull"])
    assert "nodes full of pods take 2048" in limit.arithmetic
    assert "use a new subnet, a /23" in changes(short)


def test_a_new_pool_takes_the_first_system_pools_subnet_and_azures_defaults() -> None:
    network = network_in("10.1.0.0/24", "cni-node-subnet", [{"count": 3}])
    plan = plan_add_pools(network, "aks1", [NewPool(name="b", count=4), NewPool(name="c", count=1)])
    assert (deciding(plan, "subnet-addresses").need, plan.verdict) == (8 * 31, Verdict.FITS)


def test_a_new_pool_may_go_elsewhere_by_name() -> None:
    estate, _ = in_subnet("10.1.0.0/24", "cni-node-subnet", [{}])
    estate.add_subnet(estate.of_type("virtualNetworks")[0], "more", "10.2.0.0/24")
    plan = plan_add_pools(network_of(estate), "aks1", [NewPool(name="b", count=8, subnet="MORE")])
    assert {c.resource_id.name: c.need for c in plan.constraints if c.kind == "subnet-addresses" and c.decides} == {
        "nodes": 93,
        "more": 248,
    }
    with pytest.raises(UsageError, match="has no subnet 'mor'; did you mean more"):
        plan_add_pools(network_of(estate), "aks1", [NewPool(name="b", count=8, subnet="mor")])


def test_windows_pools_need_azure_cni_and_a_profile() -> None:
    windows = [NewPool(name="win", count=1, os="Windows")]
    kubenet = plan_add_pools(network_in("10.1.0.0/24", "kubenet", [{}]), "aks1", windows)
    assert codes(kubenet) == ["AzureCNIOnlyForWindows", "WindowsProfileMissing"]
    overlay = plan_add_pools(network_in("10.1.0.0/24", "cni-overlay", [{}]), "aks1", windows)
    assert codes(overlay) == ["WindowsProfileMissing"]


def test_a_kubenet_pool_elsewhere_needs_the_route_table_there() -> None:
    estate, _ = in_subnet("10.1.0.0/24", "kubenet", [{}])
    estate.add_subnet(estate.of_type("virtualNetworks")[0], "more", "10.2.0.0/24")
    plan = plan_add_pools(network_of(estate), "aks1", [NewPool(name="b", count=1, subnet="more")])
    assert any("has no route table: associate" in step for step in plan.steps)


@pytest.mark.parametrize(("ports", "error"), [(1001, True), (1000, False), (64008, True)])
def test_ports_are_multiples_of_eight(ports: int, error: bool) -> None:
    plan = plan_outbound(network_in("10.1.0.0/24", "cni-overlay", [{}]), "aks1", allocated_outbound_ports=ports)
    assert any("multiple of 8" in what for what in whats(plan)) is error


def test_more_addresses_admit_more_ports() -> None:
    network = network_in("10.1.0.0/24", "cni-overlay", [{"count": 9}], allocated_outbound_ports=6400)
    assert plan_outbound(network, "aks1").verdict is Verdict.FITS
    plan = plan_outbound(network, "aks1", allocated_outbound_ports=12800)
    assert "managed outbound IPs: 2 (now 1)" in changes(plan)
    both = plan_outbound(network, "aks1", allocated_outbound_ports=12800, managed_outbound_ips=2)
    assert both.verdict is Verdict.FITS


def test_the_load_balancers_profile_goes_with_no_other_way_out() -> None:
    network = network_in("10.1.0.0/24", "cni-overlay", [{}], outbound_type="userDefinedRouting")
    plan = plan_outbound(network, "aks1", managed_outbound_ips=2)
    assert codes(plan) == ["InvalidUserDefinedRoutingWithLoadBalancerProfile"]


def test_nat_gateways_decide_nothing() -> None:
    network = network_in("10.1.0.0/24", "cni-overlay", [{}], outbound_type="userAssignedNATGateway")
    plan = plan_upgrade(network, "aks1")
    assert (plan.verdict, deciding(plan, "nat-gateway-ports").need) == (Verdict.FITS, None)


def test_what_is_wrong_in_the_question_is_said() -> None:
    network = network_in("10.1.0.0/24", "cni-overlay", [{}])
    with pytest.raises(UsageError, match=r"no cluster 'aks2'.*did you mean aks1"):
        plan_upgrade(network, "aks2")
    with pytest.raises(UsageError, match="has no pool 'np2'; did you mean np1"):
        plan_upgrade(network, "aks1", "np2")
    with pytest.raises(UsageError, match="min-count 5 is above max-count 3"):
        plan_pool(network, "aks1", "np1", min_count=5, max_count=3)
    with pytest.raises(UsageError, match="does not autoscale"):
        plan_pool(network, "aks1", "np1", min_count=5)
    with pytest.raises(UsageError, match="max-surge 'many'"):
        plan_pool(network, "aks1", "np1", max_surge="many")
    with pytest.raises(UsageError, match="has a pool 'np1' already"):
        plan_add_pools(network, "aks1", [NewPool(name="np1", count=1)])


def test_a_plan_leaves_the_network_as_it_was() -> None:
    network = network_in("10.1.0.0/24", "cni-node-subnet", [{"count": 3}])
    before = [limit.needed for limit in limits_of(network, network.clusters[0])]
    plan_pool(network, "aks1", "np1", count=50)
    plan_add_pools(network, "aks1", [NewPool(name="b", count=40)])
    assert [limit.needed for limit in limits_of(network, network.clusters[0])] == before


def test_the_routes_of_a_table_end_where_the_team_says() -> None:
    estate = Estate()
    estate.cluster("aks1", "kubenet", pools=[Pool(count=30)])
    for limit, verdict in ((33, Verdict.DOES_NOT_FIT), (50, Verdict.FITS)):
        settings = Settings(thresholds=Thresholds(route_limit=limit))
        plan = plan_pool(network_of(estate, settings=settings), "aks1", "np1", count=40)
        assert deciding(plan, "route-table-routes").available == limit
        assert plan.verdict is verdict
