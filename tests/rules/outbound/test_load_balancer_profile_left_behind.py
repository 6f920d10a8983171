from aks_audit.rules.outbound.load_balancer_profile_left_behind import load_balancer_profile_left_behind
from tests.estate import Estate, Json
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, properties

PROFILE = "properties.networkProfile.loadBalancerProfile"


def left(profile: Json) -> Estate:
    estate, _ = an_estate("userDefinedRouting")
    properties(estate)["networkProfile"]["loadBalancerProfile"] = profile
    return estate


def test_is_quiet_without_a_profile_and_where_it_names_no_address() -> None:
    assert messages(load_balancer_profile_left_behind, network_of(an_estate("userDefinedRouting")[0])) == []
    assert messages(load_balancer_profile_left_behind, network_of(left({"backendPoolType": "nodeIP"}))) == []
    assert messages(load_balancer_profile_left_behind, network_of(left({"allocatedOutboundPorts": 0}))) == []


def test_is_quiet_where_the_load_balancer_is_the_way_out() -> None:
    assert messages(load_balancer_profile_left_behind, network_of(an_estate()[0])) == []


def test_finds_addresses_that_are_left() -> None:
    address = {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/publicIPAddresses/old"}
    estate = left({"managedOutboundIPs": {"count": 1}, "effectiveOutboundIPs": [address]})
    finding = only(findings(load_balancer_profile_left_behind, network_of(estate)))
    assert finding.message == (
        "aks1: outbound type userDefinedRouting, but the load balancer profile still has managedOutboundIPs, "
        "effectiveOutboundIPs"
    )
    assert [(line.path, line.value) for line in finding.evidence] == [
        ("properties.networkProfile.outboundType", "userDefinedRouting"),
        (f"{PROFILE}.managedOutboundIPs.count", 1),
        (f"{PROFILE}.effectiveOutboundIPs[].id", (address["id"],)),
    ]
    assert finding.latent
    assert finding.arithmetic == "InvalidUserDefinedRoutingWithLoadBalancerProfile"


def test_finds_addresses_of_the_owners() -> None:
    address = {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/publicIPAddresses/own"}
    prefix = {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/publicIPPrefixes/own"}
    estate = left({"outboundIPs": {"publicIPs": [address]}, "outboundIPPrefixes": {"publicIPPrefixes": [prefix]}})
    finding = only(findings(load_balancer_profile_left_behind, network_of(estate)))
    assert finding.message.endswith("still has outboundIPs, outboundIPPrefixes")
    assert [(line.path, line.value) for line in finding.evidence[1:]] == [
        (f"{PROFILE}.outboundIPs.publicIPs[].id", (address["id"],)),
        (f"{PROFILE}.outboundIPPrefixes.publicIPPrefixes[].id", (prefix["id"],)),
    ]


def test_cannot_tell_where_the_profile_does_not_parse() -> None:
    estate = left({"managedOutboundIPs": {"count": "several"}})
    assert [u.gap.code for u in unknowns(load_balancer_profile_left_behind, network_of(estate))] == ["InvalidValue"]
