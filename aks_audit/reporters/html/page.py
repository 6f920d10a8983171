"""What the page says, worked out before the template lays it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markupsafe import Markup

from ...capacity.subnets import SubnetCapacity
from ...findings import Evidence, Rule, Severity
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...report import Known, Notice, Report, ReportedCluster, ReportedFinding
from ..escape import ID, visible
from ..missing_rights import MissingRight, missing_rights
from ..words import (
    Index,
    Verdict,
    alike,
    by_gap,
    by_rule,
    clusters_of,
    count_of,
    first_step,
    fullest_first,
    gap_words,
    kind_of,
    name_of,
    remedy,
    rules_of,
    short_type,
    source_words,
    verdict,
    worst_first,
)
from .address_map import AddressMap, Needs, address_maps, headroom_words, needs_of
from .cluster import ClusterCard, cluster_card
from .overlap_map import OverlapMap, overlap_map
from .topology import Drawing

_STEPS: Final = 5
_FULLEST: Final = 5
_EVIDENCE_SHOWN: Final = 12
_EVIDENCE_SHOWN_OF_MANY: Final = 2
_MANY: Final = 600
"""Findings, from which on each shows less, so that the page stays light."""
_VALUES_SHOWN: Final = 8
_PLACES_SHOWN: Final = 12
_CONSUMERS_SHOWN: Final = 40
_USERS_SHOWN: Final = 4
_MAPS_WITH_HINTS: Final = 120
_LANGUAGES: Final = {"azurecli": "Azure CLI", "bicep": "Bicep", "terraform": "Terraform"}


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of evidence."""

    place: str
    resource_id: str
    """"" where the row before has the same."""
    path: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCard:
    """A finding with all that opens with it."""

    item: ReportedFinding
    number: int
    clusters: str
    """The numbers of its clusters in the filter."""
    place: str
    evidence: tuple[Row, ...]
    evidence_left: int
    affected: tuple[str, ...]
    affected_left: int
    step: Markup
    is_one_of_many: bool
    """The page is long, and says what holds for all findings of a rule only with the rule."""

    @property
    def has_own_step(self) -> bool:
        """The step names this cluster, where the rule's page cannot."""
        cluster = self.item.finding.cluster_id
        return cluster is not None and cluster.name in self.step

    @property
    def rule(self) -> Rule:
        return self.item.rule


@dataclass(frozen=True, slots=True)
class RulePage:
    """How to fix what a rule finds, with the whole of its page."""

    rule: Rule
    text: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetCard:
    """A subnet with its pictures."""

    capacity: SubnetCapacity
    number: int
    name: str
    headroom: str
    is_short: bool
    needs: Needs
    users: str
    """Its clusters."""
    maps: tuple[AddressMap, ...]
    not_drawn: tuple[str, ...]
    """Prefixes that no map can show: IPv6 has too many addresses."""
    has_hints: bool
    """The maps tell the pointer who holds what; a page with many of them would grow too long."""
    holders: tuple[tuple[str, str, str], ...]
    """What kind, whose, how many."""
    holders_left: int
    arithmetic: str


