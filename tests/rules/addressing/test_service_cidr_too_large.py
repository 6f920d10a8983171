import pytest

from aks_audit.findings import Severity
from aks_audit.rules.addressing.service_cidr_too_large import service_cidr_too_large
from tests.estate import Estate
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(*service_cidrs: str) -> Estate:
    estate = Estate()
    cluster = estate.cluster("aks1", "cni-overlay")
    ranges = {"serviceCidr": service_cidrs[0], "serviceCidrs": list(service_cidrs)}
    cluster["properties"]["networkProfile"] |= ranges
    return estate


def test_is_quiet_about_the_default() -> None:
    assert messages(service_cidr_too_large, network_of(an_estate("10.0.0.0/16"))) == []


@pytest.mark.parametrize("cidr", ["10.0.0.0/13", "10.0.0.0/16", "fd12:3456:789a:1::/108"])
def test_is_quiet_about_ranges_within_the_limit(cidr: str) -> None:
    assert messages(service_cidr_too_large, network_of(an_estate(cidr))) == []


def test_finds_a_range_larger_than_allowed() -> None:
    finding = only(findings(service_cidr_too_large, network_of(an_estate("10.0.0.0/11"))))
    assert finding.message == "aks1: service CIDR 10.0.0.0/11 is larger than /12"
    assert finding.arithmetic == "2^(32 - 11) = 2,097,152 addresses, of at most 1,048,576"
    assert finding.severity is None


def test_is_unsure_of_a_12() -> None:
    finding = only(findings(service_cidr_too_large, network_of(an_estate("10.0.0.0/12"))))
    assert finding.severity is Severity.LOW
    assert "(unverified)" in finding.message


def test_finds_an_ipv6_range_beside_a_good_ipv4_one() -> None:
    assert messages(service_cidr_too_large, network_of(an_estate("10.0.0.0/16", "fd00::/107"))) == [
        "aks1: service CIDR fd00::/107 is larger than /108"
    ]


def test_cannot_tell_from_a_range_that_does_not_parse() -> None:
    answers = unknowns(service_cidr_too_large, network_of(an_estate("10.0.0.0/160")))
    assert [u.gap.code for u in answers] == ["InvalidValue"]
