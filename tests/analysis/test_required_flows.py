"""Which flows each model needs, and between which ends; what becomes of them is the rules' affair."""

from __future__ import annotations

import pytest

from aks_audit.analysis.flow_ends import RequiredFlow, Unasked
from aks_audit.analysis.flows import Allowed, Denied, Undecided, show
from aks_audit.analysis.required_flows import Need, judged
from tests.estate import Estate, Model, Pool, security_rule, subnet
from tests.networks import network_of


def an_estate(model: Model = "cni-overlay", **cluster: object) -> Estate:
    estate = Estate()
    plan = {"nodes": "10.1.0.0/24", "more": "10.1.1.0/24", "pods": "10.1.16.0/20"}
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], plan)
    estate.network_security_group(
        "nsg", [security_rule("no", 4000, source="10.1.1.0/24")], subnets=[subnet(vnet, "nodes")]
    )
    pods = subnet(vnet, "pods") if "pod-subnet" in model else None
    pools = [Pool(name="np1", max_pods=20), Pool(name="np2", mode="User", max_pods=20, subnet=subnet(vnet, "more"))]
    cidr = "10.244.0.0/16" if model in ("kubenet", "cni-overlay", "byo") else None
    estate.cluster("aks1", model, subnet=subnet(vnet, "nodes"), pod_subnet=pods, pools=pools, pod_cidr=cidr)
    return estate


def asked(estate: Estate, need: Need) -> list[tuple[str, str, str]]:
    network = network_of(estate)
    found = []
    for answer in judged(network, network.clusters[0], need):
        assert isinstance(answer, tuple)
        flow = answer[0].flow
        to = flow.destination.service_tag or show(flow.destination.addresses)
        found.append((show(flow.source.addresses), to, ", ".join(map(str, flow.ports))))
    return found


ONE, TWO, PODS, CIDR = "10.1.0.0/24", "10.1.1.0/24", "10.1.16.0/20", "10.244.0.0/16"


@pytest.mark.parametrize("model", ["kubenet", "cni-overlay", "cni-node-subnet", "cni-pod-subnet-dynamic", "byo"])
def test_nodes_of_two_subnets_need_each_other_and_themselves_in_every_model(model: Model) -> None:
    pairs = [(ONE, ONE, "*"), (ONE, TWO, "*"), (TWO, ONE, "*"), (TWO, TWO, "*")]
    assert asked(an_estate(model), Need.NODES) == pairs


@pytest.mark.parametrize(
    ("model", "pods"),
    [
        ("kubenet", [(CIDR, CIDR, "*")]),
        ("cni-overlay", [(CIDR, CIDR, "*")]),
        ("cni-pod-subnet-dynamic", [(PODS, PODS, "*")]),
        ("cni-pod-subnet-static", [(PODS, PODS, "*")]),
        ("cni-node-subnet", []),
        ("byo", []),
    ],
)
def test_pods_need_each_other_where_they_have_a_range_of_their_own(
    model: Model, pods: list[tuple[str, str, str]]
) -> None:
    assert sorted(set(asked(an_estate(model), Need.PODS))) == pods
    both = set(asked(an_estate(model), Need.NODES_AND_PODS))
    ends = {pods[0][0]} if pods else set()
    assert both == {(a, b, "*") for end in ends for node in (ONE, TWO) for a, b in ((node, end), (end, node))}


def test_ways_out_by_kind_of_cluster() -> None:
    https = [
        (place, tag, "443") for place in (ONE, TWO) for tag in ("AzureCloud.westeurope", "MicrosoftContainerRegistry")
    ]
    assert asked(an_estate(), Need.EGRESS) == https


def test_nothing_is_asked_that_the_cluster_does_not_have() -> None:
    for need in (Need.DNS, Need.WIREGUARD, Need.API_SERVER_SUBNET):
        assert asked(an_estate(), need) == []
    assert len(asked(an_estate(), Need.AZURE_DNS)) == 2


def test_one_verdict_a_flow_with_subnets_and_pools_it_concerns() -> None:
    network = network_of(an_estate())
    kinds = {}
    for answer in judged(network, network.clusters[0], Need.NODES):
        assert isinstance(answer, tuple)
        required, verdict = answer
        assert isinstance(required, RequiredFlow)
        kinds[tuple(item.name for item in required.subnet_ids), required.pools] = type(verdict)
    assert kinds == {
        (("nodes",), ("np1",)): Allowed,
        (("nodes", "more"), ("np1", "np2")): Allowed,
        (("more", "nodes"), ("np2", "np1")): Denied,
        (("more",), ("np2",)): Allowed,
    }


def test_what_was_not_read_leaves_the_verdict_open_unless_it_is_a_denial() -> None:
    nics = ["Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"]
    network = network_of(an_estate(), refused=nics)
    verdicts = [answer[1] for answer in judged(network, network.clusters[0], Need.NODES) if isinstance(answer, tuple)]
    assert [type(verdict) for verdict in verdicts] == [Undecided, Undecided, Denied, Undecided]


def test_a_pod_subnet_that_was_not_read_is_asked_about_in_vain() -> None:
    estate = an_estate("cni-pod-subnet-dynamic")
    (cluster,) = estate.of_type("managedClusters")
    for pool in cluster["properties"]["agentPoolProfiles"]:
        pool["podSubnetID"] = pool["podSubnetID"].replace("0000-000000000001/", "0000-000000000009/")
    network = network_of(estate)
    answers = judged(network, network.clusters[0], Need.PODS)
    assert [type(answer) for answer in answers] == [Unasked]
