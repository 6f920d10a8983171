from aks_audit.findings import Evidence
from aks_audit.inventory import ResourceId
from aks_audit.rules.api_server.private_cluster_with_authorized_ranges import private_cluster_with_authorized_ranges
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, hide, with_ranges


def test_is_quiet_about_private_clusters_without_and_public_ones_with_ranges() -> None:
    assert messages(private_cluster_with_authorized_ranges, network_of(an_estate(private=True)[0])) == []
    assert messages(private_cluster_with_authorized_ranges, network_of(with_ranges("198.51.100.0/24")[0])) == []


def test_finds_a_private_cluster_with_ranges() -> None:
    estate, cluster = with_ranges("198.51.100.0/24", "203.0.113.0/24", private=True)
    finding = only(findings(private_cluster_with_authorized_ranges, network_of(estate)))
    assert finding.message == (
        "aks1 is private, by Private Link, and its authorized ranges 198.51.100.0/24, 203.0.113.0/24 do nothing"
    )
    own, ranges = ResourceId.of(cluster["id"]), ("198.51.100.0/24", "203.0.113.0/24")
    assert finding.evidence == (
        Evidence(own, "properties.apiServerAccessProfile.authorizedIPRanges", ranges),
        Evidence(own, "properties.apiServerAccessProfile.enablePrivateCluster", True),
    )
    assert finding.cluster_id == finding.resource_id == own


def test_finds_a_vnet_integrated_one_too() -> None:
    estate, _ = with_ranges("198.51.100.0/24", private=True, integrated=True)
    assert messages(private_cluster_with_authorized_ranges, network_of(estate)) == [
        "aks1 is VNet-integrated and private, and its authorized ranges 198.51.100.0/24 do nothing"
    ]


def test_cannot_tell_where_the_ranges_do_not_parse() -> None:
    estate, cluster = an_estate(private=True)
    hide(cluster)
    given = unknowns(private_cluster_with_authorized_ranges, network_of(estate))
    assert [u.gap.code for u in given] == ["InvalidValue"]
