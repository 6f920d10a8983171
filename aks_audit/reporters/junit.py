"""JUnit XML: a suite a family, a case for each finding and each rule that found nothing.

A case fails where its finding fails the run; a finding that does not passes, and says so. What could not be told is an
error and what is suppressed is skipped: neither reads as passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Final

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from junitparser.junitparser import FinalResult

from ..findings import Rule
from ..inventory.resource_id import ResourceId
from ..report import Known, Report, ReportedFinding, ReportedUnknown
from .escape import ID, shorten, visible
from .words import gap_sentence, gap_words, kind_of, name_of, remedy, short_type, source_words, value_words, verdict

_EVIDENCE_SHOWN: Final = 30
_PLACES_SHOWN: Final = 20


def render(report: Report) -> str:
    """The report as JUnit XML."""
    cases: dict[str, list[TestCase]] = {}
    failing = {id(item) for item in report.failing}
    for item in report.findings:
        cases.setdefault(item.rule.family, []).append(_finding(item, fails=id(item) in failing))
    for rule, unknowns in _by_rule_and_gap(report.unknown):
        cases.setdefault(rule.family, []).append(_unknown(rule, unknowns))
    for rule in _without_answer(report):
        cases.setdefault(rule.family, []).append(_quiet(rule, judged=bool(report.clusters)))
    families = {rule.id: rule.family for rule in report.ran}
    for gone in report.gone:
        cases.setdefault(families.get(gone.rule, "gone"), []).append(_gone(gone))
    whole = JUnitXml("aks-audit")
    for suite in (_about(report), *(_suite(family, own) for family, own in sorted(cases.items()))):
        whole.add_testsuite(suite)
    suites = list(whole)
    whole.tests, whole.failures, whole.errors = (
        sum(getattr(suite, count) for suite in suites) for count in ("tests", "failures", "errors")
    )
    written = BytesIO()
    whole.write(written, pretty=True)
    return written.getvalue().decode().rstrip() + "\n"


def _suite(family: str, cases: list[TestCase]) -> TestSuite:
    """A suite in which no two cases have the same name, since viewers tell cases apart by it."""
    seen: Counter[str] = Counter()
    for case in cases:
        name = case.name
        seen[name] += 1
        if seen[name] > 1:
            case.name = f"{name} ({seen[name]})"
    suite = TestSuite(family)
    suite.add_testcases(sorted(cases, key=lambda case: str(case.classname)))
    return suite


def _about(report: Report) -> TestSuite:
    """The verdict, and what wants attention without being a finding."""
    suite = TestSuite("report")
    case = _case("aks-audit", "the clusters that were asked for could be read")
    gaps = [visible(f"not collected: {gap_sentence(gap)}") for gap in report.gaps]
    if not report.clusters:
        case.result = [Error("no cluster was read, so nothing was judged", "no-cluster")]
    lines = [f"{verdict(report)}", source_words(report.source)]
    case.system_out = _text([*lines, *(notice.message for notice in report.notices), *gaps])
    suite.add_testcases([case])
    return suite


def _case(rule_id: str, name: str) -> TestCase:
    return TestCase(visible(name, ID), f"aks-audit.{visible(rule_id, ID)}", 0)


def _finding(item: ReportedFinding, *, fails: bool) -> TestCase:
    finding, promise = item.finding, item.suppressed
    case = _case(item.rule.id, f"{item.rule.id} at {kind_of(finding.resource_id)} {_place(item)}")
    message = f"{item.severity}: {shorten(visible(finding.message), 600)}"
    result: FinalResult | None = None
    if promise:
        until = promise.expires or "it is taken back"
        why = visible(f"suppressed until {until}: {promise.reason} ({promise.owner or 'nobody'})")
        result = Skipped(why, "suppressed")
    elif fails:
        result = Failure(message, item.severity)
        result.text = _text(_proof(item))
    if result is not None:
        case.result = [result]
    if not fails:
        known = "in the baseline" if item.baselined else "below --fail-on"
        case.system_out = _text([message if promise else f"{message} ({known})", *_proof(item)])
    return case


def _place(item: ReportedFinding) -> str:
    """The resource's name, with its resource group, and what tells two findings there apart."""
    resource_id, key = item.finding.resource_id, ResourceId.of(item.finding.key)
    parts = [visible(name_of(resource_id), 160)]
    if resource_id.resource_group and resource_id.names:
        parts.append(f"in {visible(resource_id.resource_group, 90)}")
    if key.text:
        parts.append(f"[{visible(name_of(key), 80)}]")
    return " ".join(parts)


def _proof(item: ReportedFinding) -> Iterator[str]:
    finding = item.finding
    if finding.arithmetic:
        yield f"sum: {finding.arithmetic}"
    if finding.latent:
        yield "latent: works now, the next write will be refused"
    yield f"resource: {finding.resource_id}"
    for affected in finding.affected[:_PLACES_SHOWN]:
        yield f"affected: {affected}"
    yield from _more(len(finding.affected) - _PLACES_SHOWN, "affected")
    for seen in finding.evidence[:_EVIDENCE_SHOWN]:
        yield f"{name_of(seen.resource_id)}: {seen.path} = {value_words(seen.value)}"
    yield from _more(len(finding.evidence) - _EVIDENCE_SHOWN, "values")
    yield f"fix: {item.rule.remediation}"
    yield f"see: {item.rule.source} and aks-audit explain {item.rule.id}"
    yield f"fingerprint: {item.fingerprint}"


def _more(left: int, what: str) -> Iterator[str]:
    if left > 0:
        yield f"and {left:,} more {what}; the JSON report has all"


def _text(lines: Iterable[str]) -> str:
    return "\n".join(visible(line) for line in lines)


def _unknown(rule: Rule, unknowns: list[ReportedUnknown]) -> TestCase:
    gap = unknowns[0].gap
    scope = f"{short_type(gap.resource_type)} {gap_words(gap)} {visible(gap.scope, 200)}"
    case = _case(rule.id, f"{rule.id} could not tell: {scope}")
    error = Error(visible(f"could not tell: {gap_sentence(gap)}", 600), "could-not-tell")
    places = [f"at {item.resource_id}" for item in unknowns[:_PLACES_SHOWN]]
    helps = [f"what helps: {remedy(gap)}"] if remedy(gap) else []
    error.text = _text([*places, *_more(len(unknowns) - _PLACES_SHOWN, "places"), *helps])
    case.result = [error]
    return case


def _by_rule_and_gap(unknowns: Iterable[ReportedUnknown]) -> list[tuple[Rule, list[ReportedUnknown]]]:
    groups: dict[object, list[ReportedUnknown]] = {}
    for item in unknowns:
        groups.setdefault((item.rule.id, item.gap), []).append(item)
    return [(group[0].rule, group) for group in groups.values()]


def _without_answer(report: Report) -> Iterator[Rule]:
    """The rules that looked and found nothing."""
    answered = {item.rule.id for item in report.findings} | {item.rule.id for item in report.unknown}
    return (rule for rule in report.ran if rule.id not in answered)


def _quiet(rule: Rule, *, judged: bool) -> TestCase:
    case = _case(rule.id, rule.id)
    if not judged:
        case.result = [Skipped("there was no cluster to judge", "no-cluster")]
    return case


def _gone(item: Known) -> TestCase:
    where = f"{kind_of(item.resource_id)} {visible(name_of(item.resource_id), 160)}"
    case = _case(item.rule, f"{item.rule} at {where}: gone since the baseline")
    case.system_out = _text([f"was {item.severity}: {item.message}", f"fingerprint: {item.fingerprint}"])
    return case
