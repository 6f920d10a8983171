"""SARIF 2.1.0, as code scanning takes it.

GitHub shows every result as an alert, whatever its `kind` and `baselineState`, and closes the alert of a result that is
no longer there. So what is gone since the baseline is a notification and no result; and a Gap that kept rules from
telling is a result of kind `open`, or the alerts of those rules would close as if the trouble were fixed.

Sources: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html,
https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from .. import __version__
from ..findings import Rule, Severity
from ..inventory.records import Gap
from ..report import Report, ReportedFinding, ReportedUnknown
from .escape import ID, visible
from .json_report import dump
from .sarif_places import gap_fingerprint, gap_place, place, seen_at
from .sarif_rules import COULD_NOT_TELL, LEVELS, could_not_tell, descriptor
from .sarif_text import text_of
from .words import by_gap, count_of, gap_sentence, remedy, rules_of

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS: Final = 25_000
"""GitHub refuses a run with more. https://docs.github.com/code-security/reference/code-scanning/sarif-files/troubleshoot-sarif-uploads/results-exceed-limit"""
SHOWN_RESULTS: Final = 5_000
"""GitHub keeps that many of a run; same page."""
_MOST_PLACES: Final = 100
"""GitHub shows that many locations of a result; same page."""
_MOST_NOTIFICATIONS: Final = 1_000

Json = dict[str, Any]


def render(report: Report) -> str:
    """The report as SARIF, with one run."""
    rules = _rules(report)
    index = {rule.id: number for number, rule in enumerate(rules)}
    spoilt = [(gap, unknowns) for gap, unknowns in by_gap(report) if unknowns]
    results = [
        *(_result(item, index, report.compared) for item in report.findings if item.suppressed is None),
        *(_open(gap, unknowns, len(rules)) for gap, unknowns in spoilt),
        *(_result(item, index, report.compared) for item in report.findings if item.suppressed),
    ]
    left = len(results) - MOST_RESULTS
    notifications = [*_cut(len(results), max(0, left)), *_notifications(report, index)]
    return dump(
        {
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {"driver": _driver(report, rules, with_unknown=bool(spoilt))},
                    "invocations": [
                        {
                            "executionSuccessful": True,
                            "toolExecutionNotifications": _shortened(notifications),
                            "toolConfigurationNotifications": [
                                _notification(notice.message, "warning", {"kind": notice.kind})
                                for notice in report.notices
                            ],
                        }
                    ],
                    "automationDetails": {"id": "aks-audit/"},
                    "columnKind": "unicodeCodePoints",
                    "results": results[:MOST_RESULTS],
                    "properties": _about(report),
                }
            ],
        }
    )


def _rules(report: Report) -> tuple[Rule, ...]:
    """The rules that ran, and whatever else has an answer in the report, by id."""
    answered = (*(item.rule for item in report.findings), *(item.rule for item in report.unknown))
    return tuple(sorted({rule.id: rule for rule in (*report.ran, *answered)}.values(), key=lambda rule: rule.id))


def _driver(report: Report, rules: Iterable[Rule], *, with_unknown: bool) -> Json:
    worst: dict[str, Severity] = {}
    for item in report.active:
        worst[item.rule.id] = max(worst.get(item.rule.id, item.severity), item.severity)
    return {
        "name": "aks-audit",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [
            *(descriptor(rule, worst.get(rule.id, rule.severity)) for rule in rules),
            *([could_not_tell()] if with_unknown else []),
        ],
    }


def _about(report: Report) -> Json:
    header = report.source.header
    return {
        "source": {
            "kind": report.source.kind,
            "collectedAt": header.collected_at if header else None,
            "subscriptions": list(header.subscriptions) if header else None,
        },
        "complete": report.complete,
        "clusters": len(report.clusters),
        "checksThatCouldNotTell": len(report.unknown),
    }


