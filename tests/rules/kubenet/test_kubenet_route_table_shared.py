from aks_audit.model import select
from aks_audit.rules.kubenet.kubenet_route_table_shared import kubenet_route_table_shared
from tests.estate import Estate, Model, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import ROUTE_TABLES, VIRTUAL_NETWORKS, a_kubenet_estate, detach, the_table, the_vnet


def two_on_one_table(*, second: str = "nodes2", pod_cidr: str | None = None, model: Model = "kubenet") -> Estate:
    estate = a_kubenet_estate(subnets=2, pools=[Pool()])
    home = subnet(the_vnet(estate), second)
    estate.cluster("aks2", model, subnet=home, route_table=the_table(estate), pod_cidr=pod_cidr)
    return estate


def test_is_quiet_where_each_cluster_has_its_own_table() -> None:
    estate = a_kubenet_estate(subnets=2, pools=[Pool()])
    estate.cluster("aks2", "kubenet", subnet=subnet(the_vnet(estate), "nodes2"))
    assert messages(kubenet_route_table_shared, network_of(estate)) == []


def test_finds_two_clusters_on_one_table() -> None:
    estate = two_on_one_table()
    finding = only(findings(kubenet_route_table_shared, network_of(estate)))
    assert finding.message == (
        f"{the_table(estate)['name']} is the route table of 2 kubenet clusters, "
        "aks1 (10.244.0.0/16) and aks2 (10.244.0.0/16), whose pod CIDRs overlap"
    )
    assert [cluster.name for cluster in finding.affected] == ["aks1", "aks2"]
    assert len(finding.evidence) == 4


def test_says_that_the_pod_cidrs_do_not_overlap() -> None:
    estate = two_on_one_table(pod_cidr="192.168.0.0/16")
    (message,) = messages(kubenet_route_table_shared, network_of(estate))
    assert message.endswith("aks2 (192.168.0.0/16), whose pod CIDRs do not overlap")


def test_says_that_they_share_the_subnet_too() -> None:
    (message,) = messages(kubenet_route_table_shared, network_of(two_on_one_table(second="nodes")))
    assert message.endswith("; they share subnet nodes")


def test_finds_two_clusters_in_one_subnet_without_a_table() -> None:
    estate = two_on_one_table(second="nodes")
    detach(estate)
    (message,) = messages(kubenet_route_table_shared, network_of(estate))
    assert message.startswith("nodes is the node subnet of 2 kubenet clusters, aks1 ")


def test_counts_a_cluster_that_is_not_judged() -> None:
    network = select(network_of(two_on_one_table()), names=("aks1",))
    assert len(messages(kubenet_route_table_shared, network)) == 1


def test_is_quiet_about_clusters_that_are_not_judged() -> None:
    estate = two_on_one_table()
    other = estate.virtual_network("other", ["10.2.0.0/16"], {"nodes": "10.2.0.0/24"})
    estate.cluster("aks3", "kubenet", subnet=subnet(other, "nodes"))
    assert messages(kubenet_route_table_shared, select(network_of(estate), names=("aks3",))) == []


def test_takes_another_network_model_on_the_table_for_no_trouble() -> None:
    assert messages(kubenet_route_table_shared, network_of(two_on_one_table(model="cni-overlay"))) == []


def test_sees_it_without_the_table() -> None:
    network = network_of(two_on_one_table(), refused=[ROUTE_TABLES])
    assert len(messages(kubenet_route_table_shared, network)) == 1


def test_sees_the_other_cluster_from_the_table_where_its_subnet_was_not_read() -> None:
    estate = two_on_one_table()
    other = subnet(the_vnet(estate), "nodes2")
    elsewhere = other["id"].replace("/virtualNetworks/vnet/", "/virtualNetworks/unread/")
    the_table(estate)["properties"]["subnets"][1]["id"] = elsewhere
    estate.of_type("managedClusters")[1]["properties"]["agentPoolProfiles"][0]["vnetSubnetID"] = elsewhere
    assert len(messages(kubenet_route_table_shared, network_of(estate))) == 1


def test_cannot_tell_without_the_subnets() -> None:
    network = network_of(a_kubenet_estate(), refused=[VIRTUAL_NETWORKS])
    assert [u.gap.status for u in unknowns(kubenet_route_table_shared, network)] == [403]
