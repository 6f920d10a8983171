from aks_audit.findings import Evidence
from aks_audit.inventory import ResourceId
from aks_audit.rules.api_server.authorized_range_without_effect import authorized_range_without_effect
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import hide, with_ranges


def said(*ranges: str, **cluster: bool) -> list[str]:
    return messages(authorized_range_without_effect, network_of(with_ranges(*ranges, **cluster)[0]))


def test_is_quiet_about_public_ranges_and_the_clusters_own_address() -> None:
    assert said("198.51.100.0/24", "203.0.113.7/32", "192.0.2.0/24", "AzureDevOps", "0.0.0.0/32") == []
    assert said("172.32.0.0/16", "100.128.0.0/16", "11.0.0.0/8", "10.0.0.0/7", "2001:db8::/32") == []


def test_is_quiet_where_the_api_server_has_a_private_address() -> None:
    assert said("10.0.0.0/8", integrated=True) == []
    assert said("10.0.0.0/8", private=True) == []


def test_finds_private_ranges_beside_others() -> None:
    estate, cluster = with_ranges("10.1.0.0/24", "198.51.100.0/24", "100.64.7.0/24", "fd00::/8")
    finding = only(findings(authorized_range_without_effect, network_of(estate)))
    assert finding.message == ("aks1: nobody reaches its public API server from 10.1.0.0/24, 100.64.7.0/24, fd00::/8")
    own, useless = ResourceId.of(cluster["id"]), ("10.1.0.0/24", "100.64.7.0/24", "fd00::/8")
    assert finding.evidence == (Evidence(own, "properties.apiServerAccessProfile.authorizedIPRanges", useless),)
    assert finding.cluster_id == finding.resource_id == own


def test_finds_a_list_of_nothing_else() -> None:
    assert said("172.16.0.0/12", "192.168.1.0/24", "169.254.1.0/24") == [
        "aks1: nobody reaches its public API server from 172.16.0.0/12, 192.168.1.0/24, 169.254.1.0/24, "
        "and nothing else is in the list"
    ]


def test_cannot_tell_where_the_ranges_do_not_parse() -> None:
    estate, cluster = with_ranges("10.0.0.0/8")
    hide(cluster)
    assert [u.gap.code for u in unknowns(authorized_range_without_effect, network_of(estate))] == ["InvalidValue"]
