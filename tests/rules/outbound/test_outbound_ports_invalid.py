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


def test_shows_the_addresses_that_the_owner_names_before_those_in_effect() -> None:
    estate = an_estate(1001)
    profile = estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["loadBalancerProfile"]
    del profile["managedOutboundIPs"]
    where = "properties.networkProfile.loadBalancerProfile"

    def shown() -> list[tuple[str, object]]:
        found = only(findings(outbound_ports_invalid, network_of(estate))).evidence
        return [(line.path, line.value) for line in found[1:]]

    in_effect = tuple(item["id"] for item in profile["effectiveOutboundIPs"])
    assert shown() == [(f"{where}.effectiveOutboundIPs[].id", in_effect)]
    address, prefix = estate.public_ip("own")["id"], estate.resource_id("Microsoft.Network/publicIPPrefixes", "own")
    profile |= {"outboundIPs": {"publicIPs": [{"id": address}]}}
    assert shown() == [(f"{where}.outboundIPs.publicIPs[].id", (address,))]
    profile |= {"outboundIPPrefixes": {"publicIPPrefixes": [{"id": prefix}]}}
    assert shown() == [
        (f"{where}.outboundIPs.publicIPs[].id", (address,)),
        (f"{where}.outboundIPPrefixes.publicIPPrefixes[].id", (prefix,)),
    ]