def _result(item: ReportedFinding, index: dict[str, int], compared: bool) -> Json:
    finding, promise = item.finding, item.suppressed
    evidence = finding.evidence[:_MOST_PLACES]
    about = {
        "severity": item.severity,
        "latent": finding.latent,
        "arithmetic": visible(finding.arithmetic) if finding.arithmetic else None,
        "clusterId": visible(finding.cluster_id.text, ID) if finding.cluster_id else None,
        "affected": [visible(resource_id.text, ID) for resource_id in finding.affected[:_MOST_PLACES]],
        "evidenceLeftOut": len(finding.evidence) - len(evidence) or None,
        "affectedLeftOut": max(0, len(finding.affected) - _MOST_PLACES) or None,
    }
    result: Json = {
        "ruleId": item.rule.id,
        "ruleIndex": index[item.rule.id],
        "kind": "fail",
        "level": LEVELS[item.severity],
        "message": {"text": text_of(_sentence(item))},
        "locations": [place(finding.resource_id)],
        "partialFingerprints": _fingerprints(item.fingerprint),
        "properties": {key: value for key, value in about.items() if value is not None},
    }
    if evidence:
        result["relatedLocations"] = [seen_at(seen, number) for number, seen in enumerate(evidence, 1)]
    if promise:
        until = f"until {promise.expires}" if promise.expires else "until it is taken back"
        why = f"{promise.reason} ({promise.owner or 'nobody'}, {until})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": visible(why)}]
    if compared:
        result["baselineState"] = "unchanged" if item.baselined else "new"
    return result


def _sentence(item: ReportedFinding) -> str:
    finding = item.finding
    latent = " Works now; the next write will be refused." if finding.latent else ""
    total = f" Sum: {finding.arithmetic}." if finding.arithmetic else ""
    return f"{finding.message.rstrip('.')}.{total}{latent}"


def _fingerprints(fingerprint: str) -> Json:
    """GitHub goes by the hash of a line; a resource has one line."""
    return {"primaryLocationLineHash": f"{fingerprint}:1", "aksAudit/v1": fingerprint}


def _open(gap: Gap, unknowns: list[ReportedUnknown], rule_index: int) -> Json:
    """A Gap that kept rules from telling."""
    rules = rules_of(unknowns)
    shown = ", ".join(rules[:20]) + (f" and {len(rules) - 20:,} more" if len(rules) > 20 else "")
    help_with = remedy(gap)
    text = f"{count_of(len(unknowns), 'check')} could not tell, for want of {gap_sentence(gap)}. Rules: {shown}."
    return {
        "ruleId": COULD_NOT_TELL,
        "ruleIndex": rule_index,
        "kind": "open",
        "level": "none",
        "message": {"text": text_of(f"{text} What helps: {help_with}." if help_with else text)},
        "locations": [place(gap_place(gap, unknowns))],
        "partialFingerprints": _fingerprints(gap_fingerprint(gap)),
        "properties": {"gap": _gap(gap), "rules": rules},
    }


def _gap(gap: Gap) -> Json:
    return {
        "resourceType": visible(gap.resource_type, ID),
        "scope": visible(gap.scope, ID),
        "status": gap.status,
        "code": visible(gap.code, ID),
        "message": visible(gap.message),
    }


def _notifications(report: Report, index: dict[str, int]) -> Iterator[Json]:
    for item in report.gone:
        about = {"baselineState": "absent", "severity": item.severity, "fingerprint": item.fingerprint}
        told = _notification(f"gone since the baseline: {item.rule}: {item.message}", "note", about)
        yield told | {"locations": [place(item.resource_id)]}
    for gap, unknowns in by_gap(report):
        if not unknowns:
            yield _notification(f"not collected: {gap_sentence(gap)}", "note", {"gap": _gap(gap)})
        for unknown in unknowns:
            told = _notification(f"could not tell: {gap_sentence(gap)}", "warning", {})
            rule = {"id": unknown.rule.id, "index": index[unknown.rule.id]}
            yield told | {"associatedRule": rule, "locations": [place(unknown.resource_id)]}


def _notification(text: str, level: str, about: Json) -> Json:
    told: Json = {"message": {"text": text_of(text)}, "level": level}
    return told | {"properties": about} if about else told


def _shortened(notifications: list[Json]) -> list[Json]:
    left = len(notifications) - _MOST_NOTIFICATIONS
    if left <= 0:
        return notifications
    said = _notification(f"{count_of(left, 'notification')} left out; the JSON report has all", "warning", {})
    return [said, *notifications[:_MOST_NOTIFICATIONS]]


def _cut(total: int, left: int) -> Iterator[Json]:
    if left:
        text = f"{count_of(left, 'result')} left out: a run may hold {MOST_RESULTS:,}; the JSON report has all"
        yield _notification(text, "error", {"left": left})
    elif total > SHOWN_RESULTS:
        yield _notification(f"GitHub shows {SHOWN_RESULTS:,} of {total:,} results, the most severe", "warning", {})
