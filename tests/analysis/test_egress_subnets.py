from aks_audit.analysis.egress_subnets import homes
from tests.estate import Estate, Pool, subnet
from tests.networks import network_of


def an_estate() -> Estate:
    """aks1 with two pools in `nodes` and its pods in `pods`; aks2 in `nodes` too."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "pods": "10.1.4.0/22"})
    estate.cluster(
        "aks1",
        "cni-pod-subnet-dynamic",
        subnet=subnet(vnet, "nodes"),
        pod_subnet=subnet(vnet, "pods"),
        pools=[Pool(), Pool(name="np2", mode="User")],
    )
    estate.cluster("aks2", subnet=subnet(vnet, "nodes"))
    return estate


def test_each_subnet_stands_once_with_all_its_pools() -> None:
    found, unread = homes(network_of(an_estate()), lambda _: True)
    assert not unread
    assert [(home.subnet.id.name, home.names) for home in found] == [
        ("nodes", "aks1/np1, aks1/np2, aks2/np1"),
        ("pods", "aks1/np1, aks1/np2"),
    ]
    nodes, pods = found
    assert nodes.cluster_id is None
    assert [cluster.name for cluster in nodes.clusters] == ["aks1", "aks2"]
    assert pods.cluster_id
    assert pods.cluster_id.name == "aks1"
    assert [item.text.rpartition("/managedClusters/")[2] for item in pods.pool_ids] == [
        "aks1/agentPools/np1",
        "aks1/agentPools/np2",
    ]


def test_pods_and_clusters_are_left_out_where_they_are_not_wanted() -> None:
    network = network_of(an_estate())
    assert [home.subnet.id.name for home in homes(network, lambda _: True, pods=False)[0]] == ["nodes"]
    found, _ = homes(network, lambda cluster: cluster.name == "aks2")
    assert [home.names for home in found] == ["aks2/np1"]


def test_a_subnet_for_nodes_and_pods_names_a_pool_once() -> None:
    estate = an_estate()
    profile = estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]
    profile["podSubnetID"] = profile["vnetSubnetID"]
    found, _ = homes(network_of(estate), lambda cluster: cluster.name == "aks1")
    assert found[0].names == "aks1/np1, aks1/np2"


def test_what_was_not_read_is_named_and_what_does_not_exist_is_left_out() -> None:
    _, unread = homes(
        network_of(an_estate(), refused=["Microsoft.Network/virtualNetworks"]), lambda cluster: cluster.name == "aks1"
    )
    assert [(place.name, gap.gap.status) for place, gap in unread.items()] == [("nodes", 403), ("pods", 403)]
    estate = an_estate()
    estate.of_type("virtualNetworks")[0]["properties"]["subnets"] = []
    assert homes(network_of(estate), lambda _: True) == ([], {})
    estate = an_estate()
    estate.of_type("managedClusters")[1]["properties"]["agentPoolProfiles"] = []
    _, unread = homes(network_of(estate), lambda cluster: cluster.name == "aks2")
    assert [place.name for place in unread] == ["aks2"]
