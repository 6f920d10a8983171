from aks_audit.analysis.dedicated_subnets import api_server_subnet_users, foreign_consumers
from aks_audit.analysis.nodes import pod_subnet_users
from tests.estate import Estate, subnet
from tests.networks import network_of


def test_knows_who_uses_a_subnet_and_who_should_not() -> None:
    estate = Estate()
    plan = {"nodes": "10.1.0.0/22", "pods": "10.1.16.0/20", "apiserver": "10.1.9.0/27"}
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], plan)
    nodes, pods, home = (subnet(vnet, name) for name in plan)
    for name in ("aks1", "aks2"):
        estate.cluster(
            name, "cni-pod-subnet-dynamic", subnet=nodes, pod_subnet=pods, api_server_subnet=home, private=True
        )
    estate.virtual_machine_nic(home, "jump")
    network = network_of(estate)
    first, second = network.clusters
    (pod_users,) = pod_subnet_users(network).values()
    assert [cluster.name for cluster, _ in pod_users] == ["aks1", "aks2"]
    ((subnet_id, clusters),) = api_server_subnet_users(network).items()
    assert clusters == (first, second)
    strangers = foreign_consumers(network, network.subnets[subnet_id], clusters)
    assert [stranger.resource_id.name for stranger in strangers] == ["jump"]
