from aks_audit.findings import Finding
from aks_audit.rules.outbound.nat_profile_drifted import nat_profile_drifted
from tests.estate import Estate, Json
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, properties

PROFILE = "properties.networkProfile.natGatewayProfile"


def managed() -> tuple[Estate, Json]:
    """A cluster with a managed gateway, and the gateway's properties."""
    estate = Estate()
    estate.cluster("aks1", outbound_type="managedNATGateway")
    return estate, estate.of_type("natGateways")[0]["properties"]


def test_is_quiet_where_both_agree_and_about_the_owners_gateway() -> None:
    assert messages(nat_profile_drifted, network_of(managed()[0])) == []
    assert messages(nat_profile_drifted, network_of(an_estate("userAssignedNATGateway")[0])) == []


def test_finds_another_address_and_another_timeout() -> None:
    estate, gateway = managed()
    other = estate.public_ip("other")
    named = gateway["publicIpAddresses"][0]["id"]
    gateway |= {"publicIpAddresses": [{"id": other["id"]}], "idleTimeoutInMinutes": 30}
    finding = only(findings(nat_profile_drifted, network_of(estate)))
    name = estate.of_type("natGateways")[0]["name"]
    assert finding.message == (
        f"aks1: NAT gateway {name} differs from the NAT gateway profile: it has other, the cluster says {name}-ip1; "
        "idleTimeoutInMinutes is 30, the cluster says 4"
    )
    assert [(line.path, line.value) for line in finding.evidence] == [
        ("properties.publicIpAddresses[].id", (other["id"],)),
        (f"{PROFILE}.effectiveOutboundIPs[].id", (named,)),
        ("properties.idleTimeoutInMinutes", 30),
        (f"{PROFILE}.idleTimeoutInMinutes", 4),
    ]
    assert finding.resource_id.name == name


def test_says_nothing_of_what_either_side_leaves_out() -> None:
    estate, gateway = managed()
    del gateway["idleTimeoutInMinutes"]
    profile = properties(estate)["networkProfile"]["natGatewayProfile"]
    profile["effectiveOutboundIPs"] = []
    assert messages(nat_profile_drifted, network_of(estate)) == []
    gateway["idleTimeoutInMinutes"] = 30
    del profile["idleTimeoutInMinutes"]
    assert messages(nat_profile_drifted, network_of(estate)) == []
    del properties(estate)["networkProfile"]["natGatewayProfile"]
    assert messages(nat_profile_drifted, network_of(estate)) == []


def test_waits_while_an_operation_runs() -> None:
    estate, gateway = managed()
    gateway["idleTimeoutInMinutes"] = 30
    properties(estate)["provisioningState"] = "Updating"
    assert messages(nat_profile_drifted, network_of(estate)) == []


def test_cannot_tell_without_the_gateway_or_the_pools() -> None:
    estate, _ = managed()
    network = network_of(estate, refused=["Microsoft.Network/natGateways"])
    assert [u.gap.status for u in unknowns(nat_profile_drifted, network)] == [403]
    properties(estate)["agentPoolProfiles"] = []
    assert len(unknowns(nat_profile_drifted, network_of(estate))) == 1


def test_goes_on_after_clusters_that_are_fine_or_cannot_be_told() -> None:
    for pools_are_read in (True, False):
        estate, _ = an_estate("userAssignedNATGateway")
        estate.cluster("aks2", outbound_type="managedNATGateway")
        estate.cluster("aks3", outbound_type="managedNATGateway")
        if not pools_are_read:
            properties(estate, 1)["agentPoolProfiles"] = []
        estate.of_type("natGateways")[2]["properties"] |= {"idleTimeoutInMinutes": 30, "publicIpAddresses": []}
        estate.of_type("natGateways")[2]["properties"]["publicIpPrefixes"] = [
            {"id": estate.resource_id("Microsoft.Network/publicIPPrefixes", "b")},
            {"id": estate.resource_id("Microsoft.Network/publicIPPrefixes", "a")},
        ]
        answers = list(nat_profile_drifted.check(network_of(estate)))
        finding = answers[-1]
        assert isinstance(finding, Finding)
        assert "it has a, b, the cluster says" in finding.message
        assert finding.cluster_id
        assert finding.cluster_id.name == "aks3"
        assert len(answers) == (1 if pools_are_read else 2)


def test_a_prefix_that_shows_by_its_addresses_is_no_difference() -> None:
    estate, gateway = managed()
    prefix = estate.resource_id("Microsoft.Network/publicIPPrefixes", "prefix")
    estate.of_type("publicIPAddresses")[0]["properties"]["publicIPPrefix"] = {"id": prefix}
    gateway |= {"publicIpAddresses": [], "publicIpPrefixes": [{"id": prefix}]}
    assert messages(nat_profile_drifted, network_of(estate)) == []
