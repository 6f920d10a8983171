import pytest

from aks_audit.rules.addressing.dns_service_ip_invalid import dns_service_ip_invalid
from tests.estate import Estate
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(address: str | None, service_cidr: str | None = "10.0.0.0/16") -> Estate:
    estate = Estate()
    cluster = estate.cluster("aks1", "cni-overlay")
    ranges = {"serviceCidr": service_cidr, "serviceCidrs": None, "dnsServiceIP": address}
    cluster["properties"]["networkProfile"] |= ranges
    return estate


@pytest.mark.parametrize("address", ["10.0.0.10", "10.0.0.2", "10.0.255.254"])
def test_is_quiet_about_an_address_that_works(address: str) -> None:
    assert messages(dns_service_ip_invalid, network_of(an_estate(address))) == []


def test_finds_an_address_outside() -> None:
    finding = only(findings(dns_service_ip_invalid, network_of(an_estate("172.16.0.10"))))
    assert finding.message == (
        "aks1: DNS service address 172.16.0.10 is outside the service CIDR 10.0.0.0/16; 10.0.0.10 would do"
    )
    assert finding.arithmetic == "DnsServiceIpOutOfServiceCidr: 172.16.0.10 not in 10.0.0.0/16"


@pytest.mark.parametrize(
    ("address", "trouble"),
    [
        ("10.0.0.0", "the network address of 10.0.0.0/16"),
        ("10.0.0.1", "the first usable address of 10.0.0.0/16, which kubernetes.default has"),
        ("10.0.255.255", "the last address of 10.0.0.0/16, its broadcast address"),
    ],
)
def test_says_which_address_of_the_range_it_is(address: str, trouble: str) -> None:
    assert f"{address} is {trouble}" in only(findings(dns_service_ip_invalid, network_of(an_estate(address)))).message


def test_looks_at_all_service_cidrs() -> None:
    estate = an_estate("10.0.0.10", "fd00::/108")
    profile = estate.of_type("managedClusters")[0]["properties"]["networkProfile"]
    profile["serviceCidrs"] = ["fd00::/108", "10.0.0.0/16"]
    assert messages(dns_service_ip_invalid, network_of(estate)) == []


@pytest.mark.parametrize(("address", "service_cidr"), [(None, "10.0.0.0/16"), ("10.0.0.10", None)])
def test_has_nothing_to_say_about_old_answers(address: str | None, service_cidr: str | None) -> None:
    assert messages(dns_service_ip_invalid, network_of(an_estate(address, service_cidr))) == []


def test_cannot_tell_from_an_address_that_does_not_parse() -> None:
    answers = unknowns(dns_service_ip_invalid, network_of(an_estate("10.0.0.300")))
    assert [u.gap.code for u in answers] == ["InvalidValue"]
