"""Peerings as ARM words them, and what of them does not parse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.inventory import Gap, Resource, ResourceId, types
from aks_audit.model import Peering, VirtualNetwork
from aks_audit.model.virtual_network import virtual_network_from_arm

from ..records import VNET

REMOTE = f"{VNET}-remote"
FIELDS = (
    "remoteVirtualNetwork",
    "remoteAddressSpace",
    "remoteVirtualNetworkAddressSpace",
    "peeringState",
    "peeringSyncLevel",
    "allowVirtualNetworkAccess",
    "allowForwardedTraffic",
    "allowGatewayTransit",
    "useRemoteGateways",
    "peerCompleteVnets",
    "localSubnetNames",
    "remoteSubnetNames",
)


def read(properties: Any, **vnet: Any) -> tuple[VirtualNetwork, list[Gap]]:
    peering = {"name": "p", "properties": properties}
    body = {"id": VNET, "properties": {"virtualNetworkPeerings": [peering], **vnet}}
    return virtual_network_from_arm(Resource(ResourceId.of(VNET), types.VIRTUAL_NETWORKS, json.dumps(body).encode()))


def a_peering(**properties: Any) -> Peering:
    vnet, gaps = read(properties)
    assert gaps == []
    (peering,) = vnet.peerings
    return peering


def test_a_whole_peering() -> None:
    peering = a_peering(
        remoteVirtualNetwork={"id": REMOTE},
        remoteAddressSpace={"addressPrefixes": ["10.2.0.0/16"]},
        remoteVirtualNetworkAddressSpace={"addressPrefixes": ["10.2.0.0/16", "10.3.0.0/16"]},
        peeringState="Connected",
        peeringSyncLevel="RemoteNotInSync",
        allowVirtualNetworkAccess=True,
        allowForwardedTraffic=False,
        allowGatewayTransit=True,
        useRemoteGateways=False,
        peerCompleteVnets=False,
        localSubnetNames=["a"],
        remoteSubnetNames=["b", "c"],
    )
    assert peering.name == "p"
    assert peering.remote_id == ResourceId.of(REMOTE)
    assert [str(p) for p in peering.remote_prefixes] == ["10.2.0.0/16", "10.3.0.0/16"], "what is there now"
    assert [str(p) for p in peering.synced_prefixes] == ["10.2.0.0/16"], "what routes were made for"
    assert (peering.state, peering.sync_level, peering.is_connected) == ("Connected", "RemoteNotInSync", True)
    assert (peering.allows_access, peering.allows_forwarded_traffic) == (True, False)
    assert (peering.allows_gateway_transit, peering.uses_remote_gateways) == (True, False)
    assert (peering.is_complete, peering.local_subnet_names) == (False, ("a",))
    assert peering.remote_subnet_names == ("b", "c")


def test_what_is_absent_is_not_guessed() -> None:
    peering = a_peering()
    assert (peering.remote_id, peering.state, peering.sync_level) == (None, "", "")
    assert (peering.allows_access, peering.allows_forwarded_traffic) == (None, None)
    assert (peering.allows_gateway_transit, peering.uses_remote_gateways) == (None, None)
    assert peering.is_complete, "old api-versions peer whole networks"
    assert (peering.remote_prefixes, peering.synced_prefixes, peering.is_connected) == ((), (), False)


def test_the_older_field_tells_the_space_alone() -> None:
    peering = a_peering(remoteAddressSpace={"addressPrefixes": ["10.2.0.0/16"]})
    assert peering.remote_prefixes == peering.synced_prefixes
    assert [str(p) for p in peering.remote_prefixes] == ["10.2.0.0/16"]


@pytest.mark.parametrize("state", ["connected", "CONNECTED"])
def test_states_compare_without_case(state: str) -> None:
    assert a_peering(peeringState=state).is_connected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("remoteAddressSpace", {"addressPrefixes": ["10.2.0.0/99"]}),
        ("remoteVirtualNetworkAddressSpace", "10.2.0.0/16"),
        ("peeringState", {"value": "Connected"}),
        ("allowForwardedTraffic", "perhaps"),
        ("remoteSubnetNames", "all"),
        ("remoteVirtualNetwork", [REMOTE]),
    ],
)
def test_a_value_that_does_not_parse_is_a_gap_of_the_network(field: str, value: Any) -> None:
    vnet, gaps = read({field: value})
    assert [(gap.code, gap.scope) for gap in gaps] == [("InvalidValue", VNET)]
    assert vnet.gap == gaps[0]
    assert "remoteAddressSpace" in gaps[0].message or field in gaps[0].message


def test_dns_servers_are_kept_as_written() -> None:
    vnet, gaps = read({}, dhcpOptions={"dnsServers": ["10.0.0.4", "dns1"]})
    assert (vnet.dns_servers, gaps) == (("10.0.0.4", "dns1"), [])
    assert read({}, dhcpOptions={})[0].dns_servers == ()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["10.0.0.0/8", "x/y", REMOTE]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "addressPrefixes", "name"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(properties=st.dictionaries(st.sampled_from(FIELDS), ANYTHING) | ANYTHING)
def test_no_json_makes_reading_fail_and_what_does_not_parse_is_named(properties: Any) -> None:
    vnet, gaps = read(properties)
    assert len(vnet.peerings) == 1
    assert {(gap.code, gap.scope) for gap in gaps} <= {("InvalidValue", VNET)}
    assert (vnet.gap is None) == (not gaps)
