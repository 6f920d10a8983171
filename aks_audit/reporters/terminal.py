"""The report for a terminal: the verdict and what to do first, the findings, what could not be told, the tables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import StringIO
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .. import __version__
from ..analysis.addresses import show
from ..capacity.subnets import SubnetCapacity
from ..findings import Rule, Severity
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..model import NodePool
from ..report import Report, ReportedCluster, ReportedFinding, ReportedPool
from .escape import NAME, terminal
from .terminal_accepted import accepted
from .terminal_rights import lacking_rights
from .words import (
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
    need_words,
    remedy,
    rules_of,
    source_words,
    verdict,
    worst_first,
)

_STYLES: Final = {
    Severity.CRITICAL: "red",
    Severity.HIGH: "magenta",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "blue",
}
_WIDEST_PROSE: Final = 110
"""Longer lines are hard to read, however wide the terminal."""
_NARROW: Final = 80
_NARROW_NAME: Final = 18
"""Columns that a narrow terminal has for a subnet's name."""
_WIDTH: Final = 100
"""Where there is no terminal to ask."""
_STEPS_SHOWN: Final = 5
_PLACES_SHOWN: Final = 3
_FINDINGS_SHOWN: Final = 20
"""Of one rule."""
_ROWS_SHOWN: Final = 30
"""Of a table; more would push the verdict out of sight. The JSON has all."""
_LONG: Final = 30
"""From that many lines of tables the verdict stands at the end again, where the eye is."""


def render(report: Report, *, width: int | None = None, colour: bool | None = None) -> str:
    """The report as text.

    Args:
        width: in characters; None: as wide as the terminal, or COLUMNS, or 100.
        colour: None: where standard output is a terminal and NO_COLOR is not set.
    """
    real = Console()
    with_colour = colour if colour is not None else real.color_system is not None and not real.no_color
    as_wide = real.width if real.is_terminal or "COLUMNS" in os.environ else _WIDTH
    text = StringIO()
    console = Console(
        file=text,
        width=width or as_wide,
        force_terminal=with_colour,
        color_system="standard" if with_colour else None,
        no_color=not with_colour,
        legacy_windows=False,
        _environ={},
    )
    print_report(report, console)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().strip("\n").split("\n"))


def print_report(report: Report, console: Console) -> None:
    """Print the report. Nothing that comes from Azure is read as markup, as an emoji or as a link."""
    narrow, prose = console.width < _NARROW, min(console.width, _WIDEST_PROSE)
    parts = [
        Group(_verdict(report), Text(f"aks-audit {__version__}, {source_words(report.source)}", style="dim")),
        *_first(report),
        *(_section(severity, report) for severity in Severity if report.count(severity)),
        *_unknown(report),
        *lacking_rights(report),
        *accepted(report),
    ]
    for part in parts:
        console.print(part, width=prose, markup=False, highlight=False, emoji=False)
        console.print()
    rows = 0
    for table in (_subnets(report, narrow), _clusters(report, narrow)):
        if table:
            rows += table[1]
            console.print(table[0], markup=False, highlight=False, emoji=False)
            console.print()
    if rows + len(report.findings) > _LONG:
        console.print(_verdict(report), width=prose, markup=False, highlight=False, emoji=False)


def _verdict(report: Report) -> Text:
    said = verdict(report)
    unsure = report.unknown or not report.clusters
    style = _STYLES[said.worst] if said.worst else "yellow" if unsure else "green"
    return Text.assemble((said.trouble, f"bold {style}"), said.where, said.unsure)


def _first(report: Report) -> Iterator[RenderableType]:
    """The worst troubles, where they are, and the first step out of each."""
    worst = [(rule, items) for rule, items in by_rule(report.new) if items[0].severity >= Severity.HIGH]
    if not worst:
        return
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right")
    grid.add_column()
    for number, (rule, items) in enumerate(worst[:_STEPS_SHOWN], 1):
        trouble = Text(f"{rule.title} (", style="bold")
        trouble.append(terminal(name_of(items[0].finding.resource_id)))
        trouble.append(f" and {len(items) - 1:,} more): " if len(items) > 1 else "): ")
        grid.add_row(f"{number}.", trouble + _markdown(terminal(first_step(items[0]), 300) + "."))
    yield Group(Text("Do first", style="bold"), grid)


def _markdown(text: str) -> Text:
    """A rule's own words, the code in them stressed."""
    result = Text()
    for number, part in enumerate(text.split("`")):
        result.append(part, style="bold cyan" if number % 2 else "")
    return result


def _section(severity: Severity, report: Report) -> Group:
    items = [item for item in report.active if item.severity is severity]
    heading = Text.assemble((severity.upper(), f"bold {_STYLES[severity]}"), f"  {count_of(len(items), 'finding')}")
    return Group(heading, *(_rule(rule, found) for rule, found in by_rule(items)))


