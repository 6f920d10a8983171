"""How the API server's access profile and private endpoints are read."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aks_audit.inventory import Resource, ResourceId
from aks_audit.inventory.types import MANAGED_CLUSTERS, PRIVATE_ENDPOINTS
from aks_audit.model.cluster import cluster_from_arm
from aks_audit.model.private_link import private_endpoint_from_arm
from tests.records import CLUSTER, GROUP

ENDPOINT = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/kube-apiserver"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ACCESS_FIELDS = st.sampled_from(
    [
        "authorizedIPRanges",
        "enablePrivateCluster",
        "enablePrivateClusterPublicFQDN",
        "enableVnetIntegration",
        "privateDNSZone",
        "subnetId",
        "disableRunCommand",
    ]
)
ENDPOINT_FIELDS = st.sampled_from(
    [
        "subnet",
        "networkInterfaces",
        "privateLinkServiceConnections",
        "manualPrivateLinkServiceConnections",
        "provisioningState",
    ]
)


def resource(resource_id: str, resource_type: str, properties: Any, **more: Any) -> Resource:
    raw = json.dumps({"id": resource_id, "properties": properties, **more}).encode()
    return Resource(ResourceId.of(resource_id), resource_type, raw)


def test_every_field_of_the_profile_is_read() -> None:
    zone = f"{GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.westeurope.azmk8s.io"
    access = {
        "authorizedIPRanges": [" 198.51.100.0/24 ", "", "AzureDevOps"],
        "enablePrivateCluster": True,
        "enablePrivateClusterPublicFQDN": False,
        "enableVnetIntegration": True,
        "privateDNSZone": zone,
        "subnetId": "",
        "disableRunCommand": True,
    }
    properties = {
        "apiServerAccessProfile": access,
        "fqdn": "a.example",
        "privateFQDN": "b.example",
        "publicNetworkAccess": "Disabled",
    }
    cluster, gaps = cluster_from_arm(resource(CLUSTER, MANAGED_CLUSTERS, properties))
    assert gaps == []
    assert cluster.is_private
    assert cluster.api_server_vnet_integration
    assert cluster.api_server_subnet_id is None
    server = cluster.api_server
    assert server.authorized_ip_ranges == ("198.51.100.0/24", "AzureDevOps")
    assert (server.has_public_fqdn, server.run_command_disabled) == (False, True)
    assert (server.fqdn, server.private_fqdn, server.public_network_access) == ("a.example", "b.example", "Disabled")
    assert server.private_dns_zone_id == ResourceId.of(zone)


def test_an_absent_profile_says_nothing() -> None:
    cluster, gaps = cluster_from_arm(resource(CLUSTER, MANAGED_CLUSTERS, {}))
    assert gaps == []
    server = cluster.api_server
    assert (server.authorized_ip_ranges, server.has_public_fqdn, server.private_dns_zone_id) == ((), None, None)
    assert not cluster.is_private


def test_an_endpoint_tells_both_kinds_of_connections() -> None:
    def connection(status: str) -> dict[str, Any]:
        state = {"status": status}
        own = {"privateLinkServiceId": CLUSTER, "groupIds": ["management"], "privateLinkServiceConnectionState": state}
        return {"name": "c", "properties": own}

    properties = {
        "provisioningState": "Succeeded",
        "privateLinkServiceConnections": [connection("Approved")],
        "manualPrivateLinkServiceConnections": [connection("Pending"), {"name": "bare"}],
    }
    endpoint, gaps = private_endpoint_from_arm(resource(ENDPOINT, PRIVATE_ENDPOINTS, properties))
    assert gaps == []
    assert endpoint.provisioning_state == "Succeeded"
    assert [(item.status, item.path) for item in endpoint.connections] == [
        ("Approved", "properties.privateLinkServiceConnections[c]"),
        ("Pending", "properties.manualPrivateLinkServiceConnections[c]"),
        ("", "properties.manualPrivateLinkServiceConnections[bare]"),
    ]
    first, bare = endpoint.connections[0], endpoint.connections[2]
    assert (first.target_id, first.group_ids) == (ResourceId.of(CLUSTER), ("management",))
    assert (bare.target_id, bare.group_ids) == (None, ())


@given(st.dictionaries(ACCESS_FIELDS, JSON, max_size=4))
def test_no_value_of_the_profile_raises(access: dict[str, Any]) -> None:
    cluster, gaps = cluster_from_arm(resource(CLUSTER, MANAGED_CLUSTERS, {"apiServerAccessProfile": access}))
    assert cluster.gap is (gaps[0] if gaps else None)
    assert {gap.code for gap in gaps} <= {"InvalidValue"}
    ranges = access.get("authorizedIPRanges")
    if isinstance(ranges, str | int | dict):
        assert gaps


@given(st.dictionaries(ENDPOINT_FIELDS, JSON, max_size=4))
def test_no_value_of_an_endpoint_raises(properties: dict[str, Any]) -> None:
    endpoint, gaps = private_endpoint_from_arm(resource(ENDPOINT, PRIVATE_ENDPOINTS, properties))
    assert endpoint.gap is (gaps[0] if gaps else None)
    assert {gap.code for gap in gaps} <= {"InvalidValue"}
