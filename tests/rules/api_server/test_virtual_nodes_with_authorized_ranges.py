from aks_audit.findings import Evidence
from aks_audit.inventory import ResourceId
from aks_audit.rules.api_server.virtual_nodes_with_authorized_ranges import virtual_nodes_with_authorized_ranges
from tests.estate import Json
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, hide, with_ranges


def add_virtual_nodes(cluster: Json, enabled: bool = True) -> None:
    cluster["properties"]["addonProfiles"] = {"aciConnectorLinux": {"enabled": enabled, "config": {"SubnetName": "vn"}}}


def test_is_quiet_about_either_alone_and_private_clusters() -> None:
    estate, cluster = with_ranges()
    add_virtual_nodes(cluster)
    assert messages(virtual_nodes_with_authorized_ranges, network_of(estate)) == []
    estate, cluster = with_ranges("198.51.100.0/24")
    add_virtual_nodes(cluster, enabled=False)
    assert messages(virtual_nodes_with_authorized_ranges, network_of(estate)) == []
    estate, cluster = with_ranges("198.51.100.0/24", private=True)
    add_virtual_nodes(cluster)
    assert messages(virtual_nodes_with_authorized_ranges, network_of(estate)) == []


def test_finds_both_together() -> None:
    estate, cluster = with_ranges("198.51.100.0/24", "203.0.113.7/32")
    add_virtual_nodes(cluster)
    finding = only(findings(virtual_nodes_with_authorized_ranges, network_of(estate)))
    assert finding.message == (
        "aks1: virtual nodes cannot reach its API server, which lets in 198.51.100.0/24, 203.0.113.7/32"
    )
    own, ranges = ResourceId.of(cluster["id"]), ("198.51.100.0/24", "203.0.113.7/32")
    assert finding.evidence == (
        Evidence(own, "properties.addonProfiles.aciConnectorLinux.enabled", True),
        Evidence(own, "properties.apiServerAccessProfile.authorizedIPRanges", ranges),
    )
    assert finding.cluster_id == finding.resource_id == own


def test_cannot_tell_where_the_ranges_do_not_parse() -> None:
    estate, cluster = an_estate()
    add_virtual_nodes(cluster)
    hide(cluster)
    given = unknowns(virtual_nodes_with_authorized_ranges, network_of(estate))
    assert [u.gap.code for u in given] == ["InvalidValue"]
