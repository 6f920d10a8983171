"""Markdown for a pull-request comment or a job summary, as GitHub renders it.

The verdict is the first line. What does not fit in a comment is left out from the least to the worst, and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape as html_escape
from typing import Final

from .. import __version__
from ..analysis.addresses import show
from ..capacity.subnets import SubnetCapacity
from ..findings import Evidence, Rule, Severity
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..model import NodePool
from ..report import Report, ReportedCluster, ReportedFinding, ReportedPool, ReportedUnknown
from . import markdown_accepted as accepted
from . import markdown_rights as rights
from . import mermaid
from .escape import ID, code, prose
from .markdown_table import ELSEWHERE, fitting, table
from .words import (
    HORIZON_NAMES,
    by_gap,
    by_rule,
    clusters_of,
    count_of,
    fullest_first,
    gap_words,
    kind_of,
    name_of,
    need_words,
    remedy,
    rules_of,
    verdict,
    worst_first,
)

MOST_CHARACTERS: Final = 60_000
"""GitHub takes comments of up to 65,536 characters; the rest is for whoever adds a line of their own."""

_MARKS: Final = {
    Severity.CRITICAL: "🔴",
    Severity.HIGH: "🟠",
    Severity.MEDIUM: "🟡",
    Severity.LOW: "🔵",
    Severity.INFO: "⚪",
}
_EVIDENCE_SHOWN: Final = 12
_AFFECTED_SHOWN: Final = 5
_MOST_OF_PICTURE: Final = 0.25


def render(report: Report, most_characters: int = MOST_CHARACTERS) -> str:
    """The report as Markdown of at most about that many characters."""
    head, foot = _head(report), _foot(report)
    room = most_characters - len(head) - len(foot)
    parts: dict[Callable[[Report, int], str], str] = {}
    # filled in the order of what matters, each with its share of what is left; shown in another order
    for section, share in (
        (_findings, 0.5),
        (_unknown, 0.3),
        (_subnets, 0.4),
        (_details, 0.5),
        (_clusters, 0.6),
        (_picture, 0.7),
        (accepted.notices, 0.5),
        (accepted.gone, 0.7),
        (accepted.suppressed, 1.0),
    ):
        parts[section] = section(report, int(room * share))
        room -= len(parts[section])
    last = (accepted.notices, accepted.gone, accepted.suppressed)
    order = (_findings, _subnets, _clusters, _picture, _details, _unknown, *last)
    return "\n".join(filter(None, (head, *(parts[section] for section in order), foot)))


def _head(report: Report) -> str:
    said = verdict(report)
    mark = _MARKS[said.worst] if said.worst else "⚠️" if report.unknown or not report.clusters else "✅"
    lines = [f"{mark} **{said.trouble}**{said.where}{said.unsure}", ""]
    spoilt = [(gap, unknowns) for gap, unknowns in by_gap(report) if unknowns]
    if spoilt:
        gap, _ = spoilt[0]
        others = f", and {count_of(len(spoilt) - 1, 'other gap')}" if len(spoilt) > 1 else ""
        why = f"{prose(gap.resource_type)} in {_scope(gap)}: {prose(gap_words(gap))}"
        lines += [f"> Could not tell because of {why}{others}. What was not seen was not judged.", ""]
    return "\n".join(lines)


def _foot(report: Report) -> str:
    header = report.source.header
    facts = [f"aks-audit {__version__}", prose(report.source.kind)]
    if header and header.collected_at:
        facts.append(f"collected {prose(header.collected_at)}")
    if header and header.subscriptions:
        facts.append(count_of(len(header.subscriptions), "subscription"))
    return f"<sub>{' · '.join(facts)} · {ELSEWHERE}</sub>\n"


def _findings(report: Report, room: int) -> str:
    if not report.active:
        return ""
    lines = table(["", "What", "Where"], "lll", (_finding_row(item) for item in report.active))
    rows, left = fitting(lines[2:], room)
    said = [_left_out(report.active[len(rows) :])] if left else []
    latent = (
        ["", "*latent*: works now; the next write is refused."] if any(i.finding.latent for i in report.active) else []
    )
    known = ["", "*known*: the baseline has it."] if any(item.baselined for item in report.active) else []
    return "\n".join(["### Findings", "", *lines[:2], *rows, *latent, *known, *said, ""])


def _left_out(items: Iterable[ReportedFinding], what: str = "") -> str:
    items = list(items)
    counts = {severity: sum(1 for item in items if item.severity is severity) for severity in Severity}
    kinds = ", ".join(f"{number:,} {severity}" for severity, number in counts.items() if number)
    return f"\n**{what}{count_of(len(items), 'finding')} left out for length** ({kinds}); {ELSEWHERE}."


def _finding_row(item: ReportedFinding) -> list[str]:
    finding = item.finding
    what = prose(finding.message, 700)
    if finding.arithmetic:
        what += f"<br>{code(finding.arithmetic, 500)}"
    where = f"{kind_of(finding.resource_id)} {code(name_of(finding.resource_id))}".strip()
    named = finding.resource_id.ancestor("managedClusters")
    clusters = [cluster for cluster in sorted(clusters_of(item)) if cluster != named]
    if clusters:
        others = f" and {len(clusters) - 3:,} more" if len(clusters) > 3 else ""
        where += f"<br>for {', '.join(code(cluster.name) for cluster in clusters[:3])}{others}"
    latent = "<br>*latent*" if finding.latent else ""
    known = "<br>*known*" if item.baselined else ""
    return [f"{_MARKS[item.severity]}&nbsp;{item.severity}{latent}{known}", what, where]


def _subnets(report: Report, room: int) -> str:
    if not report.subnets:
        return ""
    head = ["Subnet", "Usable", "Used", "Free", *(HORIZON_NAMES[name].capitalize() for name in _SHOWN), "Pools"]
    lines = table(head, "l" + "r" * (len(head) - 2) + "l", (_subnet_row(c) for c in fullest_first(report)))
    rows, left = fitting(lines[2:], room)
    said = ["", f"**{count_of(left, 'subnet')} with more room left out for length**; {ELSEWHERE}."] if left else []
    legend = "Addresses needed, strangers included; ❌ does not fit, + at least, ? not known. " + (
        "*Worst*: every pool at its maximum and upgrading."
    )
    return "\n".join(["### Subnets", "", *lines[:2], *rows, *said, "", f"<sub>{legend}</sub>", ""])


_SHOWN: Final = ("now", "upgrade", "autoscale_max", "worst")


def _subnet_row(capacity: SubnetCapacity) -> list[str]:
    pools: dict[str, list[str]] = {}
    for demand in capacity.demands:
        pools.setdefault(demand.cluster.name, []).append(demand.pool.name)
    users = [
        f"{code(name)}: {', '.join(map(code, own[:6]))}{' …' if len(own) > 6 else ''}" for name, own in pools.items()
    ]
    more = f"<br>and {count_of(len(users) - 4, 'cluster')} more" if len(users) > 4 else ""
    pods = "pods" if not users else ""
    prefixes = code(show(capacity.subnet.prefixes)) if capacity.subnet.prefixes else "prefix not known"
    return [
        f"{code(name_of(capacity.subnet.id))}<br>{prefixes}",
        _number(capacity.usable),
        _number(capacity.used),
        _number(capacity.free),
        *(_need(capacity, horizon) for horizon in _SHOWN),
        ("<br>".join(users[:4]) + more) or pods,
    ]


def _need(capacity: SubnetCapacity, horizon: str) -> str:
    need = need_words(capacity, horizon)
    return f"**{need}**&nbsp;❌" if capacity.short(horizon) else need


def _number(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


def _clusters(report: Report, room: int) -> str:
    if not report.clusters:
        return ""
    pieces, left = fitting(("\n".join(_cluster(item)) for item in worst_first(report)), room)
    said = (
        [f"**{count_of(left, 'cluster')} without worse trouble left out for length**; {ELSEWHERE}.", ""] if left else []
    )
    body = [*pieces, *said]
    if len(report.clusters) > 3:
        title = f"<details><summary><b>Clusters</b> ({len(report.clusters):,})</summary>\n"
        return "\n".join([title, *body, "</details>\n"])
    return "\n".join(["### Clusters\n", *body])


def _cluster(item: ReportedCluster) -> Iterator[str]:
    cluster = item.cluster
    facts = [
        f"**{item.model}**",
        f"Kubernetes {prose(cluster.kubernetes_version)}" if cluster.kubernetes_version else "",
        prose(cluster.location, 40),
        f"egress {prose(cluster.outbound_type, 60)}" if cluster.outbound_type else "",
        f"pods {code(show(cluster.pod_cidrs))}" if cluster.pod_cidrs else "",
        f"services {code(show(cluster.service_cidrs))}" if cluster.service_cidrs else "",
        "**stopped**" if cluster.is_stopped else "",
    ]
    yield f"{code(cluster.name)}: {', '.join(filter(None, facts))}"
    yield ""
    pools = zip(cluster.node_pools, item.pools, strict=True)
    head = ["Pool", "Model", "Nodes", "Max", "Surge", "maxPods", "Subnet"]
    yield from table(head, "llrrrrl", (_pool_row(pool, reported) for pool, reported in pools))
    if item.nodes_gap:
        yield ""
        yield f"There may be more nodes than were read: {prose(gap_words(item.nodes_gap))}."
    yield ""


def _pool_row(pool: NodePool, reported: ReportedPool) -> list[str]:
    subnets = [code(reported.node_subnet_id.name) if reported.node_subnet_id else "?"]
    if pool.pod_subnet_id:
        subnets.append(f"pods in {code(pool.pod_subnet_id.name)}")
    return [
        code(pool.name),
        str(reported.model),
        _number(pool.count),
        _number(pool.max_count) if pool.autoscaled else "–",
        _number(reported.surge_nodes),
        _number(pool.max_pods),
        ", ".join(subnets),
    ]


def _picture(report: Report, room: int) -> str:
    most = min(room - 200, mermaid.MOST_CHARACTERS)
    if not report.clusters or most < 1000:
        return ""
    drawn = mermaid.render(report, most)
    if len(drawn) > most:
        return ""
    return f"<details><summary><b>Picture</b></summary>\n\n```mermaid\n{drawn}```\n\n</details>\n"


def _details(report: Report, room: int) -> str:
    """Evidence and remediation, a fold for each rule."""
    groups = by_rule(report.active)
    if not groups:
        return ""
    pieces: list[str] = []
    left: list[ReportedFinding] = []
    for rule, items in groups:
        fold, not_shown = _fold(rule, items, room)
        if pieces and len(fold) > room:
            left += items
            continue
        room -= len(fold)
        pieces.append(fold)
        left += not_shown
    said = [_left_out(left, "Evidence of ") + "\n"] if left else []
    return "\n".join(["### Evidence and remedies\n", *pieces, *said])


def _fold(rule: Rule, items: list[ReportedFinding], room: int) -> tuple[str, list[ReportedFinding]]:
    """One rule: how to fix it, once, and of each finding what proves it."""
    summary = f"{_MARKS[items[0].severity]} {html_escape(rule.title)} ({count_of(len(items), 'finding')})"
    fix = "\n\n".join(rule.remediation.split("\n"))
    open_lines = [f"<details><summary>{summary}</summary>", "", f"**How to fix it.** {fix}", ""]
    open_lines += [f"`aks-audit explain {rule.id}` · <{rule.source}>", ""]
    opened = "\n".join(open_lines)
    pieces, left = fitting(("\n".join(_proof(item)) for item in items), max(0, room - len(opened) - 40))
    return "\n".join([opened, *pieces, "</details>\n"]), items[len(items) - left :]


def _proof(item: ReportedFinding) -> Iterator[str]:
    finding = item.finding
    yield f"{kind_of(finding.resource_id)} {code(finding.resource_id.text, ID)}".strip()
    yield ""
    shown = finding.evidence[:_EVIDENCE_SHOWN]
    if shown:
        yield from table(["Resource", "Path", "Value"], "lll", (_evidence_row(seen) for seen in shown))
        yield ""
    more = len(finding.evidence) - len(shown)
    if more:
        yield f"and {count_of(more, 'more value')}."
        yield ""
    others = [resource for resource in finding.affected if resource != finding.cluster_id]
    if others:
        names = ", ".join(code(name_of(resource)) for resource in others[:_AFFECTED_SHOWN])
        rest = f" and {len(others) - _AFFECTED_SHOWN:,} more" if len(others) > _AFFECTED_SHOWN else ""
        yield f"Affected: {names}{rest}."
        yield ""


def _evidence_row(seen: Evidence) -> list[str]:
    match seen.value:
        case None:
            value = "absent"
        case tuple() as several:
            rest = f" and {len(several) - 12:,} more" if len(several) > 12 else ""
            value = (", ".join(code(text) for text in several[:12]) or "empty") + rest
        case bool() as flag:
            value = f"`{str(flag).lower()}`"
        case single:
            value = code(str(single), 200)
    return [f"{kind_of(seen.resource_id)} {code(name_of(seen.resource_id))}", code(seen.path, 160), value]


def _unknown(report: Report, room: int) -> str:
    groups = by_gap(report)
    if not groups:
        return ""
    rows = [_gap_row(gap, unknowns) for gap, unknowns in groups]
    lines = table(["Asked for", "Answer", "Checks that could not tell", "What helps"], "llll", rows)
    kept, left = fitting(lines[2:], room)
    said = ["", f"**{count_of(left, 'gap')} left out for length**; {ELSEWHERE}."] if left else []
    checks = count_of(len(report.unknown), "check")
    title = f"<b>Could not tell</b>: {checks}, {count_of(len(groups), 'gap')}"
    inner = [*rights.section(report), *lines[:2], *kept, *said]
    return "\n".join([f"<details><summary>{title}</summary>", "", *inner, "", "</details>", ""])


def _gap_row(gap: Gap, unknowns: list[ReportedUnknown]) -> list[str]:
    rules = rules_of(unknowns)
    more = f" and {len(rules) - 8} more rules" if len(rules) > 8 else ""
    checks = f"{len(unknowns):,}: {', '.join(f'`{rule}`' for rule in rules[:8])}{more}" if unknowns else "none"
    answer = f"{prose(gap_words(gap), 100)}<br>{prose(gap.message, 300)}"
    return [f"{prose(gap.resource_type, 120)}<br>in {_scope(gap)}", answer, checks, remedy(gap)]


def _scope(gap: Gap) -> str:
    resource_id = ResourceId.of(gap.scope)
    return f"{kind_of(resource_id)} {code(name_of(resource_id))}".strip()
