import pytest

from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.api_server.api_server_open_to_internet import api_server_open_to_internet
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import access_of, an_estate, hide, with_ranges


def test_is_quiet_about_ranges_private_clusters_and_disabled_access() -> None:
    for made in (
        {"authorized_ip_ranges": ["198.51.100.0/24"]},
        {"private": True},
        {"private": True, "integrated": True},
    ):
        assert messages(api_server_open_to_internet, network_of(an_estate(**made)[0])) == []
    estate, cluster = with_ranges()
    cluster["properties"]["publicNetworkAccess"] = "disabled"
    assert messages(api_server_open_to_internet, network_of(estate)) == []


def test_finds_a_public_cluster_without_ranges() -> None:
    estate, cluster = with_ranges()
    host = cluster["properties"]["fqdn"]
    finding = only(findings(api_server_open_to_internet, network_of(estate)))
    assert finding.message == f"aks1: the API server {host} is public, without authorized ranges"
    own = ResourceId.of(cluster["id"])
    assert finding.resource_id == finding.cluster_id == own
    assert finding.evidence == (
        Evidence(own, "properties.apiServerAccessProfile.authorizedIPRanges", ()),
        Evidence(own, "properties.apiServerAccessProfile.enablePrivateCluster", False),
        Evidence(own, "properties.publicNetworkAccess", None),
        Evidence(own, "properties.fqdn", host),
    )
    assert finding.severity is None
    assert api_server_open_to_internet.severity is Severity.MEDIUM


def test_finds_a_vnet_integrated_one_too() -> None:
    estate, cluster = with_ranges(integrated=True)
    cluster["properties"]["publicNetworkAccess"] = "Enabled"
    finding = only(findings(api_server_open_to_internet, network_of(estate)))
    assert finding.message.endswith("is VNet-integrated and public, without authorized ranges")
    assert finding.evidence[2].value == "Enabled"


def test_says_no_name_where_there_is_none() -> None:
    estate, cluster = with_ranges(integrated=True)
    del cluster["properties"]["fqdn"]
    finding = only(findings(api_server_open_to_internet, network_of(estate)))
    assert finding.message == "aks1: the API server is VNet-integrated and public, without authorized ranges"
    assert finding.evidence[3].value is None


def test_an_empty_list_is_no_filter() -> None:
    estate, cluster = an_estate()
    access_of(cluster)["authorizedIPRanges"] = ["", " "]
    assert len(messages(api_server_open_to_internet, network_of(estate))) == 1


def test_is_low_while_the_cluster_is_stopped() -> None:
    estate, cluster = with_ranges()
    cluster["properties"]["powerState"] = {"code": "Stopped"}
    assert only(findings(api_server_open_to_internet, network_of(estate))).severity is Severity.LOW


def test_cannot_tell_where_a_perimeter_decides() -> None:
    estate, cluster = with_ranges()
    cluster["properties"]["publicNetworkAccess"] = "SecuredByPerimeter"
    (answer,) = unknowns(api_server_open_to_internet, network_of(estate))
    assert answer.resource_id == ResourceId.of(cluster["id"])
    assert answer.gap.message == (
        "properties.publicNetworkAccess is SecuredByPerimeter: what it lets in does not stand in the cluster"
    )


def test_cannot_tell_where_the_answer_leaves_everything_out() -> None:
    estate, cluster = with_ranges()
    del cluster["properties"]["fqdn"]
    (answer,) = unknowns(api_server_open_to_internet, network_of(estate))
    assert answer.gap.message == "properties.apiServerAccessProfile and properties.fqdn are absent"
    assert answer.gap.code == "NotCollected"


def test_cannot_tell_where_the_ranges_do_not_parse() -> None:
    estate, cluster = an_estate()
    hide(cluster)
    assert [u.gap.code for u in unknowns(api_server_open_to_internet, network_of(estate))] == ["InvalidValue"]


@pytest.mark.parametrize("private", [True, "true"])
def test_asks_private_clusters_for_nothing(private: object) -> None:
    estate, cluster = with_ranges()
    access_of(cluster)["enablePrivateCluster"] = private
    assert messages(api_server_open_to_internet, network_of(estate)) == []
