"""The reconstructed networks as a Mermaid flowchart, as GitHub draws it.

Virtual networks are frames with their subnets, clusters are frames with their pools; arrows lead from a pool to its
subnet and on to the route table. What is broken is red and says so in words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ..analysis.addresses import show
from ..analysis.egress_path import EgressKind, EgressPath
from ..analysis.network_model import NetworkModel
from ..capacity.subnets import SubnetCapacity
from ..inventory.resource_id import ResourceId
from ..model import NodePool
from ..report import Report, ReportedCluster, ReportedNode, ReportedPool
from .escape import mermaid as escaped
from .words import Index, count_of, egress_addresses, egress_words, name_of, virtual_network_name, worst_first

NODES_DRAWN: Final = 8
"""A pool with more nodes is one box."""
MOST_CHARACTERS: Final = 45_000
MOST_EDGES: Final = 450
"""Mermaid draws no text beyond 50,000 characters and no more than 500 edges.

Source: https://mermaid.js.org/config/schema-docs/config.html (maxTextSize, maxEdges)
"""
_CLASSES: Final = (
    "classDef broken fill:#ffebe9,stroke:#cf222e,stroke-width:2px,color:#82071e",
    "classDef unread fill:#f6f8fa,stroke:#6e7781,stroke-dasharray:4 3,color:#424a53",
)


@dataclass(slots=True)
class _Drawing:
    """Frames of a kind are drawn once; a subnet or table that several clusters use is one box."""

    index: Index
    ids: dict[tuple[str, ResourceId | tuple[ResourceId, str]], str] = field(default_factory=dict)
    subnets: dict[ResourceId, None] = field(default_factory=dict)
    clusters: list[str] = field(default_factory=list)
    edges: dict[str, None] = field(default_factory=dict)
    egress: dict[str, str] = field(default_factory=dict)
    """By box: how it is drawn."""
    lost: dict[ResourceId, int] = field(default_factory=dict)
    """By route table: nodes that it has no route for."""

    def id_of(self, letter: str, key: ResourceId | tuple[ResourceId, str]) -> str:
        return self.ids.setdefault((letter, key), f"{letter}{len(self.ids) + 1}")


def render(report: Report, most_characters: int = MOST_CHARACTERS) -> str:
    """A flowchart of the clusters, the worst first; those beyond what Mermaid draws are counted in a box."""
    index = Index(report)
    ordered = worst_first(report)
    drawn, shown = _draw(index, ()), 0
    for number in _steps(len(ordered)):
        trial = _draw(index, ordered[:number])
        if number > 1 and (len(trial) > most_characters or trial.count("->") > MOST_EDGES):
            break
        drawn, shown = trial, number
    left = len(ordered) - shown
    if left:
        drawn += f'  more["{count_of(left, "more cluster")} not drawn"]:::unread\n'
    elif not ordered:
        drawn += '  none["no cluster"]:::unread\n'
    return drawn


def _steps(total: int) -> list[int]:
    """How many clusters to try: every number while they are few, then ever larger steps."""
    steps = [n for n in range(1, total + 1) if n <= 20 or n % 10 == 0]
    return steps if not steps or steps[-1] == total else [*steps, total]


def _draw(index: Index, clusters: Iterable[ReportedCluster]) -> str:
    drawing = _Drawing(index)
    for item in clusters:
        _cluster(drawing, item)
    frames = [line for frame in drawing.clusters for line in frame.splitlines()]
    lines = [
        *frames,
        *_virtual_networks(drawing),
        *_tables(drawing),
        *drawing.egress.values(),
        *drawing.edges,
        *_CLASSES,
    ]
    return "flowchart LR\n" + "".join(f"  {line}\n" for line in lines)


def _label(*lines: str) -> str:
    return '"' + "<br/>".join(escaped(line) for line in lines if line) + '"'


def _cluster(drawing: _Drawing, item: ReportedCluster) -> None:
    cluster = item.cluster
    pods = show(cluster.pod_cidrs)
    title = _label(f"{cluster.name}, {item.model}", f"pods {pods}" if pods else "")
    lines = [f"subgraph {drawing.id_of('c', cluster.id)}[{title}]"]
    for pool, reported in zip(cluster.node_pools, item.pools, strict=True):
        lines += [f"  {line}" for line in _pool(drawing, item, pool, reported)]
    if not cluster.node_pools:
        lines.append(f"  {drawing.id_of('p', (cluster.id, ''))}[{_label('no pools shown')}]:::unread")
    for table in item.route_table_ids:
        drawing.lost[table] = drawing.lost.get(table, 0) + len(drawing.index.without_route(item))
    drawing.clusters.append("\n".join([*lines, "end"]))


def _pool(drawing: _Drawing, item: ReportedCluster, pool: NodePool, reported: ReportedPool) -> list[str]:
    pool_id = drawing.id_of("p", (item.cluster.id, pool.name))
    nodes = [node for node in item.nodes if node.node.node_pool.lower() == pool.name.lower()]
    _edges(drawing, pool_id, item, pool, reported)
    count = "? nodes" if pool.count is None else count_of(pool.count, "node")
    title = [f"{pool.name}: {count}{f', up to {pool.max_count}' if pool.autoscaled else ''}"]
    if item.model is NetworkModel.MIXED:
        title.append(reported.model)
    wrong = [node for node in nodes if _is_wrong(drawing, item, node)]
    if not nodes or len(nodes) > NODES_DRAWN:
        if wrong:
            title.append(f"{count_of(len(wrong), 'node')} WITHOUT ROUTE")
        return [f"{pool_id}[{_label(*title)}]{':::broken' if wrong else ''}"]
    boxes = [_node(drawing, item, node) for node in nodes]
    return [f"subgraph {pool_id}[{_label(*title)}]", *(f"  {box}" for box in boxes), "end"]


def _is_wrong(drawing: _Drawing, item: ReportedCluster, node: ReportedNode) -> bool:
    words = drawing.index.route_words(item, node)
    return words is not None and words[1]


def _node(drawing: _Drawing, item: ReportedCluster, node: ReportedNode) -> str:
    lines = [node.node.name, node.node.address or "no address"]
    held = len(node.node.pod_configurations)
    if node.routes and node.routes.pod_range:
        lines.append(f"pods {node.routes.pod_range}")
    elif held:
        lines.append(count_of(held, "pod address", "pod addresses"))
    words, broken = drawing.index.route_words(item, node), ""
    if words and words[1]:
        text = words[0]
        lines.append(text.upper() if text.startswith("no ") else text)
        broken = ":::broken"
    return f"{drawing.id_of('n', node.node.nic.id)}[{_label(*lines)}]{broken}"


def _edges(drawing: _Drawing, pool_id: str, item: ReportedCluster, pool: NodePool, reported: ReportedPool) -> None:
    subnet = reported.node_subnet_id
    if subnet:
        subnet_id = _subnet(drawing, subnet)
        drawing.edges[f"{pool_id} --> {subnet_id}"] = None
        capacity = drawing.index.subnets.get(subnet)
        table = capacity.subnet.route_table_id if capacity else None
        if table:
            drawing.edges[f"{subnet_id} --> {drawing.id_of('t', table)}"] = None
        elif capacity and item.model is NetworkModel.KUBENET:
            drawing.edges[f"{subnet_id} -.-> {drawing.id_of('x', subnet)}"] = None
    if pool.pod_subnet_id:
        drawing.edges[f"{pool_id} -->|pods| {_subnet(drawing, pool.pod_subnet_id)}"] = None
    for path in filter(None, (reported.egress, reported.pod_egress)):
        if path.subnet_id:
            drawing.edges[f"{_subnet(drawing, path.subnet_id)} ==>|egress| {_way_out(drawing, path)}"] = None


def _way_out(drawing: _Drawing, path: EgressPath) -> str:
    box = drawing.id_of("e", (path.via or path.subnet_id or ResourceId.of(""), path.kind))
    mark = ""
    if path.kind is EgressKind.UNKNOWN:
        mark = ":::unread"
    elif path.matches_outbound_type is False:
        mark = ":::broken"
    words = f"egress {egress_words(path)}" if path.kind is EgressKind.UNKNOWN else egress_words(path)
    said = "NOT AS DECLARED" if mark == ":::broken" else ""
    drawing.egress[box] = f"{box}[{_label(words, egress_addresses(path), said)}]{mark}"
    return box


def _subnet(drawing: _Drawing, subnet: ResourceId) -> str:
    drawing.subnets.setdefault(subnet)
    return drawing.id_of("s", subnet)


def _virtual_networks(drawing: _Drawing) -> list[str]:
    frames: dict[ResourceId, list[ResourceId]] = {}
    for subnet in sorted(drawing.subnets):
        frames.setdefault(subnet.parent or subnet, []).append(subnet)
    lines: list[str] = []
    for vnet, subnets in frames.items():
        lines.append(f"subgraph {drawing.id_of('v', vnet)}[{_label(f'VNet {virtual_network_name(subnets[0])}')}]")
        lines += [f"  {_subnet_box(drawing, subnet)}" for subnet in subnets]
        lines.append("end")
    return lines


def _subnet_box(drawing: _Drawing, subnet: ResourceId) -> str:
    box = drawing.id_of("s", subnet)
    capacity = drawing.index.subnets.get(subnet)
    if capacity is None:
        return f"{box}[{_label(f'subnet {subnet.name}', 'not read')}]:::unread"
    lines = [f"subnet {subnet.name}", show(capacity.subnet.prefixes), use_words(capacity)]
    trouble = shortage_words(capacity)
    return f"{box}[{_label(*lines, trouble)}]{':::broken' if trouble else ''}"


def use_words(capacity: SubnetCapacity) -> str:
    usable = "?" if capacity.usable is None else f"{capacity.usable:,}"
    return f"{usable} usable, use not shown" if capacity.used is None else f"{capacity.used:,} of {usable} used"


def shortage_words(capacity: SubnetCapacity) -> str:
    for horizon, words in (("now", "NOW"), ("upgrade", "FOR AN UPGRADE"), ("worst", "AT MAXIMUM WITH SURGE")):
        if capacity.short(horizon):
            return f"TOO SMALL {words}: {getattr(capacity.needed, horizon):,} needed"
    return ""


def _tables(drawing: _Drawing) -> list[str]:
    lines: list[str] = []
    for (letter, key), box in drawing.ids.items():
        if isinstance(key, tuple):
            continue
        if letter == "x":
            lines.append(f"{box}[{_label('NO ROUTE TABLE', 'kubenet needs one')}]:::broken")
        elif letter == "t":
            table = drawing.index.tables.get(key)
            routes = count_of(len(table.routes), "route") if table else "not read"
            lost = drawing.lost.get(key, 0)
            words = f"MISSING FOR {count_of(lost, 'node').upper()}" if lost else ""
            mark = ":::broken" if lost else "" if table else ":::unread"
            lines.append(f"{box}[{_label(f'route table {name_of(key)}', routes, words)}]{mark}")
    return lines
