"""What of a resource is written: what is read of it, what people expect, and nothing else."""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aks_audit.audit import audit
from aks_audit.collectors.input import Input
from aks_audit.collectors.load import load_network
from aks_audit.inventory import Gap, Header, InventoryWriter, Resource, ResourceId, types
from aks_audit.inventory.properties import Tree, tree_of, written
from aks_audit.inventory.secrets import without_secrets
from aks_audit.model import (
    NetworkBuilder,
    authorization,
    cluster,
    firewall,
    load_balancer,
    network_interface,
    node_pool,
    outbound,
    private_link,
    route_table,
    scale_set,
    security_group,
    virtual_network,
)
from aks_audit.reporters import RENDER
from aks_audit.rules import catalogue

from ..estate import Estate
from ..example_estates import crowded_node_subnet, egress_with_faults, healthy_mixed, kubenet_with_faults
from ..records import TABLE

READ: dict[str, Any] = {
    types.MANAGED_CLUSTERS: cluster._Cluster,
    types.AGENT_POOLS: node_pool._AgentPool,
    types.VIRTUAL_NETWORKS: virtual_network._VirtualNetwork,
    types.SUBNETS: virtual_network._Subnet,
    types.USAGES: virtual_network._Usages,
    types.ROUTE_TABLES: route_table._RouteTable,
    types.NETWORK_SECURITY_GROUPS: security_group._SecurityGroup,
    types.NAT_GATEWAYS: outbound._NatGateway,
    types.PUBLIC_IP_ADDRESSES: outbound._PublicIp,
    types.PUBLIC_IP_PREFIXES: outbound._Prefix,
    types.NETWORK_INTERFACES: network_interface._NetworkInterface,
    types.SCALE_SET_NICS: network_interface._NetworkInterface,
    types.SCALE_SETS: scale_set._ScaleSet,
    types.LOAD_BALANCERS: load_balancer._LoadBalancer,
    types.AZURE_FIREWALLS: firewall._Firewall,
    types.PRIVATE_ENDPOINTS: private_link._PrivateEndpoint,
    types.PRIVATE_DNS_ZONE_LINKS: private_link._Link,
    types.ROLE_ASSIGNMENTS: authorization._Assignment,
    types.ROLE_DEFINITIONS: authorization._Definition,
}
"""What the model decodes of each type."""
CHOSEN_BY_NAME = {"tags", "config"}
"""Objects whose names people choose, of which a few names are read: only these are written."""


def fields_of(shape: Any) -> Iterator[tuple[str, ...]]:
    """The paths of all fields inside a type, in ARM's spelling; `*` for an object with free names."""
    inner = typing.get_args(shape)
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        for field in msgspec.structs.fields(shape):
            yield (field.encode_name,)
            yield from ((field.encode_name, *rest) for rest in fields_of(field.type))
    elif typing.get_origin(shape) is dict:
        yield ("*",)
        yield from (("*", *rest) for rest in fields_of(inner[1]))
    else:
        for part in inner:
            yield from fields_of(part)


def is_listed(tree: Tree, path: tuple[str, ...]) -> bool:
    if not path:
        return True
    name, *rest = path
    return name in tree and (name in CHOSEN_BY_NAME or is_listed(tree[name], tuple(rest)))


@pytest.mark.parametrize("resource_type", READ)
def test_everything_that_the_model_reads_is_written(resource_type: str) -> None:
    tree = tree_of(resource_type)
    assert [".".join(path) for path in fields_of(READ[resource_type]) if not is_listed(tree, path)] == []


def test_every_type_that_the_model_reads_is_asked_about_here() -> None:
    without_fields = {types.PRIVATE_DNS_ZONES}
    assert set(NetworkBuilder()._read) - without_fields == set(READ)


def of_file(path: Path) -> str:
    return RENDER["json"](audit(load_network(Input(inventory=str(path))), catalogue()))


@pytest.mark.parametrize("make", [kubenet_with_faults, crowded_node_subnet, egress_with_faults, healthy_mixed])
def test_what_is_written_gives_the_same_report(make: Callable[[], Estate], tmp_path: Path) -> None:
    estate = make()
    whole, less = estate.write(tmp_path / "whole.jsonl"), tmp_path / "less.jsonl"
    with InventoryWriter(str(less)) as writer:
        for resource in estate.resources:
            raw = json.dumps(resource).encode()
            resource_id = ResourceId.of(resource["id"])
            writer.add(Resource(resource_id, types.canonical_type(resource_id.type), raw))
        writer.finish(msgspec.json.decode(whole.read_bytes().splitlines()[0], type=dict[str, Header])["inventory"])
    assert of_file(less) == of_file(whole)
    assert less.stat().st_size < whole.stat().st_size