def _rule(rule: Rule, items: list[ReportedFinding]) -> Padding:
    title = Text(rule.title.replace("`", ""), style="bold")
    pointer = Text.assemble(("fix: ", "dim"), (f"aks-audit explain {rule.id}", "cyan"))
    lines: list[RenderableType] = [title, *map(_finding, items[:_FINDINGS_SHOWN])]
    if len(items) > _FINDINGS_SHOWN:
        more = f"and {count_of(len(items) - _FINDINGS_SHOWN, 'more finding')} of this rule; -f json has all"
        lines.append(Padding(Text(more, style="bold"), (0, 0, 0, 2)))
    return Padding(Group(*lines, Padding(pointer, (0, 0, 0, 2))), (0, 0, 0, 2))


def _finding(item: ReportedFinding) -> Table:
    """In columns, so that wrapped lines stay under their own."""
    finding = item.finding
    message = Text(terminal(finding.message, 800))
    if finding.latent:
        message.append(" (latent: works now, the next write is refused)", style="italic")
    if item.baselined:
        message.append(" (known: in the baseline)", style="italic")
    details = _grid()
    if finding.arithmetic:
        details.add_row(Text("sum:", style="dim"), Text(terminal(finding.arithmetic, 800)))
    where = f"{kind_of(finding.resource_id)} {terminal(name_of(finding.resource_id), 2 * NAME)}".strip()
    clusters = [terminal(c.name, NAME) for c in sorted(clusters_of(item)) if c != finding.resource_id]
    hit = f", {'cluster' if len(clusters) == 1 else 'clusters'} {_some(clusters)}" if clusters else ""
    details.add_row(Text("at:", style="dim"), Text(f"{where}{hit}", style="dim"))
    grid = _grid()
    grid.add_row(Text("-"), Group(message, details))
    return grid


def _grid() -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _some(names: list[str], most: int = 4, between: str = ", ") -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return between.join(names[:most]) + more


def _unknown(report: Report) -> Iterator[RenderableType]:
    groups = by_gap(report)
    spoilt = [(gap, unknowns) for gap, unknowns in groups if unknowns]
    if spoilt:
        checks, gaps = count_of(len(report.unknown), "check"), count_of(len(spoilt), "gap")
        heading = Text.assemble(("COULD NOT TELL", "bold yellow"), f"  {checks}, {gaps}")
        lines: list[RenderableType] = []
        together = alike(spoilt)
        for gaps_alike, unknowns in together[:_ROWS_SHOWN]:
            gap = gaps_alike[0]
            places = ", ".join(map(_place, gaps_alike[:_PLACES_SHOWN]))
            more = f" and {len(gaps_alike) - _PLACES_SHOWN:,} more" if len(gaps_alike) > _PLACES_SHOWN else ""
            lines.append(Text.assemble((terminal(gap.resource_type, 120), "bold"), f" in {places}{more}"))
            lines.append(Text(f"  {terminal(gap_words(gap), 100)}: {terminal(gap.message, 300)}"))
            lines.append(Text.assemble(("  suffers: ", "dim"), _some(rules_of(unknowns), 8)))
            help_text = remedy(gap)
            if help_text:
                lines.append(Text.assemble(("  helps: ", "dim"), _markdown(help_text)))
        left = sum(len(gaps_alike) for gaps_alike, _ in together[_ROWS_SHOWN:])
        if left:
            lines.append(Text(f"and {count_of(left, 'more gap')}; -f json has all", style="dim"))
        yield Group(heading, Padding(Group(*lines), (0, 0, 0, 2)))
    quiet = len(groups) - len(spoilt)
    if quiet:
        yield Text(f"{count_of(quiet, 'more gap')} kept no check from telling; -f json lists them.", style="dim")


def _place(gap: Gap) -> str:
    scope = ResourceId.of(gap.scope)
    return f"{kind_of(scope)} {terminal(name_of(scope), 2 * NAME)}".strip()


def _table(*columns: tuple[str, str], rows_left: int, noun: str = "") -> Table:
    left = f"{count_of(rows_left, noun)} not shown; -f json has all" if rows_left else None
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim", caption=left, caption_justify="left")
    for name, justify in columns:
        table.add_column(name, justify="right" if justify == "r" else "left", overflow="fold", no_wrap=justify == "r")
    return table


