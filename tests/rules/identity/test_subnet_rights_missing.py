import pytest

from aks_audit.findings import Evidence, Finding, Severity, Unknown
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.rules.identity.subnet_rights_missing import JOIN, READ, subnet_rights_missing
from tests.estate import Estate, Json, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns
from tests.observed import answers

from .rights import (
    CONTRIBUTOR,
    READER,
    ROLE_ASSIGNMENTS,
    SCOPE,
    ZONE_CONTRIBUTOR,
    identity,
    with_service_principal,
    with_system_identity,
)


def an_estate() -> tuple[Estate, Json, Json]:
    """A cluster with pods in a subnet of their own, whose identity has Network Contributor on the network."""
    estate = Estate()
    vnet = estate.virtual_network(
        "vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24", "pods": "10.1.8.0/21", "lbs": "10.1.4.0/24"}
    )
    cluster = estate.cluster(
        "aks1", "cni-pod-subnet-dynamic", subnet=subnet(vnet, "nodes"), pod_subnet=subnet(vnet, "pods")
    )
    return estate, vnet, cluster


def an_overlay() -> tuple[Estate, Json, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24", "lbs": "10.1.4.0/24"})
    return estate, vnet, estate.cluster("aks1", subnet=subnet(vnet, "nodes"))


def test_is_quiet_where_the_identity_may_join() -> None:
    estate, vnet, cluster = an_estate()
    assert messages(subnet_rights_missing, network_of(estate)) == []
    estate.revoke(cluster)
    for name in ("nodes", "pods"):
        estate.role_assignment(subnet(vnet, name)["id"], estate.principal_of(cluster))
    assert messages(subnet_rights_missing, network_of(estate)) == []


def test_is_quiet_about_a_network_that_aks_made() -> None:
    estate = Estate()
    cluster = estate.cluster("aks1")
    estate.internal_load_balancer(
        estate._managed_subnet(cluster), resource_group=cluster["properties"]["nodeResourceGroup"]
    )
    assert messages(subnet_rights_missing, network_of(estate)) == []
    assert messages(subnet_rights_missing, network_of(estate, refused=[ROLE_ASSIGNMENTS])) == []


def test_finds_an_identity_without_a_role() -> None:
    estate, vnet, cluster = an_estate()
    estate.revoke(cluster)
    principal = estate.principal_of(cluster)
    finding = only(findings(subnet_rights_missing, network_of(estate)))
    assert finding.message == (
        f"aks1: identity {identity(estate, cluster)} lacks {JOIN} and {READ} in vnet on nodes (node subnet), "
        "pods (pod subnet); no role of it reaches there"
    )
    nodes, pods = (ResourceId.of(subnet(vnet, name)["id"]) for name in ("nodes", "pods"))
    roles = f"providers/Microsoft.Authorization/roleAssignments[principalId={principal}]"
    [user] = cluster["identity"]["userAssignedIdentities"]
    assert finding.resource_id == ResourceId.of(vnet["id"])
    assert finding.evidence == (
        Evidence(ResourceId.of(cluster["id"]), f"identity.userAssignedIdentities[{user}].principalId", principal),
        Evidence(nodes, roles, ()),
        Evidence(pods, roles, ()),
    )
    assert finding.cluster_id == ResourceId.of(cluster["id"])
    assert finding.affected == (nodes, pods)
    assert finding.severity is None
    assert finding.latent
    assert finding.key == f"{principal} {JOIN} {READ}"
    assert finding.arithmetic == (f"LinkedAuthorizationFailed: 2 actions wanted - 0 given = 2 lacking: {JOIN}, {READ}")


def test_says_what_the_identity_has_instead() -> None:
    estate, _, cluster = an_overlay()
    estate.revoke(cluster)
    estate.role_assignment(SCOPE, estate.principal_of(cluster), READER)
    finding = only(findings(subnet_rights_missing, network_of(estate)))
    assert finding.message.endswith(f"lacks {JOIN} in vnet on nodes (node subnet); it has Reader at {SCOPE}")
    assert str(finding.evidence[1].value).endswith("/acdd72a7-3385-48ef-bd42-f606fba81ae7")
    assert finding.arithmetic == f"LinkedAuthorizationFailed: 2 actions wanted - 1 given = 1 lacking: {JOIN}"
    assert finding.severity is None


def test_says_all_that_the_identity_has_instead() -> None:
    estate, _, cluster = an_overlay()
    estate.revoke(cluster)
    for role in (READER, ZONE_CONTRIBUTOR):
        estate.role_assignment(SCOPE, estate.principal_of(cluster), role)
    [message] = messages(subnet_rights_missing, network_of(estate))
    has = message.partition("; it has ")[2]
    assert sorted(has.split(", ")) == [f"Private DNS Zone Contributor at {SCOPE}", f"Reader at {SCOPE}"]


def test_reading_alone_is_high() -> None:
    estate, _, cluster = an_overlay()
    estate.revoke(cluster)
    role = estate.role_definition("joins", [JOIN])
    estate.role_assignment(SCOPE, estate.principal_of(cluster), role["name"])
    finding = only(findings(subnet_rights_missing, network_of(estate)))
    assert f"lacks {READ} in vnet" in finding.message
    assert finding.severity is Severity.HIGH


def test_names_a_system_assigned_identity_by_its_object_id() -> None:
    estate, _, cluster = an_overlay()
    estate.revoke(cluster)
    principal = estate.principal_of(with_system_identity(estate, cluster))
    finding = only(findings(subnet_rights_missing, network_of(estate)))
    assert finding.message.startswith(f"aks1: identity {principal} lacks ")
    assert finding.evidence[0].path == "identity.principalId"


def test_an_internal_load_balancer_elsewhere_needs_rights_there() -> None:
    estate, vnet, cluster = an_overlay()
    estate.revoke(cluster)
    estate.role_assignment(subnet(vnet, "nodes")["id"], estate.principal_of(cluster))
    assert messages(subnet_rights_missing, network_of(estate)) == []
    group = cluster["properties"]["nodeResourceGroup"]
    estate.internal_load_balancer(subnet(vnet, "lbs"), resource_group=group)
    finding = only(findings(subnet_rights_missing, network_of(estate)))
    assert "in vnet on lbs (internal load balancer's subnet)" in finding.message
    assert finding.severity is Severity.HIGH


def test_a_load_balancer_of_somebody_else_needs_nothing() -> None:
    estate, vnet, cluster = an_overlay()
    estate.revoke(cluster)
    estate.role_assignment(subnet(vnet, "nodes")["id"], estate.principal_of(cluster))
    estate.internal_load_balancer(subnet(vnet, "lbs"), resource_group="rg-apps")
    assert messages(subnet_rights_missing, network_of(estate)) == []


def test_the_api_server_s_subnet_needs_rights_too() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24", "api": "10.1.4.0/28"})
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"), api_server_subnet=subnet(vnet, "api"))
    assert messages(subnet_rights_missing, network_of(estate)) == []
    estate.revoke(cluster)
    estate.role_assignment(subnet(vnet, "nodes")["id"], estate.principal_of(cluster), CONTRIBUTOR)
    finding = only(findings(subnet_rights_missing, network_of(estate)))
    assert "on api (API server's subnet)" in finding.message
    assert finding.severity is Severity.HIGH


def test_clusters_with_one_identity_are_one_finding() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    one, two = (estate.cluster(name, subnet=subnet(vnet, "nodes")) for name in ("aks1", "aks2"))
    for cluster in (one, two):
        estate.revoke(cluster)
    two["identity"] = one["identity"]
    finding = only(findings(subnet_rights_missing, network_of(estate)))
    assert finding.message.startswith(f"aks1, aks2: identity {identity(estate, one)} lacks ")
    assert finding.cluster_id is None
    assert finding.affected == tuple(ResourceId.of(r["id"]) for r in (subnet(vnet, "nodes"), one, two))
    assert [e.resource_id.name for e in finding.evidence] == ["aks1", "aks2", "nodes"]


def test_clusters_with_identities_of_their_own_are_two() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    for name in ("aks1", "aks2"):
        estate.revoke(estate.cluster(name, subnet=subnet(vnet, "nodes")))
    found = findings(subnet_rights_missing, network_of(estate))
    assert len(found) == len({finding.key for finding in found}) == 2


def test_subnets_of_two_networks_are_two_findings() -> None:
    estate = Estate()
    one = estate.virtual_network("one", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    two = estate.virtual_network("two", "10.2.0.0/16", {"nodes": "10.2.0.0/24"})
    pools = [Pool(subnet=subnet(one, "nodes")), Pool(name="np2", mode="User", subnet=subnet(two, "nodes"))]
    estate.revoke(estate.cluster("aks1", pools=pools))
    found = findings(subnet_rights_missing, network_of(estate))
    assert [finding.resource_id.name for finding in found] == ["one", "two"]


def test_leaves_a_subnet_that_is_not_there_to_another_rule() -> None:
    estate, vnet, cluster = an_overlay()
    estate.revoke(cluster)
    vnet["properties"]["subnets"] = []
    assert messages(subnet_rights_missing, network_of(estate)) == []


def test_cannot_tell_without_role_assignments() -> None:
    estate, _, cluster = an_estate()
    [answer] = unknowns(subnet_rights_missing, network_of(estate, refused=[ROLE_ASSIGNMENTS]))
    assert answer.resource_id == ResourceId.of(cluster["id"])
    assert (answer.gap.resource_type, answer.gap.status) == (ROLE_ASSIGNMENTS, 403)


def test_cannot_tell_of_a_service_principal() -> None:
    estate, _, cluster = an_estate()
    with_service_principal(cluster)
    [answer] = unknowns(subnet_rights_missing, network_of(estate))
    assert "signs in as service principal" in answer.gap.message


def test_cannot_tell_where_a_group_may_give_it() -> None:
    estate, _, cluster = an_estate()
    estate.revoke(cluster)
    estate.role_assignment(SCOPE, "00000000-0000-0000-0000-00000000aaaa", CONTRIBUTOR, principal_type="Group")
    [answer] = unknowns(subnet_rights_missing, network_of(estate))
    assert answer.gap.message.startswith("Group 00000000-0000-0000-0000-00000000aaaa has the right")


def test_finds_what_it_can_where_load_balancers_are_not_listed() -> None:
    estate, _, cluster = an_overlay()
    estate.revoke(cluster)
    given = answers(subnet_rights_missing, network_of(estate, refused=["Microsoft.Network/loadBalancers"]))
    assert [type(answer) for answer in given] == [Unknown, Finding]


@pytest.mark.parametrize("state", ["Creating", "Updating", "Failed"])
def test_the_state_of_the_cluster_does_not_matter(state: str) -> None:
    estate, _, cluster = an_overlay()
    estate.revoke(cluster)
    cluster["properties"] |= {"provisioningState": state, "powerState": {"code": "Stopped"}}
    assert len(findings(subnet_rights_missing, network_of(estate))) == 1


def test_cannot_tell_where_pools_are_not_listed() -> None:
    given = an_overlay()
    cluster = given[0].of_type("managedClusters")[0]
    cluster["properties"]["agentPoolProfiles"] = None
    [answer] = unknowns(subnet_rights_missing, network_of(given[0]))
    assert answer.gap.message == "the cluster's node pools were not read"
    assert answer.resource_id == ResourceId.of(cluster["id"])
