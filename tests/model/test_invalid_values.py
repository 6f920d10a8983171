"""What does not parse becomes a Gap that names the resource and the place; the rest of the resource counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aks_audit.audit import audit
from aks_audit.inventory import Gap, Resource, ResourceId, Source, types
from aks_audit.inventory.split import split
from aks_audit.model import Network, NetworkBuilder

from ..records import CLUSTER, GROUP, TABLE, VNET

SCALE_SET = f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/aks-np1-1-vmss"
NIC = f"{SCALE_SET}/virtualMachines/0/networkInterfaces/n"
VM_NIC = f"{GROUP}/providers/Microsoft.Network/networkInterfaces/n"
USAGES = f"{VNET}/usages"
POOL = f"{CLUSTER}/agentPools/np1"
READ = (CLUSTER, POOL, VNET, f"{VNET}/subnets/a", USAGES, TABLE, SCALE_SET, NIC, VM_NIC)


def network(*resources: Mapping[str, Any]) -> Network:
    builder = NetworkBuilder()
    for resource in resources:
        for record in split(json.dumps(resource).encode(), "here"):
            builder.add(record)
    return builder.build(Source("inventory"))


def gap_of(resource_id: str, properties: Any, **more: Any) -> Gap:
    """The one Gap that a resource with these properties gives."""
    [gap] = network({"id": resource_id, "properties": properties, **more}).gaps
    assert gap.code == "InvalidValue"
    return gap


def profile(**fields: Any) -> dict[str, Any]:
    return {"networkProfile": fields}


def pool(**fields: Any) -> dict[str, Any]:
    return {"agentPoolProfiles": [{"name": "np1", **fields}]}


def nic(**fields: Any) -> dict[str, Any]:
    return {"ipConfigurations": [{"name": "c", "properties": fields}]}


def route(**fields: Any) -> dict[str, Any]:
    return {"routes": [{"name": "r", "properties": {"addressPrefix": "10.0.0.0/8", **fields}}]}


CASES = [
    (CLUSTER, profile(podCidr="10.0.0.0/99"), "properties.networkProfile.podCidr"),
    (CLUSTER, profile(podCidrs=["10.244.0.0/16", "x"]), "properties.networkProfile.podCidr"),
    (CLUSTER, profile(podCidrs=["10.244.0.0/16", None]), "properties.networkProfile.podCidrs[1]"),
    (CLUSTER, profile(podCidrs="10.244.0.0/16"), "properties.networkProfile.podCidrs"),
    (CLUSTER, profile(serviceCidr=5), "properties.networkProfile.serviceCidr"),
    (CLUSTER, profile(dnsServiceIP="10.0.0"), "properties.networkProfile.dnsServiceIP"),
    (CLUSTER, {"networkProfile": []}, "properties.networkProfile"),
    (CLUSTER, {"networkProfile": "azure"}, "properties.networkProfile"),
    (CLUSTER, {"agentPoolProfiles": {}}, "properties.agentPoolProfiles"),
    (CLUSTER, {"agentPoolProfiles": [None]}, "properties.agentPoolProfiles[0]"),
    (CLUSTER, {"agentPoolProfiles": ["np1"]}, "properties.agentPoolProfiles[0]"),
    (CLUSTER, pool(upgradeSettings={"maxSurge": "abc"}), "properties.agentPoolProfiles[np1].upgradeSettings.maxSurge"),
    (CLUSTER, pool(upgradeSettings={"maxSurge": "%"}), "properties.agentPoolProfiles[np1].upgradeSettings.maxSurge"),
    (CLUSTER, pool(upgradeSettings={"maxSurge": "-1"}), "properties.agentPoolProfiles[np1].upgradeSettings.maxSurge"),
    (CLUSTER, pool(upgradeSettings={"maxSurge": []}), "properties.agentPoolProfiles[0].upgradeSettings.maxSurge"),
    (CLUSTER, pool(count="many"), "properties.agentPoolProfiles[0].count"),
    (CLUSTER, pool(maxPods=30.5), "properties.agentPoolProfiles[0].maxPods"),
    (CLUSTER, pool(enableAutoScaling="perhaps"), "properties.agentPoolProfiles[0].enableAutoScaling"),
    (POOL, {"upgradeSettings": {"maxSurge": "abc"}}, "properties.upgradeSettings.maxSurge"),
    (VNET, {"addressSpace": {"addressPrefixes": ["10.0.0.0/8", "no"]}}, "properties.addressSpace.addressPrefixes"),
    (VNET, {"subnets": "all"}, "properties.subnets"),
    (VNET, {"subnets": [{"properties": {}}]}, "properties.subnets[0]"),
    (VNET, {"subnets": [None]}, "properties.subnets[0]"),
    (VNET, {"virtualNetworkPeerings": [{"properties": {"peeringState": 5}}]}, "peeringState"),
    (f"{VNET}/subnets/a", {"addressPrefix": "10.0.0.0/33"}, "properties.addressPrefix"),
    (f"{VNET}/subnets/a", {"ipConfigurations": [None]}, "properties.ipConfigurations[0]"),
    (TABLE, route(nextHopIpAddress="10.0.0.256"), "properties.routes[r].nextHopIpAddress"),
    (TABLE, route(addressPrefix="10.0.0/8"), "properties.routes[r].addressPrefix"),
    (TABLE, route(addressPrefix=None), "properties.routes[r].addressPrefix"),
    (TABLE, {"routes": [{"name": "r"}]}, "properties.routes[r].addressPrefix"),
    (SCALE_SET, {"virtualMachineProfile": 5}, "properties.virtualMachineProfile"),
    (NIC, nic(privateIPAddress="10.0.0.300"), "properties.ipConfigurations[c].privateIPAddress"),
    (NIC, nic(privateIPAddress="10.0.0.16/x"), "properties.ipConfigurations[c].privateIPAddress"),
    (NIC, nic(privateIPAddress="10.0.0.16/²"), "properties.ipConfigurations[c].privateIPAddress"),
    (NIC, nic(privateIPAddress="10.0.0.16/40"), "properties.ipConfigurations[c].privateIPAddressPrefixLength"),
    (NIC, nic(privateIPAddressPrefixLength=-1), "properties.ipConfigurations[c].privateIPAddressPrefixLength"),
    (NIC, nic(privateIPAddressPrefixLength="28x"), "privateIPAddressPrefixLength"),
    (VM_NIC, {"ipConfigurations": [{"name": "c"}]}, "properties.ipConfigurations[c].properties"),
    (VM_NIC, {"enableIPForwarding": "sometimes"}, "properties.enableIPForwarding"),
]


@pytest.mark.parametrize(("resource_id", "properties", "place"), CASES)
def test_a_value_that_does_not_parse_is_named(resource_id: str, properties: Any, place: str) -> None:
    gap = gap_of(resource_id, properties)
    assert gap.scope == resource_id
    assert place in gap.message


@pytest.mark.parametrize("resource_id", [each for each in READ if each != USAGES])
@pytest.mark.parametrize("more", [{}, {"properties": None}, {"properties": 5}, {"properties": []}])
def test_a_resource_without_properties_is_named(resource_id: str, more: dict[str, Any]) -> None:
    found = network({"id": resource_id, **more})
    assert {(gap.scope, gap.code) for gap in found.gaps} == {(resource_id, "InvalidValue")}
    assert all("properties" in gap.message for gap in found.gaps)


@pytest.mark.parametrize(
    "value", [None, 5, {}, [None], [5], [{"id": "x"}], [{"id": "x", "currentValue": "nan", "limit": 3}]]
)
def test_usages_that_are_none_are_named(value: Any) -> None:
    found = network({"id": USAGES, "value": value})
    assert {(gap.scope, gap.code) for gap in found.gaps} == {(USAGES, "InvalidValue")}
    assert found.usages == {}


def test_the_rest_of_the_resource_counts() -> None:
    properties = {
        "routes": [
            {"name": "bad", "properties": {"addressPrefix": "x/y", "nextHopType": "VnetLocal"}},
            {"name": 5, "properties": {"addressPrefix": "10.1.0.0/16"}},
            {"name": "good", "properties": {"addressPrefix": "10.2.0.0/16", "nextHopIpAddress": "10.0.0.4"}},
        ],
        "provisioningState": {"odd": True},
    }
    found = network({"id": TABLE, "properties": properties})
    [table] = found.route_tables.values()
    assert [str(route.prefix) for route in table.routes] == ["None", "10.1.0.0/16", "10.2.0.0/16"]
    assert str(table.routes[2].next_hop_address) == "10.0.0.4"
    assert table.gap in found.gaps
    assert len(found.gaps) == 3


def test_texts_that_hold_a_number_or_a_truth_count() -> None:
    fields = {"count": "3", "maxPods": 30.0, "enableAutoScaling": "true", "maxCount": "5"}
    settings_of_pool = {"upgradeSettings": {"maxSurge": 2, "maxUnavailable": "10%"}}
    found = network({"id": CLUSTER, "properties": pool(**fields, **settings_of_pool)})
    [np1] = found.clusters[0].node_pools
    assert found.gaps == ()
    assert (np1.count, np1.max_pods, np1.max_count, np1.max_surge, np1.max_unavailable) == (3, 30, 5, "2", "10%")


def test_values_that_azure_may_yet_invent_are_kept() -> None:
    properties = {
        "networkProfile": {"networkPlugin": "quantum", "outboundType": "block", "unknown": {"deep": [1]}},
        "agentPoolProfiles": [{"name": "np1", "mode": "Machines", "type": "Other", "osType": "BeOS"}],
    }
    found = network({"id": CLUSTER, "properties": properties, "new": None})
    [cluster] = found.clusters
    assert (cluster.network_plugin, cluster.outbound_type) == ("quantum", "block")
    assert (cluster.node_pools[0].mode, cluster.node_pools[0].os_type) == ("Machines", "BeOS")
    assert found.gaps == ()


@pytest.mark.parametrize(
    "inside",
    [
        b'"\xff\xfe"',
        b'"\\ud800"',
        b"[" * 50_000 + b"]" * 50_000,
        b"1e999",
        b"9" * 400,
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
    ],
    ids=["not-utf8", "lone-surrogate", "deep-lists", "huge-float", "huge-integer", "deep-objects"],
)
@pytest.mark.parametrize("resource_id", READ)
def test_bytes_that_cannot_be_decoded_do_not_end_the_run(resource_id: str, inside: bytes) -> None:
    builder = NetworkBuilder()
    for key in (b"name", b"routes", b"subnets", b"agentPoolProfiles", b"ipConfigurations", b"virtualMachineProfile"):
        raw = b'{"id":"%s","name":"n","value":[],"properties":{"%s":%s}}' % (resource_id.encode(), key, inside)
        identity = ResourceId.of(resource_id)
        builder.add(Resource(identity, types.canonical_type(identity.type), raw))
    found = builder.build(Source("inventory"))
    assert {gap.code for gap in found.gaps} <= {"InvalidValue"}
    assert all(len(gap.message) < 300 for gap in found.gaps)


KEYS = st.sampled_from(
    [
        *("id", "name", "tags", "sku", "capacity", "properties", "routes", "subnets", "addressPrefix", "subnet"),
        *("addressPrefixes", "addressSpace", "virtualNetworkPeerings", "remoteVirtualNetwork", "peeringState"),
        *("networkProfile", "agentPoolProfiles", "count", "maxPods", "upgradeSettings", "maxSurge", "vnetSubnetID"),
        *("podCidr", "podCidrs", "serviceCidr", "dnsServiceIP", "networkPlugin", "networkPluginMode", "ipFamilies"),
        *("ipConfigurations", "privateIPAddress", "privateIPAddressPrefixLength", "primary", "enableIPForwarding"),
        *("virtualMachineProfile", "osProfile", "computerNamePrefix", "nextHopIpAddress", "nextHopType", "powerState"),
        *("nodeResourceGroup", "delegations", "serviceName", "routeTable", "virtualMachineNodesStatus", "currentValue"),
        *("limit", "value", "podSubnetID", "enableAutoScaling", "maxCount", "privateEndpoints", "virtualMachine"),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(["10.0.0.0/8", "10.0.0.4", "fd00::/64", "0.0.0.0/0", "::", VNET, f"{VNET}/subnets/a", "nan", "²"])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
ESTATES = st.lists(st.tuples(st.sampled_from(READ), st.dictionaries(KEYS, ANYTHING, max_size=6)), max_size=6)


@settings(deadline=None, max_examples=100)
@given(resources=ESTATES)
def test_no_json_makes_reading_fail(resources: list[tuple[str, dict[str, Any]]]) -> None:
    found = network(
        *({"properties": fields, **{k: v for k, v in fields.items() if k != "id"}, "id": i} for i, fields in resources)
    )
    report = audit(found, [])
    assert len(report.clusters) == len(found.clusters) == len({i for i, _ in resources if i == CLUSTER})