def of_table(properties: Any, **more: Any) -> Any:
    raw = json.dumps({"id": TABLE, "properties": properties, **more}).encode()
    return json.loads(written(types.ROUTE_TABLES, raw))


@pytest.mark.parametrize(
    ("properties", "left"),
    [
        ({"routes": [{"name": {"a": "b"}, "properties": "secret"}]}, {"routes": [{"name": {}, "properties": ""}]}),
        ({"routes": "secret"}, {"routes": ""}),
        ({"routes": [["secret"], 7, None]}, {"routes": [[""], "", None]}),
        ({"provisioningState": [{"a": "secret"}, ["secret"]]}, {"provisioningState": [{}, []]}),
        (["secret"], [""]),
        ("secret", ""),
        (None, None),
    ],
)
def test_a_value_of_the_wrong_shape_is_emptied_and_stays_wrong(properties: Any, left: Any) -> None:
    assert of_table(properties)["properties"] == left


def test_a_wrong_shape_is_the_same_gap_before_and_after() -> None:
    route = {"name": "a", "properties": {"addressPrefix": {"a": 1}}}
    raw = json.dumps({"id": TABLE, "properties": {"routes": [route]}})

    def gaps(raw: bytes) -> list[str]:
        builder = NetworkBuilder()
        builder.add(Resource(ResourceId.of(TABLE), types.ROUTE_TABLES, raw))
        return [gap.code for gap in builder._gaps]

    assert gaps(written(types.ROUTE_TABLES, raw.encode())) == gaps(raw.encode()) != []


def test_names_with_escapes_are_the_names_that_they_mean() -> None:
    raw = rb'{"id": "/x", "n\u0061me": "here", "s\u0065cret": "hidden", "t\u0061gs": {"a": "hidden"}}'
    assert json.loads(written("A/b", raw)) == {"id": "/x", "name": "here"}


def test_of_a_type_that_nobody_reads_stays_what_it_is_and_where() -> None:
    resource = {"id": "/a", "name": "n", "type": "A/b", "location": "l", "tags": {"t": "v"}, "properties": {"a": 1}}
    assert json.loads(written("A/b", json.dumps(resource).encode())) == {
        "id": "/a",
        "name": "n",
        "type": "A/b",
        "location": "l",
    }


def test_only_the_tags_that_tell_a_scale_sets_pool_are_written() -> None:
    tags = {"AKS-Managed-PoolName": "np1", "poolName": "np1", "owner": "jane", "aks-managed-ssh": "x"}
    raw = json.dumps({"id": "/a", "tags": tags}).encode()
    assert json.loads(written(types.SCALE_SETS, raw))["tags"] == {"AKS-Managed-PoolName": "np1", "poolName": "np1"}
    assert "tags" not in json.loads(written(types.ROUTE_TABLES, raw))


def test_what_is_no_json_is_written_so_that_it_does_not_parse() -> None:
    raw = b'{"id": "/a", "properties": {"routes": [{"name": "\xff"}]}}'
    assert json.loads(written(types.ROUTE_TABLES, raw, "/a")) == {
        "id": "/a",
        "type": types.ROUTE_TABLES,
        "properties": "",
    }


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("see https://a.blob.core.windows.net/c/b?sv=2024-11-04&sr=b&sig=Zm9v%3D for it", "see (removed) for it"),
        ("AccountName=a;AccountKey=Zm9vYmFy==;EndpointSuffix=x", "AccountName=a;(removed);EndpointSuffix=x"),
        ("a -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- b", "a (removed) b"),
        ("-----BEGIN CERTIFICATE-----\\nMIIE", "(removed)"),
        ("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln is old", "token (removed) is old"),
        ("Authorization: Bearer abcdefghijk", "Authorization: (removed)"),
        ("client-key-data: LS0tLS1C", "(removed)"),
        ("?password=hunter2&x=1", "?(removed)&x=1"),
        ('the body was {"client_secret": "hunter2"}', 'the body was {"(removed)"}'),
        ("pwd: hunter2, try again", "(removed), try again"),
        ("az login --password hunter2 failed", "az login (removed) failed"),
        ("by http://user:hunter2@proxy:3128/", "by http://(removed)@proxy:3128/"),
        ("see https://learn.microsoft.com/azure/aks about the secret store", None),
        ("The access token expired: sign in", None),
        ("aks-np1-12345678-vmss", None),
        ("subnet-key-data", None),
    ],
)
def test_what_looks_like_a_secret_is_removed_from_texts(text: str, clean: str | None) -> None:
    cleaned = without_secrets(text)
    assert cleaned == (clean or text)
    assert Gap("t", "s", None, "c", text).message == cleaned
    assert of_table({"routes": [{"name": text}]})["properties"]["routes"][0]["name"] == cleaned
