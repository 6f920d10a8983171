"""The reconstructed networks: as a tree for people, as JSON, as a Mermaid picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..analysis.addresses import show
from ..analysis.egress_path import EgressPath
from ..analysis.network_model import NetworkModel
from ..capacity.subnets import SubnetCapacity
from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, NodePool, RouteTable
from ..report import Report, ReportedCluster, ReportedNode, ReportedPool
from . import shapes
from .escape import visible
from .fold import fold
from .json_report import clusters, dump, pod_addresses, subnets
from .mermaid import render as render_mermaid
from .words import Index, count_of, egress_addresses, egress_words, gap_words, name_of, short_type

__all__ = ["render_json", "render_mermaid", "render_text"]

Tree = tuple[str, list["Tree"]]
"""A line and the lines below it."""
Widths = tuple[int, ...]
UNFOLDED: Final = 10_000
"""Columns that a file or a pipe has: a line a thing."""


def render_json(report: Report) -> str:
    """The clusters and subnets of the JSON report, in the same shapes."""
    return dump(
        shapes.Topology(schema_version=shapes.SCHEMA_VERSION, clusters=clusters(report), subnets=subnets(report))
    )


def render_text(report: Report, width: int = UNFOLDED) -> str:
    """A tree for each cluster: its ranges, its subnets and who is in them, its nodes and what leads to them.

    Args:
        width: columns that it may take.
    """
    index = Index(report)
    trees = [_cluster(index, item) for item in report.clusters]
    if not trees:
        trees = [("no cluster", [(f"{g.resource_type} in {g.scope}: {gap_words(g)}", []) for g in report.gaps])]
    text = "\n".join("".join(f"{line}\n" for line in _lines(tree)) for tree in trees)
    return fold(text, width)


def _lines(tree: Tree, first: str = "", rest: str = "") -> Iterator[str]:
    yield (first + tree[0]).rstrip()
    for number, branch in enumerate(tree[1]):
        last = number == len(tree[1]) - 1
        yield from _lines(branch, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))


def _cluster(index: Index, item: ReportedCluster) -> Tree:
    cluster = item.cluster
    facts = (
        item.model.value,
        cluster.kubernetes_version and f"Kubernetes {cluster.kubernetes_version}",
        cluster.location,
        cluster.outbound_type and f"egress {cluster.outbound_type}",
        "private" if cluster.is_private else "",
        "node auto-provisioning" if cluster.node_auto_provisioning else "",
        "stopped" if cluster.is_stopped else "",
    )
    ranges = (
        f"pods {show(cluster.pod_cidrs)}" if cluster.pod_cidrs else "",
        f"services {show(cluster.service_cidrs)}" if cluster.service_cidrs else "",
        f"DNS {cluster.dns_service_ip}" if cluster.dns_service_ip else "",
    )
    used = dict.fromkeys(
        subnet
        for pool, reported in zip(cluster.node_pools, item.pools, strict=True)
        for subnet in (reported.node_subnet_id, pool.pod_subnet_id)
        if subnet
    )
    branches: list[Tree] = [(", ".join(filter(None, ranges)), [])] if any(ranges) else []
    for subnet in used:
        capacity = index.subnets.get(subnet)
        branches.append(_subnet(index, item, capacity) if capacity else (f"subnet {name_of(subnet)}: not read", []))
    branches += [(line, []) for line in _special_subnets(cluster)]
    widths = _widths(item)
    branches += [_pool(index, item, widths, *pool) for pool in zip(cluster.node_pools, item.pools, strict=True)]
    named = {pool.name.lower() for pool in item.pools}
    strays = [node for node in item.nodes if node.node.node_pool.lower() not in named]
    if strays:
        whose = "nodes of node auto-provisioning" if cluster.node_auto_provisioning else "nodes of no pool"
        branches.append((whose, _nodes(index, item, strays, widths)))
    if item.nodes_gap:
        gap = item.nodes_gap
        branches.append(
            (f"there may be more nodes: {visible(short_type(gap.resource_type), 100)} {gap_words(gap)}", [])
        )
    return _name(cluster.name) + "  " + ", ".join(visible(fact) for fact in facts if fact), _visible(branches)


def _special_subnets(cluster: ManagedCluster) -> Iterator[str]:
    """Subnets that hold neither nodes nor pods of pools."""
    if cluster.api_server_vnet_integration:
        subnet = cluster.api_server_subnet_id
        yield f"API server in subnet {name_of(subnet)}" if subnet else "API server in a subnet that AKS made"
    if cluster.virtual_nodes_subnet:
        yield f"virtual nodes in subnet {_name(cluster.virtual_nodes_subnet)}"


def _visible(trees: list[Tree]) -> list[Tree]:
    return [(visible(line, 400), below) for line, below in trees]


def _name(name: str) -> str:
    return visible(name, 80)


def _subnet(index: Index, item: ReportedCluster, capacity: SubnetCapacity) -> Tree:
    subnet = capacity.subnet
    if capacity.used is None:
        use = f"{_number(capacity.usable)} usable, use not shown by Azure"
    else:
        use = f"{capacity.used:,} of {_number(capacity.usable)} used"
    short = capacity.short("upgrade")
    worst = capacity.short("worst")
    needs = ""
    if short:
        needs = f"  <- TOO SMALL for an upgrade: {capacity.needed.upgrade:,} needed"
    elif worst:
        needs = f"  <- too small at the maximum with surge: {capacity.needed.worst:,} needed"
    branches: list[Tree] = [(line, []) for line in _holders(capacity)]
    table = subnet.route_table_id
    if table:
        line = _table_line(index.tables.get(table), name_of(table))
        lost = len(index.without_route(item)) if table in item.route_table_ids else 0
        branches.append((f"{line}, {lost:,} of {count_of(len(item.nodes), 'node')} without" if lost else line, []))
    elif item.model is NetworkModel.KUBENET:
        branches.append(("NO ROUTE TABLE, which kubenet needs", []))
    gateway = subnet.nat_gateway_id
    if gateway:
        branches.append((f"NAT gateway {name_of(gateway)}", []))
    branches += [(line, []) for line in _egress(item, subnet.id)]
    where = f"subnet {_name(name_of(subnet.id))} {show(subnet.prefixes) or 'prefix not known'}"
    return f"{where}: {use}{needs}", _visible(branches)


def _egress(item: ReportedCluster, subnet_id: ResourceId) -> list[str]:
    """One line for each way out that the cluster's pools have from this subnet, and the pools where they differ."""
    ways: dict[str, list[str]] = {}
    for pool in item.pools:
        for path in filter(None, (pool.egress, pool.pod_egress)):
            if path.subnet_id == subnet_id:
                ways.setdefault(_egress_line(item, path), []).append(pool.name)
    if len(ways) == 1:
        return list(ways)
    return [f"{line} [{', '.join(dict.fromkeys(pools))}]" for line, pools in ways.items()]


