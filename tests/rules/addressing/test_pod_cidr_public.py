import pytest

from aks_audit.rules.addressing.pod_cidr_public import pod_cidr_public
from tests.estate import Estate, Model
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(*pod_cidrs: str, model: Model = "cni-overlay") -> Estate:
    estate = Estate()
    cluster = estate.cluster("aks1", model)
    cluster["properties"]["networkProfile"] |= {"podCidr": pod_cidrs[0], "podCidrs": list(pod_cidrs)}
    return estate


@pytest.mark.parametrize("cidr", ["10.244.0.0/16", "172.16.0.0/13", "100.64.0.0/16", "fd12:3456:789a::/64"])
def test_is_quiet_about_private_ranges(cidr: str) -> None:
    assert messages(pod_cidr_public, network_of(an_estate(cidr))) == []


def test_finds_a_public_range_beside_a_private_one() -> None:
    finding = only(findings(pod_cidr_public, network_of(an_estate("10.244.0.0/16", "2001:abcd:1234::/64"))))
    assert finding.message == "aks1: pod CIDR 2001:abcd:1234::/64 is not private"
    (seen,) = finding.evidence
    assert seen.path == "properties.networkProfile.podCidrs"


@pytest.mark.parametrize("cidr", ["172.126.0.0/16", "172.0.0.0/8", "100.128.0.0/16", "2001:abcd:1234::/64"])
def test_finds_a_public_range(cidr: str) -> None:
    assert messages(pod_cidr_public, network_of(an_estate(cidr))) == [f"aks1: pod CIDR {cidr} is not private"]


def test_leaves_reserved_ranges_to_the_other_rule() -> None:
    assert messages(pod_cidr_public, network_of(an_estate("192.0.2.0/24"))) == []


def test_ignores_a_pod_cidr_that_means_nothing() -> None:
    assert messages(pod_cidr_public, network_of(an_estate("20.0.0.0/16", model="cni-node-subnet"))) == []


def test_cannot_tell_from_a_range_that_does_not_parse() -> None:
    assert [u.gap.code for u in unknowns(pod_cidr_public, network_of(an_estate("10.244.0.0/x")))] == ["InvalidValue"]
