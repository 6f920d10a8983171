import pytest

from aks_audit.rules.outbound.outbound_ports_invalid import outbound_ports_invalid
from tests.estate import Estate
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(ports: int) -> Estate:
    estate = Estate()
    estate.cluster("aks1", allocated_outbound_ports=ports)
    return estate


def test_is_quiet_about_a_number_that_azure_takes() -> None:
    assert messages(outbound_ports_invalid, network_of(an_estate(1024))) == []


def test_finds_a_number_between_two_steps() -> None:
    finding = only(findings(outbound_ports_invalid, network_of(an_estate(1001))))
    assert finding.message == "aks1: allocatedOutboundPorts 1001 is no multiple of 8; 1000 and 1008 are"
    path = "properties.networkProfile.loadBalancerProfile.allocatedOutboundPorts"
    assert [e.value for e in finding.evidence if e.path == path] == [1001]
    assert finding.arithmetic == "InvalidLoadBalancerProfileAllocatedOutboundPorts: 1001 = 125 x 8 + 1"
    assert finding.latent


@pytest.mark.parametrize("ports", [0, 8, 1024, 64000])
def test_is_quiet_about_multiples_of_eight(ports: int) -> None:
    assert messages(outbound_ports_invalid, network_of(an_estate(ports))) == []


@pytest.mark.parametrize(
    ("ports", "why"),
    [(1001, "is no multiple of 8; 1000 and 1008 are"), (64008, "is outside 0 to 64000"), (-8, "is outside 0 to 64000")],
)
def test_finds_a_value_that_azure_refuses(ports: int, why: str) -> None:
    finding = only(findings(outbound_ports_invalid, network_of(an_estate(ports))))
    assert finding.message == f"aks1: allocatedOutboundPorts {ports} {why}"
    assert (finding.arithmetic or "").startswith("InvalidLoadBalancerProfileAllocatedOutboundPorts: ")


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    estate = an_estate(1024)
    estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    assert [u.gap.code for u in unknowns(outbound_ports_invalid, network_of(estate))] == ["InvalidValue"]