def _egress_line(item: ReportedCluster, path: EgressPath) -> str:
    addresses = egress_addresses(path)
    line = f"egress = {egress_words(path)}{f' ({addresses})' if addresses else ''}, because {path.because}"
    if path.matches_outbound_type is False:
        line += f" <- NOT AS DECLARED: outbound type {item.cluster.outbound_type or 'loadBalancer'}"
    return line


def _table_line(table: RouteTable | None, name: str) -> str:
    if table is None:
        return f"route table {name}: not read"
    return f"route table {name}: {count_of(len(table.routes), 'route')}"


def _holders(capacity: SubnetCapacity) -> list[str]:
    """Who holds addresses: each pool, and the others by kind; `?` where ARM does not show how many."""
    pools: dict[str, list[int | None]] = {}
    others: dict[str, list[int | None]] = {}
    for consumer in capacity.consumers:
        if consumer.cluster_id:
            label = f"{_name(consumer.cluster_id.name)}/{_name(consumer.node_pool or '?')}"
            pools.setdefault(label, []).append(consumer.addresses)
        else:
            others.setdefault(consumer.kind, []).append(consumer.addresses)
    parts = [f"{label} {_held(held)}" for label, held in sorted(pools.items())]
    parts += [
        f"{len(held):,} x {kind} {_held(held)}" if len(held) > 1 else f"{kind} {_held(held)}"
        for kind, held in sorted(others.items())
    ]
    return [f"held by {', '.join(parts)}"] if parts else []


