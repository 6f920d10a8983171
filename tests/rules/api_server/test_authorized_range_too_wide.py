import pytest

from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.api_server.authorized_range_too_wide import authorized_range_too_wide
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import hide, with_ranges


def said(*ranges: str, **cluster: bool) -> list[str]:
    return messages(authorized_range_too_wide, network_of(with_ranges(*ranges, **cluster)[0]))


def test_is_quiet_about_ranges_up_to_a_slash_eight() -> None:
    assert said("198.51.100.0/24", "0.0.0.0/32") == []
    assert said("20.0.0.0/8") == []
    assert said("20.0.0.0/9", "20.128.0.0/9", "20.1.0.0/16", "10.0.0.0/8") == []
    assert said("2001:db8::/20", "AzureFrontDoor.Backend") == []
    assert said() == []


def test_is_quiet_about_private_clusters() -> None:
    assert said("0.0.0.0/0", private=True) == []


def test_finds_everybody() -> None:
    estate, cluster = with_ranges("198.51.100.0/24", "0.0.0.0/0")
    finding = only(findings(authorized_range_too_wide, network_of(estate)))
    assert finding.message == "aks1, authorized ranges: 0.0.0.0/0 lets in everybody"
    own = ResourceId.of(cluster["id"])
    ranges = ("198.51.100.0/24", "0.0.0.0/0")
    assert finding.evidence == (Evidence(own, "properties.apiServerAccessProfile.authorizedIPRanges", ranges),)
    assert finding.severity is None
    assert authorized_range_too_wide.severity is Severity.HIGH
    assert finding.cluster_id == finding.resource_id == own


def test_finds_everybody_of_ipv6_and_with_integration() -> None:
    assert said("::/0", "0.0.0.0/0") == ["aks1, authorized ranges: ::/0, 0.0.0.0/0 lets in everybody"]
    assert said("::/0", integrated=True) == ["aks1, authorized ranges: ::/0 lets in everybody"]


def test_finds_halves_of_the_internet() -> None:
    estate, _ = with_ranges("0.0.0.0/1", "128.0.0.0/1")
    finding = only(findings(authorized_range_too_wide, network_of(estate)))
    # 2^32 less 10/8, 172.16/12, 192.168/16, 100.64/10 and 169.254/16
    assert finding.message == (
        "aks1, authorized ranges: they let in 4,272,816,128 addresses together, more than a /8 (16,777,216)"
    )
    assert finding.severity is Severity.MEDIUM


def test_finds_one_address_more_than_a_slash_eight() -> None:
    assert said("20.0.0.0/8", "40.0.0.1/32") == [
        "aks1, authorized ranges: they let in 16,777,217 addresses together, more than a /8 (16,777,216)"
    ]


@pytest.mark.parametrize("text", ["AzureCloud", "azurecloud.WestEurope", "Internet", "2001:db8::/19"])
def test_finds_tags_and_ipv6_ranges_that_hold_half_the_world(text: str) -> None:
    estate, _ = with_ranges("198.51.100.0/24", text)
    finding = only(findings(authorized_range_too_wide, network_of(estate)))
    assert finding.message == f"aks1, authorized ranges: {text} is very wide"
    assert finding.severity is Severity.MEDIUM


def test_cannot_tell_where_the_ranges_do_not_parse() -> None:
    estate, cluster = with_ranges("0.0.0.0/0")
    hide(cluster)
    assert [u.gap.code for u in unknowns(authorized_range_too_wide, network_of(estate))] == ["InvalidValue"]
