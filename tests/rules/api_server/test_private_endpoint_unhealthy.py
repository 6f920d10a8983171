import pytest

from aks_audit.findings import Evidence
from aks_audit.inventory import ResourceId
from aks_audit.rules.api_server.private_endpoint_unhealthy import private_endpoint_unhealthy
from tests.estate import Estate, Json
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import access_of, an_estate, hide


def a_private_cluster() -> tuple[Estate, Json, Json]:
    """The estate, the cluster, and its endpoint."""
    estate, cluster = an_estate(private=True)
    (endpoint,) = estate.of_type("privateEndpoints")
    return estate, cluster, endpoint


def state_of(endpoint: Json) -> Json:
    (connection,) = endpoint["properties"]["privateLinkServiceConnections"]
    found: Json = connection["properties"]["privateLinkServiceConnectionState"]
    return found


def test_is_quiet_about_an_approved_endpoint() -> None:
    estate, cluster, endpoint = a_private_cluster()
    assert messages(private_endpoint_unhealthy, network_of(estate)) == []
    state_of(endpoint)["status"] = "approved"
    endpoint["properties"]["provisioningState"] = "Updating"
    endpoint["properties"]["privateLinkServiceConnections"][0]["properties"]["privateLinkServiceId"] = cluster[
        "id"
    ].upper()
    assert messages(private_endpoint_unhealthy, network_of(estate)) == []


def test_is_quiet_about_clusters_that_need_none() -> None:
    for made in ({}, {"integrated": True}, {"private": True, "integrated": True}):
        assert messages(private_endpoint_unhealthy, network_of(an_estate(**made)[0])) == []


def test_is_quiet_while_the_cluster_is_stopped_made_or_deleted() -> None:
    for state in ("Creating", "deleting", "Starting", "Stopping", "Canceled"):
        estate, cluster, endpoint = a_private_cluster()
        estate.remove(endpoint)
        cluster["properties"]["provisioningState"] = state
        assert messages(private_endpoint_unhealthy, network_of(estate)) == []
    estate, cluster, endpoint = a_private_cluster()
    estate.remove(endpoint)
    cluster["properties"]["powerState"] = {"code": "Stopped"}
    assert messages(private_endpoint_unhealthy, network_of(estate)) == []


def test_finds_a_missing_endpoint() -> None:
    estate, cluster, endpoint = a_private_cluster()
    estate.remove(endpoint)
    finding = only(findings(private_endpoint_unhealthy, network_of(estate)))
    group = cluster["properties"]["nodeResourceGroup"]
    assert finding.message == f"aks1 is private, and no private endpoint in {group} leads to its API server"
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, "properties.apiServerAccessProfile.enablePrivateCluster", True),
        Evidence(own, "properties.nodeResourceGroup", group),
    )
    assert finding.cluster_id == finding.resource_id == own


def test_finds_it_missing_where_endpoints_lead_elsewhere() -> None:
    estate, _, endpoint = a_private_cluster()
    connection = endpoint["properties"]["privateLinkServiceConnections"][0]["properties"]
    connection["groupIds"] = ["blob"]
    assert len(messages(private_endpoint_unhealthy, network_of(estate))) == 1
    connection |= {"groupIds": ["Management"], "privateLinkServiceId": "/subscriptions/x/other"}
    assert len(messages(private_endpoint_unhealthy, network_of(estate))) == 1


@pytest.mark.parametrize(("provisioning", "status"), [("Succeeded", "Rejected"), ("Failed", "Approved")])
def test_finds_an_endpoint_in_a_bad_state(provisioning: str, status: str) -> None:
    estate, cluster, endpoint = a_private_cluster()
    endpoint["properties"]["provisioningState"] = provisioning
    state_of(endpoint)["status"] = status
    finding = only(findings(private_endpoint_unhealthy, network_of(estate)))
    assert finding.message == (
        f"aks1: private endpoint kube-apiserver of its API server is {provisioning}, its connection {status}"
    )
    own = ResourceId.of(endpoint["id"])
    path = "properties.privateLinkServiceConnections[kube-apiserver].properties"
    assert finding.evidence == (
        Evidence(own, f"{path}.privateLinkServiceConnectionState.status", status),
        Evidence(own, "properties.provisioningState", provisioning),
    )
    assert finding.resource_id == own
    assert finding.cluster_id == ResourceId.of(cluster["id"])
    assert finding.affected == (finding.cluster_id,)


def test_one_good_endpoint_is_enough() -> None:
    estate, cluster, endpoint = a_private_cluster()
    state_of(endpoint)["status"] = "Disconnected"
    nodes = estate.of_type("virtualNetworks")[0]["properties"]["subnets"][0]
    group = cluster["properties"]["nodeResourceGroup"]
    estate.private_endpoint(nodes, "again", target=cluster["id"], group_ids=["management"], resource_group=group)
    assert messages(private_endpoint_unhealthy, network_of(estate)) == []


def test_cannot_tell_without_the_endpoints() -> None:
    estate, _, _ = a_private_cluster()
    network = network_of(estate, refused=["Microsoft.Network/privateEndpoints"])
    assert [u.gap.status for u in unknowns(private_endpoint_unhealthy, network)] == [403]


def test_cannot_tell_where_nobody_looked_into_the_node_resource_group() -> None:
    estate, cluster, _ = a_private_cluster()
    group = f"/resourceGroups/{cluster['properties']['nodeResourceGroup']}/".lower()
    estate.resources = [each for each in estate.resources if group not in each["id"].lower()]
    (answer,) = unknowns(private_endpoint_unhealthy, network_of(estate))
    assert answer.resource_id == ResourceId.of(cluster["id"])
    group = cluster["properties"]["nodeResourceGroup"]
    assert answer.gap.message == f"nothing in resource group {group} was seen, and a cluster has its nodes there"


def test_cannot_tell_where_the_state_is_not_given() -> None:
    estate, _, endpoint = a_private_cluster()
    state_of(endpoint).pop("status")
    (answer,) = unknowns(private_endpoint_unhealthy, network_of(estate))
    assert answer.resource_id == ResourceId.of(endpoint["id"])
    assert answer.gap.message == "its provisioning state or the state of its connection is not given"
    state_of(endpoint)["status"] = "Approved"
    endpoint["properties"].pop("provisioningState")
    assert len(unknowns(private_endpoint_unhealthy, network_of(estate))) == 1


def test_cannot_tell_where_values_do_not_parse() -> None:
    estate, cluster, endpoint = a_private_cluster()
    state_of(endpoint)["status"] = {}
    assert [u.gap.code for u in unknowns(private_endpoint_unhealthy, network_of(estate))] == ["InvalidValue"]
    hide(cluster)
    assert [u.resource_id.name for u in unknowns(private_endpoint_unhealthy, network_of(estate))] == ["aks1"]
    assert access_of(cluster)
