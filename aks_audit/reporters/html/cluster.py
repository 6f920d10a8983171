"""What the page says of one cluster: its facts, its picture, its nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...analysis.addresses import show
from ...findings import Severity
from ...report import ReportedCluster, ReportedNode
from ..escape import visible
from ..json_report import pod_addresses
from ..words import count_of, gap_words, short_type
from .layout import Layout, layout
from .topology import Drawing, topology_of

_NODES_IN_ALL: Final = 800
"""Rows of nodes on the whole page; the JSON report has all."""
_FEWEST_NODES: Final = 4
_PICTURES_WITH_HINTS: Final = 80


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node."""

    name: str
    pool: str
    address: str
    pods: str
    route: str
    is_broken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterCard:
    """A cluster with its picture."""

    number: int
    name: str
    id: str
    model: str
    facts: tuple[tuple[str, str], ...]
    worst: Severity | None
    picture: Layout
    sentences: tuple[str, ...]
    nodes: tuple[NodeRow, ...]
    nodes_left: int
    nodes_gap: str
    has_routes: bool
    has_hints: bool
    """The picture tells the pointer which node is which; a page with many of them would grow too long."""


def cluster_card(drawing: Drawing, item: ReportedCluster, number: int, clusters: int) -> ClusterCard:
    """
    Args:
        clusters: how many there are on the page, which share the rows of nodes.
    """
    cluster = item.cluster
    picture = topology_of(drawing, item)
    rows = [_node(drawing, item, node) for node in item.nodes]
    most = max(_FEWEST_NODES, _NODES_IN_ALL // max(1, clusters))
    shown = sorted(rows, key=lambda row: not row.is_broken)[:most] if len(rows) > most else rows
    gap = item.nodes_gap
    facts = {
        "Kubernetes": cluster.kubernetes_version,
        "Location": cluster.location,
        "Resource group": cluster.id.resource_group,
        "Pods": show(cluster.pod_cidrs),
        "Services": show(cluster.service_cidrs),
        "DNS service": str(cluster.dns_service_ip or ""),
        "Outbound type": cluster.outbound_type,
        "Network policy": cluster.network_policy,
        "Dataplane": cluster.network_dataplane,
        "API server": "private" if cluster.is_private else "",
        "State": "stopped" if cluster.is_stopped else "",
    }
    return ClusterCard(
        number=number,
        name=visible(cluster.name, 80),
        id=visible(cluster.id.text, 400),
        model=item.model.value,
        facts=tuple((name, visible(fact, 120)) for name, fact in facts.items() if fact),
        worst=max((box.worst for box in picture.boxes if box.worst), key=lambda worst: worst.rank, default=None),
        picture=layout(picture),
        sentences=tuple(picture.words()),
        nodes=tuple(shown),
        nodes_left=len(rows) - len(shown),
        nodes_gap=f"{short_type(gap.resource_type)} {gap_words(gap)}: {gap.message}" if gap else "",
        has_routes=any(row.route for row in rows),
        has_hints=clusters <= _PICTURES_WITH_HINTS,
    )


def _node(drawing: Drawing, item: ReportedCluster, node: ReportedNode) -> NodeRow:
    words = drawing.index.route_words(item, node)
    return NodeRow(
        name=visible(node.node.name, 80),
        pool=visible(node.node.node_pool, 40),
        address=node.node.address or "?",
        pods=_pods(item, node),
        route=words[0] if words else "",
        is_broken=words is not None and words[1],
    )


def _pods(item: ReportedCluster, node: ReportedNode) -> str:
    if node.routes and node.routes.pod_range:
        return str(node.routes.pod_range)
    models = {pool.name: pool.model for pool in item.pools}
    held = pod_addresses(node, models.get(node.node.node_pool, item.model))
    if held is None:
        return "not shown by Azure"
    if len(held) > 2:
        return f"{held[0]} to {held[-1]}, {count_of(len(held), 'in all', 'in all')}"
    return ", ".join(held)
