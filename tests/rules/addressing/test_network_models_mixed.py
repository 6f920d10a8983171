from aks_audit.rules.addressing.network_models_mixed import network_models_mixed
from tests.estate import Estate, Json, Pool, subnet
from tests.networks import messages, network_of, unknowns


def an_estate() -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/22", "pods": "10.1.16.0/20"})
    pools = [Pool(), Pool(name="np2", mode="User")]
    nodes, pods = subnet(vnet, "nodes"), subnet(vnet, "pods")
    return estate, estate.cluster("aks1", "cni-pod-subnet-dynamic", subnet=nodes, pod_subnet=pods, pools=pools)


def test_is_quiet_where_all_pools_have_a_pod_subnet() -> None:
    assert messages(network_models_mixed, network_of(an_estate()[0])) == []


def test_is_quiet_about_both_ways_of_allocation() -> None:
    estate, cluster = an_estate()
    cluster["properties"]["agentPoolProfiles"][1]["podIPAllocationMode"] = "StaticBlock"
    assert messages(network_models_mixed, network_of(estate)) == []


def test_finds_a_pool_without_one() -> None:
    estate, cluster = an_estate()
    del cluster["properties"]["agentPoolProfiles"][1]["podSubnetID"]
    assert messages(network_models_mixed, network_of(estate)) == [
        "aks1: pods of np2 take addresses of the node subnet, those of np1 of a pod subnet"
    ]


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    estate, cluster = an_estate()
    cluster["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    assert [u.gap.code for u in unknowns(network_models_mixed, network_of(estate))] == ["InvalidValue"]