def _held(addresses: list[int | None]) -> str:
    return "?" if None in addresses else f"{sum(filter(None, addresses)):,}"


def _pool(index: Index, item: ReportedCluster, widths: Widths, pool: NodePool, reported: ReportedPool) -> Tree:
    nodes = [node for node in item.nodes if node.node.node_pool.lower() == pool.name.lower()]
    most = pool.max_count if pool.autoscaled else None
    facts = [
        f"{pool.mode}, {pool.os_type}",
        _count(pool.count, "node"),
        f"up to {_number(most)}" if pool.autoscaled else "",
        f"surge {_number(reported.surge_nodes)}",
        f"{_number(pool.max_pods)} pods a node",
        f"in {reported.node_subnet_id.name}" if reported.node_subnet_id else "subnet not known",
        f"pods in {pool.pod_subnet_id.name}" if pool.pod_subnet_id else "",
    ]
    model = f" {reported.model}" if item.model is NetworkModel.MIXED else ""
    line = f"pool {_name(pool.name)}{model}: {', '.join(visible(fact, 100) for fact in facts if fact)}"
    return line, _nodes(index, item, nodes, widths)


def _columns(item: ReportedCluster, node: ReportedNode) -> tuple[str, str, str]:
    models = {pool.name.lower(): pool.model for pool in item.pools}
    pods = _pods(node, models.get(node.node.node_pool.lower(), item.model))
    return _name(node.node.name), node.node.address or "no address", pods


def _widths(item: ReportedCluster) -> Widths:
    """Of the columns, the same for every pool of a cluster."""
    rows = [_columns(item, node) for node in item.nodes]
    return tuple(max(map(len, column)) for column in zip(*rows, strict=True))


def _nodes(index: Index, item: ReportedCluster, nodes: list[ReportedNode], widths: Widths) -> list[Tree]:
    """One line a node, in columns."""
    lines: list[Tree] = []
    for node in nodes:
        columns = (f"{text:<{width}}" for text, width in zip(_columns(item, node), widths, strict=True))
        lines.append(("  ".join((*columns, _way(index, item, node))).rstrip(), []))
    return lines


def _way(index: Index, item: ReportedCluster, node: ReportedNode) -> str:
    words = index.route_words(item, node)
    if words is None:
        return ""
    text, wrong = words
    return f"<- {text.upper() if text.startswith('no ') else text}" if wrong else visible(text, 120)


def _pods(node: ReportedNode, model: NetworkModel) -> str:
    """The pod range, or the addresses held for pods with the first and the last of them."""
    if node.routes and node.routes.pod_range:
        return f"pods {node.routes.pod_range}"
    if model is NetworkModel.KUBENET:
        return "pods ?"
    held = pod_addresses(node, model)
    if held is None:
        return "pod addresses not shown by Azure"
    if not held:
        return ""
    kind = "pod block" if "/" in held[0] else "pod address"
    plural = "" if kind == "pod block" else "pod addresses"
    return f"{count_of(len(held), kind, plural)} {held[0]}" + (f"..{held[-1]}" if len(held) > 1 else "")


def _number(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


def _count(number: int | None, noun: str) -> str:
    return f"? {noun}s" if number is None else count_of(number, noun)
