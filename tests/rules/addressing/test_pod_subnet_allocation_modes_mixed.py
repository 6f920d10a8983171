from aks_audit.rules.addressing.pod_subnet_allocation_modes_mixed import pod_subnet_allocation_modes_mixed
from tests.estate import Estate, Json, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate() -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network(
        "vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/22", "pods": "10.1.16.0/20", "blocks": "10.1.32.0/20"}
    )
    nodes, pods, blocks = (subnet(vnet, name) for name in ("nodes", "pods", "blocks"))
    estate.cluster("aks1", "cni-pod-subnet-dynamic", subnet=nodes, pod_subnet=pods)
    return estate, estate.cluster("aks2", "cni-pod-subnet-static", subnet=nodes, pod_subnet=blocks, pools=[Pool()])


def test_is_quiet_where_each_kind_has_its_own() -> None:
    assert messages(pod_subnet_allocation_modes_mixed, network_of(an_estate()[0])) == []


def test_finds_both_kinds_in_one_subnet_of_two_clusters() -> None:
    estate, cluster = an_estate()
    profile = cluster["properties"]["agentPoolProfiles"][0]
    profile["podSubnetID"] = profile["podSubnetID"].replace("blocks", "PODS")
    finding = only(findings(pod_subnet_allocation_modes_mixed, network_of(estate)))
    assert finding.message == "pod subnet pods: aks2/np1 hold static blocks in it, aks1/np1 allocate dynamically"
    assert len(finding.affected) == 2


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    estate, cluster = an_estate()
    cluster["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    answers = unknowns(pod_subnet_allocation_modes_mixed, network_of(estate))
    assert [u.gap.code for u in answers] == ["InvalidValue"]
