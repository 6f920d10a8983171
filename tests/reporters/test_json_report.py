from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

from aks_audit.audit import audit
from aks_audit.inventory.records import Source
from aks_audit.report import Report, Suppression
from aks_audit.reporters.json_report import render, schema
from tests.estate import Estate, Pool, subnet
from tests.networks import network_of

from .reports import (
    HOSTILE,
    RULES,
    empty_report,
    faulty_estate,
    faulty_report,
    hostile_report,
    report_of,
    unknown_report,
    unlisted_report,
)

HORIZONS = ["now", "upgrade", "upgradeOnePool", "autoscaleMax", "worst"]


def parsed(report: Report) -> Any:
    return json.loads(render(report))


def node_of(cluster: dict[str, Any], number: int = 0) -> Any:
    return cluster["nodes"][number]


def test_shows_the_faults(json_file: SnapshotAssertion) -> None:
    assert render(report_of(faulty_estate())) == json_file


def test_prints_its_schema(json_file: SnapshotAssertion) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema()))
    assert schema() == json_file


@pytest.mark.parametrize("make", [faulty_report, unknown_report, unlisted_report, empty_report])
def test_is_valid_by_its_own_schema(make: Any) -> None:
    jsonschema.validate(parsed(make()), json.loads(schema()), jsonschema.Draft202012Validator)


def test_the_schema_refuses_a_field_that_is_not_promised_and_one_that_is_missing() -> None:
    report = parsed(faulty_report())
    del report["clusters"][0]["nodes"][0]["podCidr"]
    with pytest.raises(jsonschema.ValidationError, match="podCidr"):
        jsonschema.validate(report, json.loads(schema()))
    with pytest.raises(jsonschema.ValidationError, match="surplus"):
        jsonschema.validate(parsed(empty_report()) | {"surplus": 1}, json.loads(schema()))


def test_every_field_of_the_contract_is_there() -> None:
    report = parsed(faulty_report())
    assert list(report) == [
        *("schemaVersion", "tool", "source", "complete", "gaps", "clusters", "subnets", "findings", "unknown"),
        *("summary", "gone", "notices", "rules", "rights", "stats"),
    ]
    assert list(report["source"]) == ["kind", "collectedAt", "subscriptions", "shard"]
    assert list(report["gaps"][0]) == ["resourceType", "scope", "status", "code", "message"]
    cluster = report["clusters"][0]
    assert list(cluster) == [
        *("id", "name", "location", "kubernetesVersion", "networkModel", "dataplane", "networkPolicy"),
        *("outboundType", "podCidrs", "serviceCidrs", "dnsServiceIP", "nodePools", "nodes"),
    ]
    assert list(cluster["nodePools"][0]) == [
        *("name", "networkModel", "osType", "mode", "count", "minCount", "maxCount", "maxPods", "maxSurge"),
        *("surgeNodes", "nodeSubnetId", "podSubnetId", "egress", "podEgress"),
    ]
    assert list(cluster["nodePools"][0]["egress"]) == ["kind", "via", "addresses", "matchesOutboundType", "because"]
    assert list(cluster["nodes"][0]) == [
        *("name", "nodePool", "address", "nicId", "ipForwarding", "podCidr", "podAddresses", "route"),
    ]
    assert list(cluster["nodes"][0]["route"]) == [
        *("routeTableId", "name", "addressPrefix", "nextHopType", "nextHopIpAddress"),
    ]
    shared = report["subnets"][0]
    assert list(shared) == [
        *("id", "prefixes", "usable", "used", "free", "usedSource", "consumers", "needed", "fits"),
    ]
    assert list(shared["consumers"][0]) == ["kind", "clusterId", "nodePool", "resourceId", "addresses"]
    assert list(shared["needed"]) == list(shared["fits"]) == HORIZONS
    finding = report["findings"][0]
    assert list(finding) == [
        *("rule", "severity", "latent", "title", "message", "resourceId", "clusterId", "affected", "evidence"),
        *("arithmetic", "remediation", "helpUri", "fingerprint", "suppressed", "baselined"),
    ]
    assert list(finding["evidence"][0]) == ["resourceId", "path", "value"]
    assert list(report["summary"]) == [
        *("critical", "high", "medium", "low", "info", "unknown", "suppressed", "baselined", "gone"),
    ]


def test_a_node_without_a_route_has_neither_route_nor_range() -> None:
    report = parsed(report_of(faulty_estate()))
    blue = report["clusters"][0]
    lost = [node for node in blue["nodes"] if node["route"] is None]
    assert [node["podCidr"] for node in lost] == [None]
    assert all(node["podAddresses"] == [] for node in blue["nodes"])


