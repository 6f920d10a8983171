"""Plans for clusters that do not exist yet, and what Azure refuses of them whatever the numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aks_audit.errors import UsageError
from aks_audit.plan import Plan, Verdict, plan_create

from ..estate import Estate, Json, subnet
from ..networks import network_of
from .clusters import codes, deciding, in_subnet, whats


def designed(change: Callable[[Estate, Json], Any], model: Any = "cni-overlay", **cluster: Any) -> Plan:
    estate, arm = in_subnet("10.1.0.0/24", model, [{}], **cluster)
    change(estate, arm)
    return plan_create(network_of(estate), ["aks1"])


def test_a_sound_design_fits() -> None:
    plan = designed(lambda _estate, _arm: None)
    limit = deciding(plan, "subnet-addresses")
    assert (plan.verdict, limit.need, limit.added, limit.free, plan.blockers) == (Verdict.FITS, 3, 3, 251, ())


def test_what_a_design_leaves_out_takes_azures_defaults() -> None:
    estate = Estate()
    design: Json = {
        "id": f"{estate.resource_id('Microsoft.ContainerService/managedClusters', 'new', 'rg')}",
        "location": "westeurope",
        "properties": {
            "networkProfile": {"networkPlugin": "azure", "networkPluginMode": "overlay"},
            "agentPoolProfiles": [{"name": "np1", "count": 3, "mode": "System"}],
        },
    }
    estate.resources.append(design)
    plan = plan_create(network_of(estate))
    assert plan.verdict is Verdict.FITS
    assert (deciding(plan, "pod-ranges").available, deciding(plan, "subnet-addresses").available) == (256, 65531)
    assert "pod CIDR 10.244.0.0/16, service CIDR 10.0.0.0/16" in plan.steps[0]


def test_a_cluster_beside_others_shares_their_subnet() -> None:
    def neighbour(estate: Estate, _arm: Json) -> None:
        nodes = subnet(estate.of_type("virtualNetworks")[0], "nodes")
        estate.cluster("aks2", "cni-node-subnet", subnet=nodes, pools=[{"count": 8}])

    plan = designed(neighbour)
    limit = deciding(plan, "subnet-addresses")
    assert (limit.need, limit.added, limit.free) == (251, 3, 3)


def _service(network: Json) -> None:
    network |= {"serviceCidr": "10.1.0.0/20", "serviceCidrs": ["10.1.0.0/20"], "dnsServiceIP": "10.1.0.10"}


REFUSED: dict[str, tuple[Callable[[Estate, Json], Any], str]] = {
    "ServiceCidrOverlapExistingSubnetsCidr": (lambda e, c: _service(profile(c)), "overlaps 10.1.0.0/24"),
    "NetworkProfileCIDROverlapVNET": (
        lambda e, c: profile(c).update(podCidr="10.1.0.0/16", podCidrs=["10.1.0.0/16"]),
        "pod CIDR 10.1.0.0/16 overlaps 10.1.0.0/24 of subnet nodes",
    ),
    "DnsServiceIpOutOfServiceCidr": (lambda e, c: profile(c).update(dnsServiceIP="192.168.7.7"), "is not in service"),
    "SubnetIsDelegated": (lambda e, c: e.delegate(_nodes(e)), "is delegated to"),
    "ExistingRouteTableNotAssociatedWithSubnet": (
        lambda e, c: profile(c).update(outboundType="userDefinedRouting", loadBalancerProfile=None),
        "no route table (the code's name is not verified)",
    ),
    "RouteTableInvalidNextHop": (
        lambda e, c: (
            profile(c).update(outboundType="userDefinedRouting", loadBalancerProfile=None),
            e.route_table(routes={"0.0.0.0/0": "Internet"}, subnets=[_nodes(e)]),
        ),
        "leads to Internet",
    ),
    "InvalidUserDefinedRoutingWithLoadBalancerProfile": (
        lambda e, c: (
            profile(c).update(outboundType="userDefinedRouting"),
            e.route_table(routes={"0.0.0.0/0": "10.9.0.4"}, subnets=[_nodes(e)]),
        ),
        "exclude each other",
    ),
}


def profile(cluster: Json) -> Json:
    found: Json = cluster["properties"]["networkProfile"]
    return found


def _nodes(estate: Estate) -> Json:
    return subnet(estate.of_type("virtualNetworks")[0], "nodes")


@pytest.mark.parametrize("code", REFUSED)
def test_settings_that_azure_refuses_with_a_code(code: str) -> None:
    change, words = REFUSED[code]
    plan = designed(change)
    assert (plan.verdict, codes(plan)) == (Verdict.DOES_NOT_FIT, [code])
    assert words in plan.blockers[0].what


WITHOUT_CODE: dict[str, Callable[[Estate, Json], Any]] = {
    "which AKS keeps for itself": lambda e, c: profile(c).update(podCidr="172.31.0.0/20", podCidrs=["172.31.0.0/20"]),
    "is the first or last of": lambda e, c: profile(c).update(
        serviceCidr="192.168.0.0/24", serviceCidrs=["192.168.0.0/24"], dnsServiceIP="192.168.0.0"
    ),
    "overlaps service CIDR": lambda e, c: profile(c).update(
        podCidr="192.168.0.0/16",
        podCidrs=["192.168.0.0/16"],
        serviceCidr="192.168.0.0/24",
        serviceCidrs=["192.168.0.0/24"],
        dnsServiceIP="192.168.0.10",
    ),
    "has a NAT gateway": lambda e, c: e.nat_gateway(subnets=[_nodes(e)]),
    "without a count for IPv6": lambda e, c: profile(c).update(ipFamilies=["IPv4", "IPv6"]),
    "'Azure-cni' does not exist": lambda e, c: profile(c).update(networkPlugin="Azure-cni", networkPluginMode=None),
    "subnet gone does not exist": lambda e, c: _pool(c).update(vnetSubnetID=f"{_nodes(e)['id'][:-5]}gone"),
    "maxPods 9 of pool np1": lambda e, c: _pool(c).update(maxPods=9),
    "count 7 of pool np1 is above": lambda e, c: _pool(c).update(count=7, enableAutoScaling=True, maxCount=5),
    "is larger than /12": lambda e, c: profile(c).update(
        serviceCidr="192.0.0.0/9",
        serviceCidrs=["192.0.0.0/9"],
        dnsServiceIP="192.0.0.10",
        podCidrs=["11.0.0.0/16"],
        podCidr="11.0.0.0/16",
    ),
}


def _pool(cluster: Json) -> Json:
    found: Json = cluster["properties"]["agentPoolProfiles"][0]
    return found


@pytest.mark.parametrize("words", WITHOUT_CODE)
def test_settings_that_azure_refuses(words: str) -> None:
    plan = designed(WITHOUT_CODE[words])
    assert plan.verdict is Verdict.DOES_NOT_FIT
    assert any(words in what for what in whats(plan)), whats(plan)


def test_kubenet_wants_a_subnet_and_an_identity_of_its_own() -> None:
    def shared(estate: Estate, arm: Json) -> None:
        arm["identity"] = {"type": "SystemAssigned"}
        estate.cluster("aks2", "kubenet", subnet=_nodes(estate))

    plan = designed(shared, "kubenet")
    assert any("is used by aks2 too" in what for what in whats(plan))
    assert "CustomRouteTableWithUnsupportedMSIType" in codes(plan)


def test_an_api_server_subnet_holds_nothing_else() -> None:
    estate, _ = in_subnet("10.1.0.0/24", "cni-overlay", [{}])
    vnet = estate.of_type("virtualNetworks")[0]
    api = estate.add_subnet(vnet, "api", "10.3.0.0/28")
    for name in ("aks2", "aks3"):
        estate.cluster(name, "cni-overlay", subnet=_nodes(estate), api_server_subnet=api)
    plan = plan_create(network_of(estate), ["aks3"])
    limit = deciding(plan, "apiserver-subnet")
    assert (limit.need, limit.available, limit.added, limit.free) == (18, 11, 9, 2)
    assert "use a new subnet, a /27" in [fix.change for fix in plan.fixes]


def test_a_design_without_a_cluster_is_none() -> None:
    estate = Estate()
    estate.virtual_network()
    with pytest.raises(UsageError, match="holds no managed cluster"):
        plan_create(network_of(estate))