@dataclass(frozen=True, slots=True)
class GapCard:
    """Checks that could not tell for one reason."""

    what: str
    words: str
    message: str
    remedy: str
    checks: int
    rules: tuple[str, ...]
    places: tuple[str, ...]
    places_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole of it."""

    source: str
    verdict: Verdict
    counts: tuple[tuple[Severity, int], ...]
    steps: tuple[tuple[FindingCard, str], ...]
    fullest: tuple[SubnetCard, ...]
    names: tuple[str, ...]
    """Of the clusters, as the filter offers them."""
    families: tuple[str, ...]
    new: tuple[FindingCard, ...]
    known: tuple[FindingCard, ...]
    suppressed: tuple[FindingCard, ...]
    gone: tuple[Known, ...]
    notices: tuple[Notice, ...]
    gaps: tuple[GapCard, ...]
    rights: tuple[MissingRight, ...]
    unknown: int
    clusters: tuple[ClusterCard, ...]
    subnets: tuple[SubnetCard, ...]
    overlaps: OverlapMap
    rules: tuple[RulePage, ...]


def page_of(report: Report) -> Page:
    ordered = worst_first(report)
    numbers = {item.cluster.id: number for number, item in enumerate(ordered)}
    most = _EVIDENCE_SHOWN if len(report.findings) < _MANY else _EVIDENCE_SHOWN_OF_MANY
    cards = [_finding(number, item, numbers, most) for number, item in enumerate(report.findings)]
    new = tuple(card for card in cards if not card.item.suppressed and not card.item.baselined)
    drawing = Drawing(network=report.network, index=Index(report), worst=dict(_worst(report)))
    fullest = tuple(_subnet(report, number, capacity) for number, capacity in enumerate(fullest_first(report)))
    return Page(
        source=source_words(report.source),
        verdict=verdict(report),
        counts=tuple((severity, report.count(severity)) for severity in Severity),
        steps=tuple(_steps(new)),
        fullest=fullest[:_FULLEST],
        names=tuple(_cluster_names(ordered)),
        families=tuple(sorted({item.rule.family for item in report.findings})),
        new=new,
        known=tuple(card for card in cards if card.item.baselined and not card.item.suppressed),
        suppressed=tuple(card for card in cards if card.item.suppressed),
        gone=report.gone,
        notices=report.notices,
        gaps=tuple(_gap(gaps, rules_of(unknowns), len(unknowns)) for gaps, unknowns in alike(by_gap(report))),
        rights=missing_rights(report),
        unknown=len(report.unknown),
        clusters=tuple(cluster_card(drawing, item, number, len(ordered)) for number, item in enumerate(ordered)),
        subnets=fullest,
        overlaps=overlap_map(report.network),
        rules=tuple(RulePage(rule, _page_text(rule)) for rule, _ in by_rule(report.findings)),
    )


def _worst(report: Report) -> Iterator[tuple[ResourceId, Severity]]:
    """By resource, the worst finding last, so that it stays."""
    for item in reversed(report.active):
        yield item.finding.resource_id, item.severity


def _cluster_names(ordered: Iterable[ReportedCluster]) -> Iterator[str]:
    clusters = [item.cluster for item in ordered]
    seen = [cluster.name.lower() for cluster in clusters]
    for cluster in clusters:
        alone = seen.count(cluster.name.lower()) == 1
        yield cluster.name if alone else f"{cluster.name} ({cluster.id.resource_group})"


def _steps(cards: Iterable[FindingCard]) -> Iterator[tuple[FindingCard, str]]:
    """The worst finding of each rule that is high or worse, and how many more the rule has."""
    pressing = [card for card in cards if card.item.severity >= Severity.HIGH]
    for _, group in list(by_rule(card.item for card in pressing))[:_STEPS]:
        first = next(card for card in pressing if card.item is group[0])
        yield first, f"and {count_of(len(group) - 1, 'more')}".removesuffix("s") if len(group) > 1 else ""


def _finding(number: int, item: ReportedFinding, numbers: dict[ResourceId, int], most: int) -> FindingCard:
    finding = item.finding
    clusters = sorted(numbers[cluster] for cluster in clusters_of(item) if cluster in numbers)
    cluster = finding.cluster_id
    others = [resource_id for resource_id in finding.affected if resource_id not in (cluster, finding.resource_id)]
    place = _place(finding.resource_id)
    if cluster and cluster != finding.resource_id:
        place += f", {_place(cluster)}"
    return FindingCard(
        item=item,
        number=number,
        clusters=" ".join(map(str, clusters)),
        place=place,
        evidence=tuple(_rows(finding.evidence[:most])),
        evidence_left=max(0, len(finding.evidence) - most),
        affected=tuple(_place(resource_id) for resource_id in others[: most * 2]),
        affected_left=max(0, len(others) - most * 2),
        step=_inline(first_step(item)),
        is_one_of_many=most < _EVIDENCE_SHOWN,
    )


def _place(resource_id: ResourceId) -> str:
    return f"{kind_of(resource_id)} {visible(name_of(resource_id), 120)}".strip()


def _rows(evidence: Iterable[Evidence]) -> Iterator[Row]:
    before: ResourceId | None = None
    for seen in evidence:
        shown = "" if seen.resource_id == before else visible(seen.resource_id.text, ID)
        yield Row(_place(seen.resource_id), shown, seen.path, _value(seen.value))
        before = seen.resource_id


def _value(value: str | int | bool | tuple[str, ...] | None) -> str:
    match value:
        case None:
            return "absent"
        case bool():
            return str(value).lower()
        case tuple():
            more = f" and {len(value) - _VALUES_SHOWN:,} more" if len(value) > _VALUES_SHOWN else ""
            return (", ".join(visible(each, ID) for each in value[:_VALUES_SHOWN]) or "empty") + more
        case str():
            return value or "empty"
        case _:
            return str(value)


def _subnet(report: Report, number: int, capacity: SubnetCapacity) -> SubnetCard:
    holders = [
        (
            consumer.kind if consumer.is_stranger else "pool",
            f"{consumer.cluster_id.name}/{consumer.node_pool}" if consumer.cluster_id else consumer.resource_id.name,
            "not shown" if consumer.addresses is None else f"{consumer.addresses:,}",
        )
        for consumer in capacity.consumers
    ]
    needs = needs_of(capacity)
    return SubnetCard(
        capacity=capacity,
        number=number,
        name=name_of(capacity.subnet.id),
        headroom=headroom_words(capacity),
        is_short=any(bar.is_short for bar in needs.bars),
        needs=needs,
        users=_some(dict.fromkeys(demand.cluster.name for demand in capacity.demands)),
        maps=address_maps(report.network, capacity),
        not_drawn=tuple(str(prefix) for prefix in capacity.subnet.prefixes if prefix.version == 6),
        has_hints=len(report.subnets) <= _MAPS_WITH_HINTS,
        holders=tuple(holders[:_CONSUMERS_SHOWN]),
        holders_left=max(0, len(holders) - _CONSUMERS_SHOWN),
        arithmetic=capacity.arithmetic("worst"),
    )


def _some(names: Iterable[str]) -> str:
    """Names of which the first few are said."""
    names = [visible(name, 80) for name in names]
    left = len(names) - _USERS_SHOWN
    return ", ".join(names[:_USERS_SHOWN]) + (f" and {left:,} more" if left > 0 else "")


def _gap(gaps: list[Gap], rules: list[str], checks: int) -> GapCard:
    first = gaps[0]
    return GapCard(
        what=short_type(first.resource_type),
        words=gap_words(first),
        message=first.message,
        remedy=remedy(first),
        checks=checks,
        rules=tuple(rules),
        places=tuple(gap.scope for gap in gaps[:_PLACES_SHOWN]),
        places_left=max(0, len(gaps) - _PLACES_SHOWN),
    )


# ------------------------------------------------------------------------------------------------- Markdown of rules


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


@cache
def _code_only() -> MarkdownIt:
    """What comes from Azure may be among the words: nothing but code is markup there."""
    return MarkdownIt("zero").enable("backticks")


def _inline(text: str) -> Markup:
    return Markup(_code_only().renderInline(visible(text)))  # noqa: S704  # the renderer escapes


def _page_text(rule: Rule) -> Markup:
    """A rule's page; its headings stand below the rule's own."""
    markdown = _markdown()
    labelled = []
    for token in markdown.parse(rule.page):
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h4"
        elif token.type == "fence" and token.info in _LANGUAGES:
            labelled += markdown.parse(f"*{_LANGUAGES[token.info]}*")
        labelled.append(token)
    return Markup(markdown.renderer.render(labelled, markdown.options, {}))  # noqa: S704  # the package's own words
