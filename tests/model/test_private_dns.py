"""Private DNS zones, their links, and how a cluster says which zone it has."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.inventory import Gap, Resource, ResourceId, types
from aks_audit.model import PrivateDnsZoneLink
from aks_audit.model.cluster import cluster_from_arm
from aks_audit.model.private_link import private_dns_zone_link_from_arm

from ..records import CLUSTER, GROUP, VNET

ZONE = f"{GROUP}/providers/Microsoft.Network/privateDnsZones/PrivateLink.westeurope.azmk8s.io"
LINK = f"{ZONE}/virtualNetworkLinks/spoke"


def a_link(properties: Any) -> tuple[PrivateDnsZoneLink, list[Gap]]:
    raw = json.dumps({"id": LINK, "properties": properties}).encode()
    return private_dns_zone_link_from_arm(Resource(ResourceId.of(LINK), types.PRIVATE_DNS_ZONE_LINKS, raw))


def test_a_whole_link() -> None:
    link, gaps = a_link(
        {
            "virtualNetwork": {"id": VNET},
            "registrationEnabled": True,
            "virtualNetworkLinkState": "Completed",
            "provisioningState": "Succeeded",
        }
    )
    assert gaps == []
    assert (link.virtual_network_id, link.zone_id) == (ResourceId.of(VNET), ResourceId.of(ZONE))
    assert (link.registration_enabled, link.state, link.gap) == (True, "Completed", None)


def test_what_is_absent_is_not_guessed() -> None:
    link, gaps = a_link({})
    assert (link.virtual_network_id, link.registration_enabled, link.state, gaps) == (None, False, "", [])


@pytest.mark.parametrize(
    ("properties", "place"),
    [
        (None, "properties"),
        ({"virtualNetwork": VNET}, "properties.virtualNetwork"),
        ({"virtualNetworkLinkState": ["Completed"]}, "properties.virtualNetworkLinkState"),
        ({"registrationEnabled": "perhaps"}, "properties.registrationEnabled"),
    ],
)
def test_a_value_that_does_not_parse_is_named(properties: Any, place: str) -> None:
    link, (gap,) = a_link(properties)
    assert (gap.code, gap.scope, place in gap.message, link.gap) == ("InvalidValue", LINK, True, gap)


@given(
    properties=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["virtualNetwork", "id", "registrationEnabled", "virtualNetworkLinkState"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    )
)
def test_no_json_makes_reading_fail(properties: Any) -> None:
    link, gaps = a_link(properties)
    assert link.zone_id == ResourceId.of(ZONE)
    assert {(gap.code, gap.scope) for gap in gaps} <= {("InvalidValue", LINK)}
    assert (link.gap is None) == (not gaps)


@pytest.mark.parametrize(
    ("text", "zone_id"), [(ZONE, ResourceId.of(ZONE)), ("system", None), ("None", None), (None, None)]
)
def test_a_cluster_names_its_zone_by_id_or_not_at_all(text: str | None, zone_id: ResourceId | None) -> None:
    body = {
        "id": CLUSTER,
        "properties": {
            "privateFQDN": "a.b.privatelink.westeurope.azmk8s.io",
            "apiServerAccessProfile": {"enablePrivateCluster": True, "privateDNSZone": text},
        },
    }
    cluster, gaps = cluster_from_arm(
        Resource(ResourceId.of(CLUSTER), types.MANAGED_CLUSTERS, json.dumps(body).encode())
    )
    assert gaps == []
    assert cluster.is_private
    assert cluster.api_server.private_dns_zone == (text or "")
    assert cluster.api_server.private_dns_zone_id == zone_id
    assert cluster.api_server.private_fqdn == "a.b.privatelink.westeurope.azmk8s.io"
    assert cluster.api_server.has_public_fqdn is None
