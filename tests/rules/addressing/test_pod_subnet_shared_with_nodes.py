from aks_audit.rules.addressing.pod_subnet_shared_with_nodes import pod_subnet_shared_with_nodes
from tests.estate import Estate, Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate() -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/22", "pods": "10.1.16.0/20"})
    estate.cluster("aks1", "cni-pod-subnet-dynamic", subnet=subnet(vnet, "nodes"), pod_subnet=subnet(vnet, "pods"))
    return estate, vnet


def test_is_quiet_about_two_subnets() -> None:
    assert messages(pod_subnet_shared_with_nodes, network_of(an_estate()[0])) == []


def test_finds_nodes_of_another_cluster_in_a_pod_subnet() -> None:
    estate, vnet = an_estate()
    estate.cluster("aks2", "cni-overlay", subnet=subnet(vnet, "pods"))
    finding = only(findings(pod_subnet_shared_with_nodes, network_of(estate)))
    assert finding.message == "pods holds nodes of aks2/np1 and is the pod subnet of aks1/np1"
    assert len(finding.affected) == 2


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    estate, _ = an_estate()
    estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    assert [u.gap.code for u in unknowns(pod_subnet_shared_with_nodes, network_of(estate))] == ["InvalidValue"]
