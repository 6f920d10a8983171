from aks_audit.findings import Evidence, Severity
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.rules.identity.private_dns_zone_rights_missing import (
    VIRTUAL_NETWORK,
    ZONE,
    private_dns_zone_rights_missing,
)
from tests.estate import Estate, Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .rights import READER, ROLE_ASSIGNMENTS, SCOPE, ZONE_CONTRIBUTOR, identity, with_service_principal


def an_estate(rights: bool = False) -> tuple[Estate, Json, Json, Json]:
    """A private cluster whose API server has its name in a zone of the owner's."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    zone = estate.private_dns_zone("privatelink.westeurope.azmk8s.io", [vnet], resource_group="rg-dns")
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"), private=True)
    cluster["properties"]["apiServerAccessProfile"]["privateDNSZone"] = zone["id"]
    if rights:
        estate.role_assignment(zone["id"], estate.principal_of(cluster), ZONE_CONTRIBUTOR)
    return estate, vnet, zone, cluster


def test_is_quiet_where_the_identity_may_write_the_zone() -> None:
    assert messages(private_dns_zone_rights_missing, network_of(an_estate(rights=True)[0])) == []


def test_is_quiet_about_the_zone_of_azure_or_none() -> None:
    for word in ("system", "none"):
        estate, _, _, cluster = an_estate()
        cluster["properties"]["apiServerAccessProfile"]["privateDNSZone"] = word
        assert messages(private_dns_zone_rights_missing, network_of(estate, refused=[ROLE_ASSIGNMENTS])) == []


def test_is_quiet_about_a_public_cluster() -> None:
    estate, _, _, cluster = an_estate()
    cluster["properties"]["apiServerAccessProfile"]["enablePrivateCluster"] = False
    assert messages(private_dns_zone_rights_missing, network_of(estate)) == []


def test_finds_an_identity_without_a_role_on_the_zone() -> None:
    estate, _, zone, cluster = an_estate()
    principal = estate.principal_of(cluster)
    finding = only(findings(private_dns_zone_rights_missing, network_of(estate)))
    assert finding.message == (
        f"aks1: identity {identity(estate, cluster)} lacks {' and '.join(ZONE)} on private DNS zone "
        "privatelink.westeurope.azmk8s.io; no role of it reaches there"
    )
    [user] = cluster["identity"]["userAssignedIdentities"]
    here, zone_id = ResourceId.of(cluster["id"]), ResourceId.of(zone["id"])
    assert finding.evidence == (
        Evidence(here, "properties.apiServerAccessProfile.privateDNSZone", zone["id"]),
        Evidence(here, f"identity.userAssignedIdentities[{user}].principalId", principal),
        Evidence(zone_id, f"providers/Microsoft.Authorization/roleAssignments[principalId={principal}]", ()),
    )
    assert (finding.resource_id, finding.cluster_id, finding.key) == (zone_id, here, here.key)
    assert finding.severity is None
    assert finding.latent
    assert finding.arithmetic == (
        f"LinkedAuthorizationFailed: 3 actions wanted - 0 given = 3 lacking: {', '.join(ZONE)}"
    )


def test_names_only_what_is_lacking() -> None:
    estate, _, _, cluster = an_estate()
    estate.role_assignment(SCOPE, estate.principal_of(cluster), READER)
    [message] = messages(private_dns_zone_rights_missing, network_of(estate))
    assert f"lacks {ZONE[1]} and {ZONE[2]} on" in message
    assert message.endswith(f"it has Reader at {SCOPE}")


def test_a_role_on_the_subnets_alone_does_not_link_the_network() -> None:
    estate, vnet, _, cluster = an_estate(rights=True)
    estate.revoke(cluster, vnet["id"])
    estate.role_assignment(subnet(vnet, "nodes")["id"], estate.principal_of(cluster))
    finding = only(findings(private_dns_zone_rights_missing, network_of(estate)))
    assert f"lacks {VIRTUAL_NETWORK[0]} on virtual network vnet" in finding.message
    assert finding.resource_id == ResourceId.of(vnet["id"])
    assert finding.severity is Severity.MEDIUM


def test_a_network_that_aks_made_needs_nothing() -> None:
    estate = Estate()
    zone = estate.private_dns_zone("privatelink.westeurope.azmk8s.io", resource_group="rg-dns")
    cluster = estate.cluster("aks1", private=True)
    cluster["properties"]["apiServerAccessProfile"]["privateDNSZone"] = zone["id"]
    estate.role_assignment(zone["id"], estate.principal_of(cluster), ZONE_CONTRIBUTOR)
    assert messages(private_dns_zone_rights_missing, network_of(estate)) == []


def test_cannot_tell_without_role_assignments() -> None:
    estate, _, _, cluster = an_estate()
    [answer] = unknowns(private_dns_zone_rights_missing, network_of(estate, refused=[ROLE_ASSIGNMENTS]))
    assert answer.resource_id == ResourceId.of(cluster["id"])
    assert answer.gap.status == 403


def test_cannot_tell_of_a_service_principal() -> None:
    estate, _, _, cluster = an_estate()
    with_service_principal(cluster)
    [answer] = unknowns(private_dns_zone_rights_missing, network_of(estate))
    assert "signs in as service principal" in answer.gap.message


def test_cannot_tell_where_pools_are_not_listed() -> None:
    given = an_estate(rights=True)
    cluster = given[0].of_type("managedClusters")[0]
    cluster["properties"]["agentPoolProfiles"] = None
    [answer] = unknowns(private_dns_zone_rights_missing, network_of(given[0]))
    assert answer.gap.message == "the cluster's node pools were not read"
    assert answer.resource_id == ResourceId.of(cluster["id"])
