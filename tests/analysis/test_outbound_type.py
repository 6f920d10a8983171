from __future__ import annotations

import pytest

from aks_audit.analysis.outbound_type import OutboundType, outbound_type_of
from tests.estate import Estate
from tests.networks import network_of


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("", OutboundType.LOAD_BALANCER),
        ("LoadBalancer", OutboundType.LOAD_BALANCER),
        ("managedNATGateway", OutboundType.MANAGED_NAT),
        ("managedNATGatewayV2", OutboundType.MANAGED_NAT),
        ("userassignednatgateway", OutboundType.USER_NAT),
        ("userDefinedRouting", OutboundType.USER_ROUTING),
        ("None", OutboundType.NONE),
        ("block", OutboundType.BLOCK),
        ("other", OutboundType.OTHER),
        ("managedNATGatewayV3", OutboundType.OTHER),
    ],
)
def test_words_in_any_case_become_one(word: str, said: OutboundType) -> None:
    estate = Estate()
    estate.cluster("aks1")["properties"]["networkProfile"]["outboundType"] = word
    assert outbound_type_of(network_of(estate).clusters[0]) is said


def test_tells_nat_gateways_and_isolation() -> None:
    assert [said for said in OutboundType if said.is_nat] == [OutboundType.MANAGED_NAT, OutboundType.USER_NAT]
    assert [said for said in OutboundType if said.is_isolated] == [OutboundType.NONE, OutboundType.BLOCK]