def test_pod_addresses_are_sorted_by_number_and_blocks_have_their_length() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.2.0.0/16"], {"nodes": "10.2.0.0/24", "pods": "10.2.8.0/21"})
    pool = Pool(count=1, max_pods=30, subnet=subnet(vnet, "nodes"), pod_subnet=subnet(vnet, "pods"))
    estate.cluster("aks1", "cni-pod-subnet-static", pools=[pool])
    estate.cluster("aks2", "cni-node-subnet", subnet=subnet(vnet, "nodes"), pools=[Pool(count=1, max_pods=110)])
    static, flat = parsed(report_of(estate))["clusters"]
    assert node_of(static)["podAddresses"][0].endswith("/28")
    numbers = [int(address.rpartition(".")[2]) for address in node_of(flat)["podAddresses"]]
    assert len(numbers) == 110
    assert numbers == sorted(numbers)


def test_what_azure_never_shows_is_null() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.2.0.0/16"], {"nodes": "10.2.0.0/24", "pods": "10.2.8.0/21"})
    pool = Pool(subnet=subnet(vnet, "nodes"), pod_subnet=subnet(vnet, "pods"))
    estate.cluster("aks1", "cni-pod-subnet-dynamic", pools=[pool])
    report = parsed(report_of(estate))
    pods = report["subnets"][1]
    assert node_of(report["clusters"][0])["podAddresses"] is None
    assert (pods["used"], pods["free"], pods["usedSource"]) == (None, None, None)
    assert pods["needed"]["now"] == 3 * 16  # the least: a batch a node
    assert pods["fits"]["worst"] is True  # even with every node full


def test_a_pod_subnet_that_fits_at_the_least_only_is_not_known_to_fit() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.2.0.0/16"], {"nodes": "10.2.0.0/24", "pods": "10.2.8.0/24"})
    pool = Pool(subnet=subnet(vnet, "nodes"), pod_subnet=subnet(vnet, "pods"), max_pods=110)
    estate.cluster("aks1", "cni-pod-subnet-dynamic", pools=[pool])
    assert parsed(report_of(estate))["subnets"][1]["fits"]["now"] is None


@pytest.mark.parametrize(
    ("model", "sent", "expected"),
    [
        ("cni-overlay", "cilium", "cilium"),
        ("cni-overlay", "azure", "azure"),
        ("cni-overlay", None, "azure"),
        ("cni-overlay", "new", None),
        ("kubenet", None, None),
        ("byo", None, None),
    ],
)
def test_tells_the_dataplane_of_azure_cni(model: Any, sent: str | None, expected: str | None) -> None:
    estate = Estate()
    profile = estate.cluster("aks1", model)["properties"]["networkProfile"]
    profile.pop("networkDataplane", None)
    profile |= {"networkDataplane": sent} if sent else {}
    assert parsed(report_of(estate))["clusters"][0]["dataplane"] == expected


def test_input_without_a_header_has_no_date_and_no_subscriptions() -> None:
    network = network_of(faulty_estate())
    network.source = Source("inventory", None)
    source = parsed(audit(network, RULES))["source"]
    assert source == {"kind": "inventory", "collectedAt": None, "subscriptions": None, "shard": None}


def test_every_unknown_points_at_one_of_the_gaps() -> None:
    report = parsed(unknown_report())
    assert report["complete"] is False
    assert [item["gap"] in report["gaps"] for item in report["unknown"]] == [True]
    assert report["summary"]["unknown"] == 1


def test_a_suppressed_finding_stays_and_is_counted_apart() -> None:
    report = report_of(faulty_estate())
    accepted = Suppression(reason="known", owner="team", expires="2027-01-01")
    report = replace(report, findings=(replace(report.findings[0], suppressed=accepted), *report.findings[1:]))
    found = parsed(report)
    assert found["findings"][0]["suppressed"] == {"reason": "known", "owner": "team", "expires": "2027-01-01"}
    assert (found["summary"]["critical"], found["summary"]["suppressed"]) == (1, 1)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_keeps_hostile_names_whole_and_steers_no_terminal(name: str) -> None:
    text = render(hostile_report(name))
    assert all(character.isprintable() or character == "\n" for character in text)
    pools = [pool["name"] for cluster in json.loads(text)["clusters"] for pool in cluster["nodePools"]]
    assert name in pools
