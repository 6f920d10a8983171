from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.api_server.authorized_ranges_malformed import authorized_ranges_malformed
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import hide, texts, with_ranges


def said(*ranges: str, **cluster: bool) -> list[str]:
    return messages(authorized_ranges_malformed, network_of(with_ranges(*ranges, **cluster)[0]))


def test_is_quiet_about_well_written_ranges() -> None:
    assert said("198.51.100.0/24", "203.0.113.7", "203.0.113.8/32", "2001:db8::/32", "0.0.0.0/0") == []
    assert said("AzureFrontDoor.Backend", "198.51.100.0/24") == []


def test_is_quiet_about_as_many_as_azure_takes() -> None:
    assert said(*texts(200)) == []
    assert said(*texts(2000), integrated=True) == []


def test_is_quiet_about_private_clusters() -> None:
    assert said("198.51.100.9/24", private=True) == []


def test_finds_host_bits() -> None:
    estate, cluster = with_ranges("198.51.100.9/24", "203.0.113.0/24")
    finding = only(findings(authorized_ranges_malformed, network_of(estate)))
    assert finding.message == ("aks1, authorized ranges: 198.51.100.9/24 (it starts at 198.51.100.0) has host bits")
    own = ResourceId.of(cluster["id"])
    ranges = ("198.51.100.9/24", "203.0.113.0/24")
    assert finding.evidence == (Evidence(own, "properties.apiServerAccessProfile.authorizedIPRanges", ranges),)
    assert finding.severity is None
    assert authorized_ranges_malformed.severity is Severity.HIGH
    assert finding.cluster_id == finding.resource_id == own


def test_finds_too_many_and_what_is_no_range() -> None:
    assert said(*texts(201)) == ["aks1, authorized ranges: there are 201 of at most 200"]
    assert said(*texts(2001), integrated=True) == ["aks1, authorized ranges: there are 2001 of at most 2000"]
    assert said("198.51.100.0/33", "my office") == [
        "aks1, authorized ranges: 198.51.100.0/33 is no range; my office is no range"
    ]


def test_finds_service_tags_that_do_not_go_together() -> None:
    estate, _ = with_ranges("AzureFrontDoor.Backend", "AzureDevOps")
    finding = only(findings(authorized_ranges_malformed, network_of(estate)))
    assert finding.message == (
        "aks1, authorized ranges: 2 service tags of at most 1: AzureFrontDoor.Backend, AzureDevOps"
    )
    assert finding.severity is Severity.MEDIUM


def test_finds_a_service_tag_with_integration() -> None:
    estate, _ = with_ranges("AzureDevOps", integrated=True)
    finding = only(findings(authorized_ranges_malformed, network_of(estate)))
    assert finding.message == ("aks1, authorized ranges: service tag AzureDevOps does not go with VNet integration")
    assert finding.severity is Severity.MEDIUM


def test_the_worse_trouble_decides_the_severity() -> None:
    estate, _ = with_ranges("AzureDevOps", "10.0.0.1/8", integrated=True)
    finding = only(findings(authorized_ranges_malformed, network_of(estate)))
    assert finding.message == (
        "aks1, authorized ranges: 10.0.0.1/8 (it starts at 10.0.0.0) has host bits; "
        "service tag AzureDevOps does not go with VNet integration"
    )
    assert finding.severity is None


def test_cannot_tell_where_the_ranges_do_not_parse() -> None:
    estate, cluster = with_ranges("198.51.100.9/24")
    hide(cluster)
    assert [u.gap.code for u in unknowns(authorized_ranges_malformed, network_of(estate))] == ["InvalidValue"]
