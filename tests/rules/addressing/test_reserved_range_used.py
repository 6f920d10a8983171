import pytest

from aks_audit.rules.addressing.reserved_range_used import reserved_range_used
from tests.estate import Estate
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(space: str = "10.1.0.0/16", pod: str = "10.244.0.0/16", service: str = "10.0.0.0/16") -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", [space])
    subnet = f"{vnet['id']}/subnets/nodes"
    cluster = estate.cluster("aks1", subnet=subnet)
    ranges = {"podCidr": pod, "podCidrs": [pod], "serviceCidr": service, "serviceCidrs": [service]}
    cluster["properties"]["networkProfile"] |= ranges
    return estate


def test_is_quiet_about_other_ranges() -> None:
    assert messages(reserved_range_used, network_of(an_estate(pod="172.16.0.0/13"))) == []


def test_finds_a_reserved_service_cidr() -> None:
    assert messages(reserved_range_used, network_of(an_estate(service="172.30.0.0/16"))) == [
        "aks1: service CIDR 172.30.0.0/16 overlaps the reserved 172.30.0.0/16"
    ]


@pytest.mark.parametrize(
    ("pod_cidr", "reserved"),
    [("172.16.0.0/12", "172.30.0.0/16, 172.31.0.0/16"), ("192.0.2.128/25", "192.0.2.0/24")],
)
def test_tests_in_both_directions(pod_cidr: str, reserved: str) -> None:
    assert messages(reserved_range_used, network_of(an_estate(pod=pod_cidr))) == [
        f"aks1: pod CIDR {pod_cidr} overlaps the reserved {reserved}"
    ]


def test_finds_a_virtual_network_there_and_names_its_clusters() -> None:
    finding = only(findings(reserved_range_used, network_of(an_estate(space="172.31.0.0/16"))))
    assert finding.resource_id.name == "vnet"
    assert [resource.name for resource in finding.affected] == ["aks1"]


def test_cannot_tell_without_the_virtual_network() -> None:
    network = network_of(an_estate(), refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(reserved_range_used, network)] == [403]
