"""What `az ... show` and `az ... list` print is read as what ARM sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aks_audit.audit import audit
from aks_audit.inventory import Gap, read_inventory, types
from aks_audit.inventory.flattened import AKS_SPELLINGS, NETWORK_SPELLINGS
from aks_audit.inventory.records import Source
from aks_audit.inventory.split import split
from aks_audit.model import (
    Network,
    NetworkBuilder,
    cluster,
    firewall,
    load_balancer,
    network_interface,
    node_pool,
    outbound,
    outbound_profiles,
    private_link,
    route_table,
    security_group,
    virtual_network,
)
from aks_audit.model.arm import ArmStruct
from aks_audit.rules import catalogue

from ..estate import Estate, Json, Pool, subnet
from ..example_estates import crowded_node_subnet, healthy_mixed, kubenet_with_faults
from ..records import CLUSTER, GROUP, SUBSCRIPTION_ID, TABLE, VNET, Kept
from .flatten import flatten

PARTS = (
    "all_clusters",
    "virtual_networks",
    "subnets",
    "usages",
    "route_tables",
    "network_interfaces",
    "scale_sets",
    "scale_set_nics",
    "nat_gateways",
    "public_ip_prefixes",
    "resource_types",
    "gaps",
)


def kubenet() -> Estate:
    estate = Estate()
    hub = estate.virtual_network("hub", "10.0.0.0/16", {"shared": "10.0.1.0/24"})
    vnet = estate.virtual_network(peer_with=[hub], dns=["10.0.1.4"])
    estate.peer(hub, vnet)
    estate.cluster("aks1", "kubenet", subnet=subnet(vnet, "nodes"), outbound_ips=2, allocated_outbound_ports=8000)
    return estate


def node_subnet() -> Estate:
    estate = Estate()
    vnet = estate.virtual_network()
    nodes = subnet(vnet, "nodes")
    estate.cluster("aks1", "cni-node-subnet", subnet=nodes, outbound_type="userAssignedNATGateway")
    estate.virtual_machine_nic(nodes, ip_forwarding=True)
    estate.private_endpoint(nodes)
    estate.internal_load_balancer(nodes, frontends=2)
    estate.add_subnet(vnet, "gateways", "10.1.200.0/24")
    estate.application_gateway(subnet(vnet, "gateways"), private_frontend=True)
    estate.azure_firewall(vnet)
    return estate


def pod_subnet_static() -> Estate:
    estate = Estate()
    vnet = estate.virtual_network(subnets={"nodes": "10.1.0.0/24", "pods": "10.1.64.0/18"})
    estate.cluster(
        "aks1",
        "cni-pod-subnet-static",
        subnet=subnet(vnet, "nodes"),
        pod_subnet=subnet(vnet, "pods"),
        pools=[Pool(count=2), Pool(name="vms", count=2, mode="User", type="VirtualMachines")],
        private=True,
    )
    return estate


ESTATES = (kubenet, node_subnet, pod_subnet_static, kubenet_with_faults, crowded_node_subnet, healthy_mixed)


def network_in(path: Path, content: Any) -> Network:
    path.write_text(json.dumps(content, indent=2))
    builder = NetworkBuilder()
    return builder.build(Source("inventory", read_inventory(str(path), builder)), date(2026, 11, 20))


def read(path: Path, *elements: Any) -> Kept:
    path.write_text(json.dumps(elements))
    kept = Kept()
    read_inventory(str(path), kept)
    return kept


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "az.json"


# -------------------------------------------------------------------- the same network


@pytest.mark.parametrize("sdk", [False, True], ids=["as-arm-spells", "as-the-sdk-spells"])
@pytest.mark.parametrize("make", ESTATES)
def test_a_flattened_list_is_the_same_network(make: Callable[[], Estate], sdk: bool, path: Path) -> None:
    resources = make().resources
    expected = network_in(path, resources)
    flattened = network_in(path, [flatten(resource, sdk=sdk) for resource in resources])
    for part in PARTS:
        assert getattr(flattened, part) == getattr(expected, part), part
    assert expected.all_clusters[0].node_pools
    rules = catalogue()
    assert replace(audit(flattened, rules), source=expected.source) == audit(expected, rules)


@pytest.mark.parametrize("sdk", [False, True], ids=["as-arm-spells", "as-the-sdk-spells"])
def test_each_single_object_is_the_same_resource(sdk: bool, path: Path) -> None:
    for resource in [r for make in (kubenet, pod_subnet_static) for r in make().resources]:
        expected = network_in(path, resource)
        flattened = network_in(path, flatten(resource, sdk=sdk))
        for part in PARTS:
            assert getattr(flattened, part) == getattr(expected, part), (resource["id"], part)


def test_lines_without_a_header_may_be_flattened(path: Path) -> None:
    resources = [flatten(resource, sdk=True) for resource in kubenet().resources]
    path.write_text("\n".join(json.dumps(resource) for resource in resources))
    kept = Kept()
    read_inventory(str(path), kept)
    assert kept.codes == ["NoEnd"]
    table = next(r for r in kept.resources if r.type == types.ROUTE_TABLES)
    assert "nextHopIpAddress" in kept.json(table.id.text)["properties"]["routes"][0]["properties"]


def test_pools_subnets_and_peerings_that_stand_on_their_own(path: Path) -> None:
    estate = pod_subnet_static()
    cluster_resource, vnet = estate.of_type("managedClusters")[0], estate.of_type("virtualNetworks")[0]
    pools = [
        {
            "id": f"{cluster_resource['id']}/agentPools/{profile['name']}",
            "name": profile["name"],
            "type": "Microsoft.ContainerService/managedClusters/agentPools",
            "properties": {key: value for key, value in profile.items() if key != "name"},
        }
        for profile in cluster_resource["properties"]["agentPoolProfiles"]
    ]
    cluster_resource["properties"]["agentPoolProfiles"] = []
    resources = [cluster_resource, *pools, *vnet["properties"]["subnets"]]
    expected = network_in(path, resources)
    flattened = network_in(path, [flatten(resource, sdk=True) for resource in resources])
    assert [pool.type for pool in flattened.all_clusters[0].node_pools] == [
        "VirtualMachineScaleSets",
        "VirtualMachines",
    ]
    assert flattened.all_clusters == expected.all_clusters
    assert flattened.subnets == expected.subnets
    assert flattened.gaps == expected.gaps == ()


def test_the_type_of_a_pool_may_stand_where_the_resource_type_would(path: Path) -> None:
    pool_id = f"{CLUSTER}/agentPools/np1"
    words = {"type": "VirtualMachineScaleSets", "maxPods": 30, "osType": "Linux", "provisioningState": "Succeeded"}
    kept = read(path, {"id": pool_id, "name": "np1", **words})
    assert kept.json(pool_id) == {"id": pool_id, "name": "np1", "properties": words}


def test_arms_shape_is_restored(path: Path) -> None:
    nsg, balancer = f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/n", f"{GROUP}/x"
    flat = {
        "defaultSecurityRules": [{"id": f"{nsg}/r", "name": "r", "priority": 1, "resourceGroup": "rg", "zones": None}],
        "id": nsg,
        "networkInterfaces": [{"id": balancer, "resourceGroup": "rg", "primary": None}],
        "resourceGroup": "rg",
        "tags": {"dnsServiceIp": "kept", "none": None},
        "securityRules": [],
    }
    assert read(path, flat).json(nsg) == {
        "id": nsg,
        "resourceGroup": "rg",
        "tags": {"dnsServiceIp": "kept", "none": None},
        "properties": {
            "defaultSecurityRules": [
                {"id": f"{nsg}/r", "name": "r", "resourceGroup": "rg", "properties": {"priority": 1}}
            ],
            "networkInterfaces": [{"id": balancer, "resourceGroup": "rg"}],
            "securityRules": [],
        },
    }


def test_of_two_spellings_the_one_with_a_value_counts(path: Path) -> None:
    pools: list[Json] = [
        {"name": "a", "vnetSubnetId": "/old", "vnetSubnetID": "/new"},
        {"name": "b", "vnetSubnetId": "/old", "vnetSubnetID": None},
    ]
    kept = read(path, {"id": CLUSTER, "agentPoolProfiles": pools, "networkProfile": {}})
    profiles = kept.json(CLUSTER)["properties"]["agentPoolProfiles"]
    assert [profile["vnetSubnetID"] for profile in profiles] == ["/new", "/old"]


OF_AKS = (cluster, node_pool, outbound_profiles)
OF_NETWORK = (
    firewall,
    load_balancer,
    network_interface,
    outbound,
    private_link,
    route_table,
    security_group,
    virtual_network,
)


def structs(of: type[ArmStruct]) -> Iterator[type[ArmStruct]]:
    for below in of.__subclasses__():
        yield below
        yield from structs(below)


@pytest.mark.parametrize(
    ("modules", "table"),
    [(OF_AKS, AKS_SPELLINGS), (OF_NETWORK, NETWORK_SPELLINGS)],
    ids=["aks", "network"],
)
def test_no_name_that_the_model_reads_is_left_out_of_the_spellings(modules: Any, table: tuple[str, ...]) -> None:
    names = {
        field.encode_name
        for struct in structs(ArmStruct)
        if struct.__module__ in {module.__name__ for module in modules}
        for field in msgspec.structs.fields(struct)
    }
    assert {name for name in names if re.search(r"[A-Z]{2}", name)} <= set(table)


# -------------------------------------------------------------------- what is not flattened


UNCHANGED: dict[str, Any] = {
    "only-envelope": {"id": VNET, "name": "vnet", "resourceGroup": "rg", "subscriptionId": "s", "tenantId": "t"},
    "properties-null": {"id": VNET, "properties": None},
    "properties-empty": {"id": VNET, "properties": {}, "subnets": [], "addressSpace": {}},
    "properties-and-others": {"id": VNET, "properties": {"subnets": []}, "subnets": [1], "addressSpace": {}},
    "properties-odd": {"id": VNET, "properties": 5, "subnets": [], "addressSpace": {}},
    "all-null": {"id": VNET, "subnets": None, "addressSpace": None},
    "other-type": {"id": f"{GROUP}/providers/Microsoft.Storage/storageAccounts/x", "accessTier": "Hot"},
    "usages": {"id": f"{VNET}/usages", "value": []},
    "no-arm-id": {"id": "/a/b", "subnets": [], "addressSpace": {}},
    "resource-list": {"id": CLUSTER, "properties": None, "provisioningState": "Succeeded", "createdTime": "2026"},
    "resource-list-of-others": {"id": f"{GROUP}/providers/Microsoft.Network/bastionHosts/b", "provisioningState": "S"},
    "columns-of-a-cluster": {"id": CLUSTER, "name": "aks1", "kubernetesVersion": "1.33", "networkProfile": {}},
    "columns-of-a-subnet": {"id": f"{VNET}/subnets/a", "addressPrefix": "10.0.0.0/24"},
    "columns-of-a-pool": {"id": f"{CLUSTER}/agentPools/a", "count": 3, "vmSize": "x"},
    "columns-of-a-table": {"id": TABLE, "name": "rt", "disableBgpRoutePropagation": False},
    "resource-list-of-gateways": {
        "id": f"{GROUP}/providers/Microsoft.Network/natGateways/n",
        "properties": None,
        "provisioningState": "Succeeded",
    },
    "no-object-of-its-own": {"id": TABLE, "properties": [], "routes": []},
}


@pytest.mark.parametrize("name", UNCHANGED)
def test_what_is_not_flattened_passes_through_untouched(name: str, path: Path) -> None:
    text = json.dumps(UNCHANGED[name], indent=1)
    path.write_text(f"[{text}]")
    kept = Kept()
    read_inventory(str(path), kept)
    [resource] = kept.resources
    assert bytes(resource.raw) == text.encode()


def test_columns_of_a_cluster_are_not_taken_for_a_cluster_without_pools(path: Path) -> None:
    network = network_in(path, [UNCHANGED["columns-of-a-cluster"]])
    assert [gap.scope for gap in network.gaps] == [CLUSTER]


def test_arms_own_answers_stay_as_they_are(path: Path) -> None:
    flat = {"id": TABLE, "type": types.ROUTE_TABLES, "routes": []}
    [direct] = split(json.dumps(flat).encode(), "here")
    assert not isinstance(direct, Gap)
    assert msgspec.json.decode(direct.raw) == flat
    ours = [{"inventory": {"schemaVersion": 1}}, flat, {"end": {"resources": 1, "gaps": 0}}]
    path.write_text("\n".join(json.dumps(line, separators=(",", ":")) for line in ours))
    kept = Kept()
    read_inventory(str(path), kept)
    assert kept.json(TABLE) == flat


def test_usage_rows_without_their_network_are_gaps(path: Path) -> None:
    vnet = {"id": VNET, "properties": {"subnets": [{"id": f"{VNET}/subnets/a", "properties": {}}]}}
    row = {"id": f"{VNET}/subnets/a", "currentValue": 3.0, "limit": 11.0, "name": {"value": "x"}, "resourceGroup": "rg"}
    kept = read(path, vnet, row)
    assert kept.ids == [VNET]
    [gap] = kept.gaps
    assert (gap.code, gap.scope) == ("InvalidValue", f"{path}, element 2")
    assert f"{VNET}/subnets/a" in gap.message


IDS = st.sampled_from(
    [
        CLUSTER,
        f"{CLUSTER}/agentPools/p",
        VNET,
        f"{VNET}/subnets/a",
        TABLE,
        f"{GROUP}/providers/Microsoft.Network/networkInterfaces/n",
        f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/s",
        SUBSCRIPTION_ID,
    ]
)
KEYS = st.sampled_from(
    [
        "agentPoolProfiles",
        "networkProfile",
        "addressSpace",
        "subnets",
        "routes",
        "ipConfigurations",
        "virtualMachineProfile",
        "properties",
        "type",
        "tags",
        "addressPrefix",
        "provisioningState",
        "maxPods",
        "osType",
        "vnetSubnetId",
        "typePropertiesType",
        "currentValue",
        "limit",
        "loadBalancerProfile",
        "resources",
        "delegations",
        "name",
        "sku",
    ]
)
GARBAGE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)

BODIES = st.dictionaries(KEYS, GARBAGE, max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(elements=st.lists(st.builds(lambda i, more: {**more, "id": i}, IDS, BODIES), max_size=3))
def test_garbage_is_read_without_an_error(elements: list[Json], path: Path) -> None:
    good = {"id": f"{TABLE}2", "properties": {"routes": []}}
    audit(network_in(path, [good, *elements]), catalogue())


def test_what_is_nested_deep_stays_as_it_is(path: Path) -> None:
    deep: Any = []
    for _ in range(300):
        deep = [{"a": deep}]
    kept = read(path, {"id": TABLE, "routes": deep})
    assert kept.ids == [TABLE]
