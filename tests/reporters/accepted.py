"""Reports with suppressed findings, and held against a baseline."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from aks_audit.findings import Severity
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.report import Known, Notice, Report
from aks_audit.suppressions import Suppress, suppress

from .reports import faulty_estate, report_of

TODAY = date(2026, 11, 20)


def entry(rule: str = "kubenet-route-missing", resource: str = "*", expires: date = date(2027, 3, 31)) -> Suppress:
    return Suppress(rule=rule, resource=resource, reason="known since <May>", owner="net team", expires=expires)


def accepted_report() -> Report:
    """One finding suppressed, one known, one gone, and a notice."""
    report = suppress(report_of(faulty_estate()), [entry(expires=date(2026, 12, 1))], TODAY)
    findings = tuple(replace(item, baselined=item.suppressed is None) for item in report.findings)
    gone = Known(
        rule="kubenet-route-stale",
        severity=Severity.MEDIUM,
        resource_id=ResourceId.of("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/routeTables/rt-old"),
        message="rt-old has a route of a node that is no longer there",
        fingerprint="0" * 32,
    )
    left = Notice("baseline-unchecked", "1 finding of the baseline was not looked at again")
    return replace(report, findings=findings, compared=True, gone=(gone,), notices=(*report.notices, left))
