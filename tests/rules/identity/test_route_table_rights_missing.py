from aks_audit.findings import Evidence
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.rules.identity.route_table_rights_missing import ACTIONS, route_table_rights_missing
from tests.estate import Estate, Json, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .rights import READER, ROLE_ASSIGNMENTS, SCOPE, identity, with_service_principal

READ, WRITE = ACTIONS


def an_estate(model: str = "kubenet", own_table: bool = True) -> tuple[Estate, Json, Json]:
    """A cluster with two node subnets on one table of the owner's, in another resource group."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24", "more": "10.1.1.0/24"})
    table = estate.route_table("rt-hub", resource_group="rg-routes") if own_table else None
    pools = [Pool(subnet=subnet(vnet, "nodes")), Pool(name="np2", mode="User", subnet=subnet(vnet, "more"))]
    cluster = estate.cluster("aks1", "kubenet" if model == "kubenet" else "cni-overlay", pools=pools, route_table=table)
    return estate, vnet, cluster


def test_is_quiet_where_the_identity_may_write_the_table() -> None:
    assert messages(route_table_rights_missing, network_of(an_estate()[0])) == []


def test_is_quiet_about_a_table_that_aks_made() -> None:
    estate, _, cluster = an_estate(own_table=False)
    estate.revoke(cluster)
    assert messages(route_table_rights_missing, network_of(estate)) == []
    assert messages(route_table_rights_missing, network_of(estate, refused=[ROLE_ASSIGNMENTS])) == []


def test_is_quiet_about_other_models() -> None:
    estate, _, cluster = an_estate("overlay")
    estate.revoke(cluster)
    assert messages(route_table_rights_missing, network_of(estate)) == []


def test_finds_that_the_virtual_network_alone_is_not_enough() -> None:
    estate, vnet, cluster = an_estate()
    table = ResourceId.of(estate.route_table_of(cluster)["id"])
    estate.revoke(cluster, table.text)
    principal = estate.principal_of(cluster)
    finding = only(findings(route_table_rights_missing, network_of(estate)))
    assert finding.message == (
        f"aks1: identity {identity(estate, cluster)} lacks {READ} and {WRITE} on route table rt-hub of nodes, more; "
        "no role of it reaches there"
    )
    [user] = cluster["identity"]["userAssignedIdentities"]
    nodes, more = (ResourceId.of(subnet(vnet, name)["id"]) for name in ("nodes", "more"))
    assert finding.resource_id == table
    assert finding.evidence == (
        Evidence(ResourceId.of(cluster["id"]), f"identity.userAssignedIdentities[{user}].principalId", principal),
        Evidence(table, f"providers/Microsoft.Authorization/roleAssignments[principalId={principal}]", ()),
        Evidence(nodes, "properties.routeTable.id", table.text),
        Evidence(more, "properties.routeTable.id", table.text),
    )
    assert finding.cluster_id == ResourceId.of(cluster["id"])
    assert finding.affected == (nodes, more)
    assert finding.latent
    assert finding.key == ResourceId.of(cluster["id"]).key
    assert finding.arithmetic == (
        f"CustomRouteTableMissingPermission: 2 actions wanted - 0 given = 2 lacking: {READ}, {WRITE}"
    )


def test_finds_that_reading_is_not_enough() -> None:
    estate, _, cluster = an_estate()
    estate.revoke(cluster)
    estate.role_assignment(SCOPE, estate.principal_of(cluster), READER)
    finding = only(findings(route_table_rights_missing, network_of(estate)))
    assert f"lacks {WRITE} on route table rt-hub" in finding.message
    assert finding.message.endswith(f"it has Reader at {SCOPE}")


def test_is_quiet_about_a_table_that_is_not_there() -> None:
    estate, _, cluster = an_estate()
    estate.revoke(cluster)
    estate.remove(estate.route_table_of(cluster))
    assert messages(route_table_rights_missing, network_of(estate)) == []


def test_cannot_tell_without_role_assignments() -> None:
    estate, _, cluster = an_estate()
    [answer] = unknowns(route_table_rights_missing, network_of(estate, refused=[ROLE_ASSIGNMENTS]))
    assert answer.resource_id == ResourceId.of(cluster["id"])
    assert answer.gap.status == 403


def test_cannot_tell_without_the_tables() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/routeTables"])
    assert [u.resource_id.name for u in unknowns(route_table_rights_missing, network)] == ["nodes", "more"]


def test_cannot_tell_of_a_service_principal() -> None:
    estate, _, cluster = an_estate()
    with_service_principal(cluster)
    [answer] = unknowns(route_table_rights_missing, network_of(estate))
    assert "signs in as service principal" in answer.gap.message


def test_cannot_tell_where_pools_are_not_listed() -> None:
    given = an_estate()
    cluster = given[0].of_type("managedClusters")[0]
    cluster["properties"]["agentPoolProfiles"] = None
    [answer] = unknowns(route_table_rights_missing, network_of(given[0]))
    assert answer.gap.message == "the cluster's node pools were not read"
    assert answer.resource_id == ResourceId.of(cluster["id"])


def test_asks_nothing_about_a_network_that_aks_made() -> None:
    estate = Estate()
    estate.cluster("aks1", "kubenet")
    refused = ["Microsoft.Network/virtualNetworks", "Microsoft.Network/routeTables"]
    assert unknowns(route_table_rights_missing, network_of(estate, refused=refused)) == []


def test_asks_nothing_where_subnets_have_no_table() -> None:
    estate, vnet, _ = an_estate()
    for name in ("nodes", "more"):
        del subnet(vnet, name)["properties"]["routeTable"]
    network = network_of(estate, refused=["Microsoft.Network/routeTables"])
    assert unknowns(route_table_rights_missing, network) == []


def test_cannot_tell_without_the_subnets() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/virtualNetworks"])
    assert [u.resource_id.name for u in unknowns(route_table_rights_missing, network)] == ["nodes", "more"]
