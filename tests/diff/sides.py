"""Reports to compare."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from aks_audit.diff import Difference, Document, compare, read
from aks_audit.report import Report
from aks_audit.reporters.json_report import render

from ..estate import Estate
from ..reporters.reports import faulty_estate, report_of

SHARED = "virtualNetworks/vnet-hub/subnets/shared"


def document(report: Report) -> Document:
    return read(render(report).encode(), "a.json")


def parsed(report: Report) -> Any:
    return json.loads(render(report))


def between(old: Report, new: Report, fail_on: str = "high") -> Difference:
    return compare(document(old), document(new), fail_on)


def grown_estate() -> Estate:
    """The faulty estate, later: a larger pool, one route less, a cluster less."""
    estate = faulty_estate()
    for cluster in estate.of_type("managedClusters"):
        if cluster["name"] == "green":
            cluster["properties"]["agentPoolProfiles"][1] |= {"count": 4, "maxCount": 9}
        if cluster["name"] == "orange":
            cluster["properties"]["networkProfile"]["outboundType"] = "userDefinedRouting"
    estate.of_type("routeTables")[0]["properties"]["routes"].pop(3)
    return estate


def without(report: Report, rule: str) -> Report:
    """The report without the findings of a rule."""
    return replace(report, findings=tuple(item for item in report.findings if item.rule.id != rule))


def faulty() -> Report:
    return report_of(faulty_estate())