def _subnets(report: Report, narrow: bool) -> tuple[Group, int] | None:
    """What each subnet holds against what it needs. A narrow terminal gets the prefix below the name."""
    if not report.subnets:
        return None
    shown = fullest_first(report)[:_ROWS_SHOWN]
    numbers = ["usable", "used", "now", "upgr" if narrow else "upgrade", "max", "worst"]
    columns = [("subnet", "l"), *([] if narrow else [("prefix", "l")]), *((name, "r") for name in numbers)]
    if not narrow:
        columns.append(("pools", "l"))
    table = _table(*columns, rows_left=len(report.subnets) - len(shown), noun="subnet")
    for capacity in shown:
        name, prefixes = terminal(name_of(capacity.subnet.id), NAME), terminal(show(capacity.subnet.prefixes), 100)
        if narrow and len(name) > _NARROW_NAME:
            name = name.replace("/", "/\n", 1)
        label = Text.assemble(name, "\n", (prefixes, "dim")) if narrow else Text(name)
        cells = [label, *([] if narrow else [Text(prefixes, style="dim")])]
        cells += [Text(_number(capacity.usable)), Text(_number(capacity.used))]
        cells += [_need(capacity, horizon) for horizon in ("now", "upgrade", "autoscale_max", "worst")]
        table.add_row(*cells, *([] if narrow else [Text(terminal(_pools(capacity), 120), style="dim")]))
    legend = Text(
        "! does not fit, + at least (ARM shows no more), ? not known; upgrade: of all pools; worst: that, at maxCount",
        style="dim",
    )
    heading = Text.assemble(("SUBNETS", "bold"), "  addresses needed, of those usable")
    return Group(heading, Padding(Group(table, legend), (0, 0, 0, 2))), len(shown) * (2 if narrow else 1)


def _pools(capacity: SubnetCapacity) -> str:
    pools: dict[str, list[str]] = {}
    for demand in capacity.demands:
        pools.setdefault(demand.cluster.name, []).append(demand.pool.name)
    users = [f"{cluster}: {_some(names, 3)}" for cluster, names in pools.items()]
    return _some(users, 3, "; ") if users else "pods"


def _need(capacity: SubnetCapacity, horizon: str) -> Text:
    need = need_words(capacity, horizon)
    return Text(f"{need}!", style="bold red") if capacity.short(horizon) else Text(f"{need} ")


def _number(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


def _clusters(report: Report, narrow: bool) -> tuple[Group, int] | None:
    """A line for each cluster, and a table of its pools; the columns stand under each other throughout."""
    if not report.clusters:
        return None
    shown = worst_first(report)[:_ROWS_SHOWN]
    widest = max((len(pool.name) for item in shown for pool in item.cluster.node_pools), default=4)
    lines: list[RenderableType] = []
    for number, item in enumerate(shown):
        lines.append(_cluster_line(item))
        table = _table(
            ("pool", "l"),
            ("nodes", "r"),
            ("max", "r"),
            ("surge", "r"),
            ("pods/node", "r"),
            ("subnet", "l"),
            rows_left=0,
        )
        table.show_header = number == 0
        widths = (min(max(widest, 4), 16 if narrow else 40), 5, 5, 5, 9)
        for column, width in zip(table.columns, widths, strict=False):
            column.width = width
        for pool, reported in zip(item.cluster.node_pools, item.pools, strict=True):
            table.add_row(*_pool_row(pool, reported, item))
        lines.append(Padding(table, (0, 0, 0, 2)))
    left = len(report.clusters) - len(shown)
    if left:
        lines.append(Text(f"{count_of(left, 'cluster')} not shown; -f json has all", style="dim"))
    rows = sum(1 + len(item.pools) for item in shown)
    return Group(Text.assemble(("CLUSTERS", "bold")), Padding(Group(*lines), (0, 0, 0, 2))), rows


def _cluster_line(item: ReportedCluster) -> Text:
    cluster = item.cluster
    facts = (
        cluster.kubernetes_version,
        cluster.location,
        f"pods {show(cluster.pod_cidrs)}" if cluster.pod_cidrs else "",
        f"egress {cluster.outbound_type}" if cluster.outbound_type else "",
        "stopped" if cluster.is_stopped else "",
    )
    details = "".join(f", {terminal(fact, 120)}" for fact in facts if fact)
    return Text.assemble((terminal(cluster.name, NAME), "bold"), "  ", str(item.model), (details, "dim"))


def _pool_row(pool: NodePool, reported: ReportedPool, item: ReportedCluster) -> list[Text]:
    subnets = terminal(reported.node_subnet_id.name, NAME) if reported.node_subnet_id else "?"
    if pool.pod_subnet_id:
        subnets += f", pods in {terminal(pool.pod_subnet_id.name, NAME)}"
    if reported.model is not item.model:
        subnets += f" ({reported.model})"
    return [
        Text(terminal(pool.name, NAME)),
        Text(_number(pool.count)),
        Text(_number(pool.max_count) if pool.autoscaled else "-"),
        Text(_number(reported.surge_nodes)),
        Text(_number(pool.max_pods)),
        Text(subnets),
    ]
