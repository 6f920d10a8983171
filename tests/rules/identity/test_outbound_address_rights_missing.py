from aks_audit.findings import Evidence
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.rules.identity.outbound_address_rights_missing import ADDRESS, PREFIX, outbound_address_rights_missing
from tests.estate import Estate, Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .rights import READER, ROLE_ASSIGNMENTS, SCOPE, identity, with_service_principal

GROUP = f"{SCOPE}/resourceGroups/rg-egress"


def an_estate(addresses: int = 1, prefixes: int = 0) -> tuple[Estate, Json, list[Json]]:
    """A cluster that leaves by public addresses and prefixes of its owner's, in another resource group."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"))
    own = [estate.public_ip(f"pip{n}", resource_group="rg-egress") for n in range(addresses)]
    own += [estate._add("Microsoft.Network/publicIPPrefixes", f"prefix{n}", "rg-egress") for n in range(prefixes)]
    profile = cluster["properties"]["networkProfile"]["loadBalancerProfile"]
    del profile["managedOutboundIPs"]
    profile["outboundIPs"] = {"publicIPs": [{"id": pip["id"]} for pip in own[:addresses]]}
    profile["outboundIPPrefixes"] = {"publicIPPrefixes": [{"id": prefix["id"]} for prefix in own[addresses:]]}
    return estate, cluster, own


def test_is_quiet_where_the_identity_may_join_them() -> None:
    estate, cluster, _ = an_estate(2, 1)
    estate.role_assignment(GROUP, estate.principal_of(cluster))
    assert messages(outbound_address_rights_missing, network_of(estate)) == []


def test_is_quiet_about_addresses_that_aks_made() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"))
    made = cluster["properties"]["networkProfile"]["loadBalancerProfile"]["effectiveOutboundIPs"]
    cluster["properties"]["networkProfile"]["loadBalancerProfile"]["outboundIPs"] = {"publicIPs": made}
    assert messages(outbound_address_rights_missing, network_of(estate, refused=[ROLE_ASSIGNMENTS])) == []


def test_is_quiet_about_another_outbound_type() -> None:
    estate, cluster, _ = an_estate()
    cluster["properties"]["networkProfile"]["outboundType"] = "userDefinedRouting"
    assert messages(outbound_address_rights_missing, network_of(estate)) == []


def test_finds_an_address_without_rights() -> None:
    estate, cluster, [pip] = an_estate()
    principal = estate.principal_of(cluster)
    finding = only(findings(outbound_address_rights_missing, network_of(estate)))
    assert finding.message == (
        f"aks1: identity {identity(estate, cluster)} lacks {ADDRESS[0]} and {ADDRESS[1]} on pip0 (outbound address); "
        "no role of it reaches there"
    )
    [user] = cluster["identity"]["userAssignedIdentities"]
    assert finding.evidence == (
        Evidence(ResourceId.of(cluster["id"]), f"identity.userAssignedIdentities[{user}].principalId", principal),
        Evidence(
            ResourceId.of(pip["id"]), f"providers/Microsoft.Authorization/roleAssignments[principalId={principal}]", ()
        ),
    )
    assert finding.resource_id == finding.cluster_id == ResourceId.of(cluster["id"])
    assert finding.affected == (ResourceId.of(pip["id"]),)
    assert finding.latent
    assert finding.key == " ".join(ADDRESS)
    assert finding.arithmetic == (
        f"LinkedAuthorizationFailed: 2 actions wanted - 0 given = 2 lacking: {ADDRESS[0]}, {ADDRESS[1]}"
    )


def test_addresses_that_lack_the_same_are_one_finding() -> None:
    estate, _, own = an_estate(2, 1)
    addresses, prefixes = findings(outbound_address_rights_missing, network_of(estate))
    assert "on pip0 (outbound address), pip1 (outbound address);" in addresses.message
    assert len(addresses.evidence) == 3
    assert addresses.affected == tuple(ResourceId.of(pip["id"]) for pip in own[:2])
    assert f"lacks {PREFIX[0]} and {PREFIX[1]} on prefix0 (outbound prefix)" in prefixes.message


def test_finds_the_prefix_of_nodes_public_addresses() -> None:
    estate, cluster, [prefix] = an_estate(0, 1)
    profile = cluster["properties"]["networkProfile"]["loadBalancerProfile"]
    del profile["outboundIPPrefixes"]
    pool = cluster["properties"]["agentPoolProfiles"][0]
    pool["nodePublicIPPrefixID"] = prefix["id"]
    assert messages(outbound_address_rights_missing, network_of(estate)) == []
    pool["enableNodePublicIP"] = True
    [message] = messages(outbound_address_rights_missing, network_of(estate))
    assert f"lacks {PREFIX[0]} and {PREFIX[1]} on prefix0 (prefix of pool np1)" in message


def test_asks_for_the_actions_in_arm_s_words() -> None:
    assert ADDRESS == ("Microsoft.Network/publicIPAddresses/join/action", "Microsoft.Network/publicIPAddresses/read")
    assert PREFIX == ("Microsoft.Network/publicIPPrefixes/join/action", "Microsoft.Network/publicIPPrefixes/read")


def test_reading_alone_does_not_do() -> None:
    estate, cluster, _ = an_estate()
    estate.role_assignment(GROUP, estate.principal_of(cluster), READER)
    [message] = messages(outbound_address_rights_missing, network_of(estate))
    assert f"lacks {ADDRESS[0]} on pip0" in message


def test_cannot_tell_without_role_assignments() -> None:
    estate, cluster, _ = an_estate(2)
    [answer] = unknowns(outbound_address_rights_missing, network_of(estate, refused=[ROLE_ASSIGNMENTS]))
    assert answer.resource_id == ResourceId.of(cluster["id"])
    assert answer.gap.status == 403


def test_cannot_tell_of_a_service_principal() -> None:
    estate, cluster, _ = an_estate()
    with_service_principal(cluster)
    [answer] = unknowns(outbound_address_rights_missing, network_of(estate))
    assert "signs in as service principal" in answer.gap.message


def test_cannot_tell_where_pools_are_not_listed() -> None:
    given = an_estate(0)
    cluster = given[0].of_type("managedClusters")[0]
    cluster["properties"]["agentPoolProfiles"] = None
    [answer] = unknowns(outbound_address_rights_missing, network_of(given[0]))
    assert answer.gap.message == "the cluster's node pools were not read"
    assert answer.resource_id == ResourceId.of(cluster["id"])
