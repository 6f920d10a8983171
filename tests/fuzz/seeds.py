"""Where a search starts: small inputs of every shape, made from the tests' estates."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import yaml

from aks_audit.audit import audit
from aks_audit.baseline import write as write_baseline
from aks_audit.config.file import schema
from aks_audit.inventory import types
from aks_audit.reporters.json_report import render
from aks_audit.rules import catalogue

from ..estate import Estate, Json, Model, Pool, subnet
from ..inventory.flatten import flatten
from ..networks import network_of

MODELS: Final[tuple[Model, ...]] = (
    "kubenet",
    "cni-node-subnet",
    "cni-pod-subnet-dynamic",
    "cni-pod-subnet-static",
    "cni-overlay",
    "byo",
)
CONFIGURATION: Final = """\
profile = "policy"
select = ["kubenet-route-missing", "byo-cni"]
ignore = ["byo-cni"]
fail_on = "low"
external_prefixes = ["192.168.0.0/16", { prefix = "fd00::/8", name = "site" }]
expected_egress = ["20.50.0.1", "20.50.0.0/28"]

[severity]
subnet-nearly-full = "low"

[thresholds]
used_percent_medium = 70
used_percent_high = 90

[[suppress]]
rule = "kubenet-retirement"
resource = "*/resourceGroups/rg-lab/*"
reason = "the lab is torn down"
owner = "net team"
expires = 2027-03-31
"""


@lru_cache
def estate(model: Model) -> Estate:
    """One cluster of a model with two nodes and what stands around it."""
    made = Estate(resource_group="rg-network")
    ranges = {"nodes": "10.1.0.0/24", "pods": "10.1.2.0/23"}
    hub = made.virtual_network("hub", "10.0.0.0/16", {"shared": "10.0.4.0/24"})
    vnet = made.virtual_network("vnet", "10.1.0.0/16", ranges, peer_with=[hub])
    made.azure_firewall(hub)
    made.private_dns_zone("privatelink.westeurope.azmk8s.io", [vnet])
    made.network_security_group("nsg", subnets=[subnet(vnet, "nodes")])
    made.private_endpoint(subnet(hub, "shared"), "pe")
    cluster = made.cluster(
        "aks1",
        model,
        subnet=subnet(vnet, "nodes"),
        pod_subnet=subnet(vnet, "pods") if "pod-subnet" in model else None,
        pools=[Pool(count=2, max_pods=10 if model == "cni-node-subnet" else None, max_count=4)],
    )
    if model != "byo":
        made.public_service(cluster)
    return made


@lru_cache
def resources() -> tuple[Json, ...]:
    """Resources of every type, each a few times."""
    return tuple(resource for model in MODELS for resource in estate(model).resources)


def inventories() -> list[bytes]:
    """Inventories in every accepted shape, plain and gzipped."""
    found = []
    with TemporaryDirectory() as folder:
        for model in MODELS:
            found.append(estate(model).write(Path(folder) / "estate.jsonl").read_bytes())
    few = list(estate("kubenet").resources[:6])
    nested = {**few[0], "resources": [{**child, "id": None} for child in few[1:3]]}
    gap = {
        "gap": {
            "resourceType": types.ROUTE_TABLES,
            "scope": "/subscriptions/s",
            "status": 403,
            "code": "A",
            "message": "m",
        }
    }
    header: Json = {"inventory": {"schemaVersion": 1, "collectedAt": None, "complete": []}}
    found += [
        as_json(few),
        as_json({"value": few, "nextLink": None}),
        as_json({"resources": few}),
        as_json({"data": few, "count": 6, "$skipToken": "x"}),
        as_json(few[0]),
        as_json([nested]),
        b"\n".join(map(as_json, few)),
        b"\xef\xbb\xbf" + json.dumps(few, indent=2).encode(),
        b"\n".join(map(as_json, [header, {"gap": gap}, {"end": {"resources": 0, "gaps": 1}}])),
    ]
    return [*found, *(gzip.compress(text) for text in found[-6:])]


def single_resources() -> list[bytes]:
    """One resource each, as a line."""
    return list({as_json(resource): None for resource in resources()})


def flattened() -> list[bytes]:
    """One resource each, as the Azure CLI prints it."""
    return [
        as_json(flatten(resource, sdk=sdk)) for resource in estate("cni-overlay").resources for sdk in (False, True)
    ]


def cassettes() -> list[bytes]:
    """Cassettes of a few answers: as we write them, with a body of text, and with a gzipped one."""
    made = estate("kubenet")
    scope = f"https://management.azure.com/subscriptions/{made.subscription}/providers"
    few = [(t, made.of_type(t.rpartition("/")[2])[:2]) for t in (types.MANAGED_CLUSTERS, types.ROUTE_TABLES)]
    bodies = {f"{scope}/{t}?api-version=2024-01-01": as_json({"value": found}) for t, found in few}
    as_text = [_interaction(uri, body.decode(), {}) for uri, body in bodies.items()]
    zipped = [_interaction(uri, gzip.compress(body), {"content-encoding": ["gzip"]}) for uri, body in bodies.items()]
    refused = [_interaction(next(iter(bodies)), '{"error": {"code": "AuthorizationFailed", "message": "no"}}', {}, 403)]
    return [yaml.safe_dump({"interactions": given, "version": 1}).encode() for given in (as_text, zipped, refused)]


def answers() -> list[bytes]:
    """Bodies of answers: pages, errors, and lists of subscriptions."""
    few = list(estate("kubenet").resources[:2])
    return [
        as_json({"value": few, "nextLink": "https://management.azure.com/x?$skiptoken=1"}),
        as_json({"error": {"code": "AuthorizationFailed", "message": "no", "details": []}}),
        as_json({"Error": {"Code": "X", "Message": "y"}}),
        as_json({"code": "X", "message": "y"}),
        as_json({"value": [{"subscriptionId": "s", "displayName": "d", "state": "Enabled"}]}),
    ]


def reports() -> list[bytes]:
    """JSON reports and a baseline."""
    with TemporaryDirectory() as folder:
        found = []
        for model in MODELS[:3]:
            report = audit(network_of(estate(model), refused=[types.ROUTE_TABLES]), catalogue())
            write_baseline(report, f"{folder}/baseline.json")
            found += [render(report).encode(), (Path(folder) / "baseline.json").read_bytes()]
    return found


def texts() -> list[bytes]:
    """Ids, prefixes and addresses, a line each."""
    ids = [resource["id"] for resource in estate("kubenet").resources[:8]]
    prefixes = ["10.0.0.0/8", "10.1.0.1/24", "fd00::/64", "0.0.0.0/0", "::ffff:10.0.0.1/120", "10.0.0.4", "Internet"]
    return [text.encode() for text in (*ids, *prefixes, "\n".join([*ids[:2], *prefixes]))]


def configurations() -> list[bytes]:
    return [CONFIGURATION.encode(), *(part.encode() for part in CONFIGURATION.split("\n\n"))]


def words() -> list[str]:
    """What a dictionary of a search should know: keys and short values of all that ARM sends and we write."""
    found: dict[str, None] = {}
    for document in (*resources(), schema(), *map(json.loads, reports()[:2])):
        _words(document, found)
    return sorted(word for word in found if 1 < len(word) <= 60)


def _words(value: Any, found: dict[str, None]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            found[key] = None
            _words(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _words(inner, found)
    elif isinstance(value, str):
        found[value] = None


def _interaction(uri: str, body: str | bytes, headers: dict[str, list[str]], status: int = 200) -> dict[str, Any]:
    return {
        "request": {"body": None, "headers": {}, "method": "GET", "uri": uri},
        "response": {"body": {"string": body}, "headers": headers, "status": {"code": status, "message": "OK"}},
    }


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()
