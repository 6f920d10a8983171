from __future__ import annotations

import pytest

from aks_audit.findings import Severity
from aks_audit.rules.policy.outbound_not_routed import outbound_not_routed
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, evidence, garble, id_of, network_profile


def test_is_quiet_about_a_route() -> None:
    assert messages(outbound_not_routed, network_of(an_estate(outbound_type="userDefinedRouting")[0])) == []


def test_finds_the_load_balancer() -> None:
    estate, cluster = an_estate()
    finding = only(findings(outbound_not_routed, network_of(estate)))
    assert finding.message == "aks1: outbound type is loadBalancer, so no firewall sees what leaves"
    assert finding.resource_id == finding.cluster_id == id_of(cluster)
    assert evidence(finding) == [("properties.networkProfile.outboundType", "loadBalancer")]
    assert finding.severity is None
    assert outbound_not_routed.severity is Severity.MEDIUM


@pytest.mark.parametrize(
    "outbound_type",
    ["managedNATGateway", "managedNATGatewayV2", "userAssignedNATGateway", "none", "block", "USERDEFINEDROUTING"],
)
def test_takes_no_offence_at_what_is_as_good(outbound_type: str) -> None:
    """azqr and the review checklists call NAT gateways, none and block a High fault."""
    estate, cluster = an_estate()
    network_profile(cluster)["outboundType"] = outbound_type
    assert messages(outbound_not_routed, network_of(estate)) == []


def test_compares_without_case() -> None:
    estate, cluster = an_estate()
    network_profile(cluster)["outboundType"] = "LoadBalancer"
    assert len(messages(outbound_not_routed, network_of(estate))) == 1


def test_cannot_tell_without_it_or_of_a_new_one() -> None:
    estate, cluster = an_estate()
    network_profile(cluster)["outboundType"] = "pigeon"
    (answer,) = unknowns(outbound_not_routed, network_of(estate))
    assert answer.resource_id == id_of(cluster)
    assert answer.gap.message == "properties.networkProfile.outboundType is pigeon, which this version does not know"
    del network_profile(cluster)["outboundType"]
    (answer,) = unknowns(outbound_not_routed, network_of(estate))
    assert answer.gap.message == "properties.networkProfile.outboundType is absent"
    garble(cluster)
    assert [u.gap.code for u in unknowns(outbound_not_routed, network_of(estate))] == ["InvalidValue"]
