from __future__ import annotations

import pytest

from aks_audit.rules.nsg.required_egress_denied import required_egress_denied
from tests.estate import Estate, Json, security_rule, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import DENY_ALL_OUT, an_estate, vnet_of


def allow(destination: str | list[str], name: str = "out", priority: int = 300) -> Json:
    return security_rule(
        name, priority, "Allow", direction="Outbound", protocol="Tcp", destination=destination, ports="443"
    )


def test_is_quiet_with_the_default_rules_and_with_azure_cloud_allowed() -> None:
    assert messages(required_egress_denied, network_of(an_estate())) == []
    assert messages(required_egress_denied, network_of(an_estate(allow("AzureCloud"), DENY_ALL_OUT))) == []


def test_finds_a_deny_of_all_that_leaves() -> None:
    finding = only(findings(required_egress_denied, network_of(an_estate(DENY_ALL_OUT))))
    assert finding.message == (
        "rule deny-all-out (priority 4096, outbound) of nsg-nodes denies HTTPS to the API server, HTTPS to Microsoft's "
        "registry of system images of aks1: TCP on port 443 from 10.1.0.0/24 to AzureCloud.westeurope, "
        "MicrosoftContainerRegistry"
    )
    assert finding.evidence[0].path == "properties.securityRules[deny-all-out].properties.access"
    assert finding.severity is None


def test_cannot_tell_what_stands_behind_prefixes() -> None:
    estate = an_estate(allow("20.0.0.0/8"), DENY_ALL_OUT)
    (answer,) = unknowns(required_egress_denied, network_of(estate))
    assert (answer.gap.code, answer.gap.message) == ("NotKnown", "what rule out matches is not known here")


def test_cannot_tell_whether_a_region_holds_the_registry() -> None:
    estate = an_estate(allow("AzureCloud.westeurope"), DENY_ALL_OUT)
    (answer,) = unknowns(required_egress_denied, network_of(estate))
    assert answer.gap.code == "ServiceTagNotKnown"
    assert "AzureCloud.westeurope" in answer.gap.message
    named = an_estate(allow("AzureCloud.westeurope"), allow("MicrosoftContainerRegistry", "mcr", 301), DENY_ALL_OUT)
    assert messages(required_egress_denied, network_of(named)) == []


@pytest.mark.parametrize("outbound", ["none", "BLOCK"])
def test_an_isolated_cluster_is_not_asked_for_the_registry(outbound: str) -> None:
    estate = an_estate(allow("AzureCloud.westeurope"), DENY_ALL_OUT, outbound_type=outbound)
    assert messages(required_egress_denied, network_of(estate)) == []


def test_behind_a_firewall_the_group_is_asked_all_the_same() -> None:
    estate = an_estate(outbound_type="userDefinedRouting", next_hop="10.1.9.4")
    assert messages(required_egress_denied, network_of(estate)) == []
    closed = an_estate(DENY_ALL_OUT, outbound_type="userDefinedRouting", next_hop="10.1.9.4")
    assert len(messages(required_egress_denied, network_of(closed))) == 1


def a_private_cluster(*rules: Json) -> Estate:
    return an_estate(allow("MicrosoftContainerRegistry"), *rules, private=True)


def test_a_private_cluster_is_asked_for_its_endpoint() -> None:
    inside = security_rule("inside", 310, "Allow", direction="Outbound", destination="10.1.0.0/24")
    assert messages(required_egress_denied, network_of(a_private_cluster(inside, DENY_ALL_OUT))) == []
    closed = a_private_cluster(DENY_ALL_OUT)
    (message,) = messages(required_egress_denied, network_of(closed))
    assert "denies HTTPS to the API server's private endpoint of aks1" in message
    assert "from 10.1.0.0/24 to 10.1.0." in message


def test_cannot_tell_without_the_private_endpoints() -> None:
    network = network_of(a_private_cluster(), refused=["Microsoft.Network/privateEndpoints"])
    assert [answer.gap.status for answer in unknowns(required_egress_denied, network)] == [403]
    network = network_of(a_private_cluster(), refused=["Microsoft.Network/networkInterfaces"])
    assert [answer.gap.status for answer in unknowns(required_egress_denied, network)] == [403]


@pytest.mark.parametrize(
    ("policies", "told"),
    [("Disabled", 0), ("RouteTableEnabled", 0), ("enabled", 1), ("NetworkSecurityGroupEnabled", 1)],
)
def test_groups_are_asked_at_a_private_endpoint_where_its_subnet_says_so(policies: str, told: int) -> None:
    rule = security_rule("no", 320, source="10.1.0.0/24", ports="443", protocol="Tcp")
    estate = a_private_cluster(rule)
    subnet(vnet_of(estate), "nodes")["properties"]["privateEndpointNetworkPolicies"] = policies
    assert len(messages(required_egress_denied, network_of(estate))) == told


def test_with_vnet_integration_only_the_registry_is_asked_for() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "api": "10.1.8.0/28"})
    estate.network_security_group("nsg", [DENY_ALL_OUT], subnets=[subnet(vnet, "nodes")])
    estate.cluster("aks1", subnet=subnet(vnet, "nodes"), api_server_subnet=subnet(vnet, "api"), private=True)
    (message,) = messages(required_egress_denied, network_of(estate))
    assert "denies HTTPS to Microsoft's registry of system images of aks1" in message
