from aks_audit.findings import Evidence
from aks_audit.inventory import ResourceId
from aks_audit.rules.api_server.api_server_in_encrypted_network import api_server_in_encrypted_network
from tests.estate import Estate, Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import access_of, an_estate, hide


def encrypt(estate: Estate, enabled: object = True) -> Json:
    (vnet,) = estate.of_type("virtualNetworks")
    vnet["properties"]["encryption"] = {"enabled": enabled, "enforcement": "AllowUnencrypted"}
    return vnet


def test_is_quiet_about_either_alone() -> None:
    estate, _ = an_estate(integrated=True)
    assert messages(api_server_in_encrypted_network, network_of(estate)) == []
    encrypt(estate, enabled=False)
    assert messages(api_server_in_encrypted_network, network_of(estate)) == []
    estate, _ = an_estate(private=True)
    encrypt(estate)
    assert messages(api_server_in_encrypted_network, network_of(estate)) == []


def test_finds_one_network_with_two_clusters() -> None:
    estate, one = an_estate(integrated=True)
    vnet = encrypt(estate)
    home = subnet(vnet, "apiserver")
    two = estate.cluster("aks2", subnet=subnet(vnet, "nodes"), api_server_subnet=home, private=True)
    finding = only(findings(api_server_in_encrypted_network, network_of(estate)))
    assert finding.message == (
        "virtual network vnet is encrypted, which API server VNet integration of aks1, aks2 does not go with"
    )
    ids = tuple(ResourceId.of(cluster["id"]) for cluster in (one, two))
    assert finding.resource_id == ResourceId.of(vnet["id"])
    assert finding.evidence == (
        Evidence(finding.resource_id, "properties.encryption.enabled", True),
        Evidence(ids[0], "properties.apiServerAccessProfile.enableVnetIntegration", True),
        Evidence(ids[1], "properties.apiServerAccessProfile.enableVnetIntegration", True),
    )
    assert finding.affected == ids
    assert finding.cluster_id is None


def test_finds_it_by_the_nodes_where_azure_made_the_subnet() -> None:
    estate, cluster = an_estate(integrated=True)
    access_of(cluster)["subnetId"] = ""
    encrypt(estate)
    finding = only(findings(api_server_in_encrypted_network, network_of(estate)))
    assert finding.cluster_id == ResourceId.of(cluster["id"])


def test_cannot_tell_without_the_network() -> None:
    estate, _ = an_estate(integrated=True)
    given = unknowns(api_server_in_encrypted_network, network_of(estate, refused=["Microsoft.Network/virtualNetworks"]))
    assert [(u.resource_id.name, u.gap.status) for u in given] == [("vnet", 403)]


def test_cannot_tell_without_the_network_that_azure_made() -> None:
    estate = Estate()
    cluster = estate.cluster("aks1")
    access_of(cluster)["enableVnetIntegration"] = True
    given = unknowns(api_server_in_encrypted_network, network_of(estate, refused=["Microsoft.Network/virtualNetworks"]))
    assert [(u.resource_id.name, u.gap.status) for u in given] == [("aks1", 403)]


def test_cannot_tell_where_values_do_not_parse() -> None:
    estate, cluster = an_estate(integrated=True)
    vnet = encrypt(estate, enabled={})
    assert [u.resource_id.name for u in unknowns(api_server_in_encrypted_network, network_of(estate))] == ["vnet"]
    vnet["properties"].pop("encryption")
    hide(cluster)
    assert [u.resource_id.name for u in unknowns(api_server_in_encrypted_network, network_of(estate))] == ["aks1"]
