from aks_audit.findings import Evidence
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.rules.identity.route_table_with_system_identity import route_table_with_system_identity
from tests.estate import Estate, Json, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .rights import with_service_principal, with_system_identity


def an_estate(own_table: bool = True, model: str = "kubenet") -> tuple[Estate, Json, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24", "more": "10.1.1.0/24"})
    table = estate.route_table("rt-hub") if own_table else None
    pools = [Pool(subnet=subnet(vnet, "nodes")), Pool(name="np2", mode="User", subnet=subnet(vnet, "more"))]
    cluster = estate.cluster("aks1", "kubenet" if model == "kubenet" else "cni-overlay", pools=pools, route_table=table)
    return estate, vnet, with_system_identity(estate, cluster)


def test_is_quiet_with_a_user_assigned_identity() -> None:
    estate, _, cluster = an_estate()
    cluster["identity"]["type"] = "UserAssigned"
    assert messages(route_table_with_system_identity, network_of(estate)) == []


def test_is_quiet_with_a_table_that_aks_made_and_with_other_models() -> None:
    assert messages(route_table_with_system_identity, network_of(an_estate(own_table=False)[0])) == []
    assert messages(route_table_with_system_identity, network_of(an_estate(model="overlay")[0])) == []


def test_is_quiet_with_a_service_principal() -> None:
    estate, _, cluster = an_estate()
    with_service_principal(cluster)
    assert messages(route_table_with_system_identity, network_of(estate)) == []


def test_finds_a_table_of_the_owner_s() -> None:
    estate, vnet, cluster = an_estate()
    table = estate.route_table_of(cluster)["id"]
    cluster["identity"]["type"] = "systemAssigned"
    finding = only(findings(route_table_with_system_identity, network_of(estate)))
    assert finding.message == "aks1: identity type systemAssigned with the owner's route table rt-hub"
    assert finding.resource_id == finding.cluster_id == ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(ResourceId.of(cluster["id"]), "identity.type", "systemAssigned"),
        Evidence(ResourceId.of(subnet(vnet, "nodes")["id"]), "properties.routeTable.id", table),
        Evidence(ResourceId.of(subnet(vnet, "more")["id"]), "properties.routeTable.id", table),
    )
    assert finding.affected == (ResourceId.of(table),)
    assert finding.latent


def test_is_quiet_about_a_table_that_is_not_there() -> None:
    estate, _, cluster = an_estate()
    estate.remove(estate.route_table_of(cluster))
    assert messages(route_table_with_system_identity, network_of(estate)) == []


def test_cannot_tell_without_the_tables() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/routeTables"])
    given = unknowns(route_table_with_system_identity, network)
    assert [(u.resource_id.name, u.gap.status) for u in given] == [("nodes", 403), ("more", 403)]


def test_asks_nothing_where_the_identity_is_not_the_system_s() -> None:
    estate, _, cluster = an_estate()
    cluster["identity"]["type"] = "UserAssigned"
    network = network_of(estate, refused=["Microsoft.Network/routeTables"])
    assert unknowns(route_table_with_system_identity, network) == []


def test_cannot_tell_where_pools_are_not_listed() -> None:
    given = an_estate()
    cluster = given[0].of_type("managedClusters")[0]
    cluster["properties"]["agentPoolProfiles"] = None
    [answer] = unknowns(route_table_with_system_identity, network_of(given[0]))
    assert answer.gap.message == "the cluster's node pools were not read"
    assert answer.resource_id == ResourceId.of(cluster["id"])


def test_asks_nothing_about_a_network_that_aks_made() -> None:
    estate = Estate()
    with_system_identity(estate, estate.cluster("aks1", "kubenet"))
    refused = ["Microsoft.Network/virtualNetworks", "Microsoft.Network/routeTables"]
    assert unknowns(route_table_with_system_identity, network_of(estate, refused=refused)) == []


def test_asks_nothing_where_subnets_have_no_table() -> None:
    estate, vnet, _ = an_estate()
    for name in ("nodes", "more"):
        del subnet(vnet, name)["properties"]["routeTable"]
    network = network_of(estate, refused=["Microsoft.Network/routeTables"])
    assert unknowns(route_table_with_system_identity, network) == []


def test_cannot_tell_without_the_subnets() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/virtualNetworks"])
    assert [u.resource_id.name for u in unknowns(route_table_with_system_identity, network)] == ["nodes", "more"]
