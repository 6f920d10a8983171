"""What people's formats say in common: the verdict, names of things, which order is worst first."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..analysis.egress_path import EgressKind, EgressPath
from ..analysis.kubenet_routes import node_name_of
from ..analysis.network_model import NetworkModel
from ..analysis.public_addresses import one_or_prefix
from ..capacity.horizons import HORIZONS
from ..capacity.subnets import SubnetCapacity
from ..findings import Rule, Severity
from ..inventory.records import Gap, Source
from ..inventory.resource_id import ResourceId
from ..inventory.types import VIRTUAL_NETWORKS
from ..report import Report, ReportedCluster, ReportedFinding, ReportedNode, ReportedUnknown

HORIZON_NAMES: Final = {
    "now": "now",
    "upgrade_one_pool": "upgrade of one pool",
    "upgrade": "upgrade",
    "autoscale_max": "at maximum",
    "worst": "worst",
}
_KINDS: Final = {
    "managedclusters": "cluster",
    "agentpools": "pool",
    "virtualnetworks": "virtual network",
    "virtualnetworkpeerings": "peering",
    "subnets": "subnet",
    "routetables": "route table",
    "networksecuritygroups": "NSG",
    "networkinterfaces": "NIC",
    "natgateways": "NAT gateway",
    "loadbalancers": "load balancer",
    "publicipaddresses": "public IP",
    "publicipprefixes": "public IP prefix",
    "privateendpoints": "private endpoint",
    "privatednszones": "private DNS zone",
    "virtualmachinescalesets": "scale set",
    "virtualmachines": "virtual machine",
    "applicationgateways": "application gateway",
    "azurefirewalls": "firewall",
    "roleassignments": "role assignment",
}

_PLACEHOLDERS: Final = re.compile(r"(-g|--resource-group) RG (-n|--name|--cluster-name) CLUSTER\b")
"""How a rule's page writes a cluster in a command."""


def count_of(number: int, noun: str, plural: str = "") -> str:
    """
    >>> count_of(1, "node"), count_of(1200, "node"), count_of(2, "address", "addresses")
    ('1 node', '1,200 nodes', '2 addresses')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


_EGRESS: Final = {
    EgressKind.LOAD_BALANCER: "load balancer",
    EgressKind.NAT_GATEWAY: "NAT gateway",
    EgressKind.APPLIANCE: "appliance",
    EgressKind.NETWORK_GATEWAY: "virtual network gateway",
    EgressKind.NODE_PUBLIC_IP: "the nodes' own public addresses",
    EgressKind.DEFAULT_ACCESS: "default outbound access",
    EgressKind.NONE: "no way out",
    EgressKind.UNKNOWN: "not known",
}
_ADDRESSES_SHOWN: Final = 4


def egress_words(path: EgressPath) -> str:
    """`NAT gateway natgw1`"""
    shown = path.via.name if path.via and path.kind is not EgressKind.NONE else ""
    return f"{_EGRESS[path.kind]} {shown}".rstrip()


def egress_addresses(path: EgressPath) -> str:
    """The public addresses, the first few of them; `?` where some are not known."""
    known = [one_or_prefix(prefix) for prefix in path.addresses.known]
    shown = known[:_ADDRESSES_SHOWN]
    if len(known) > len(shown):
        shown.append(f"{len(known) - len(shown)} more")
    leaves = path.kind not in (EgressKind.NONE, EgressKind.UNKNOWN)
    return ", ".join([*shown, *(["?"] if leaves and not path.addresses.is_whole else [])])


def kind_of(resource_id: ResourceId) -> str:
    """What kind of thing it is, in a word or two that need no escaping."""
    last = resource_id.type.rpartition("/")[2]
    if not last:
        return "resource group" if resource_id.resource_group else "subscription" if resource_id.subscription else ""
    return _KINDS.get(last.lower()) or (last if last.isascii() and last.isalnum() and len(last) < 60 else "resource")


def name_of(resource_id: ResourceId) -> str:
    """The name by which people know it: a child with its parent's, `vnet/nodes`."""
    names = resource_id.names
    if not names:
        return resource_id.resource_group or resource_id.subscription or resource_id.text
    return "/".join(names[-2:]) if len(names) > 1 and kind_of(resource_id) != "NIC" else "/".join(names)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole report in one line, in parts, since formats stress the first."""

    trouble: str
    """`2 critical, 1 high`, or `Nothing found`."""
    where: str
    """` in 2 of 5 clusters`."""
    unsure: str
    """`; 2 suppressed; 3 checks could not tell`, or ""."""
    worst: Severity | None

    def __str__(self) -> str:
        return f"{self.trouble}{self.where}{self.unsure}"


def verdict(report: Report) -> Verdict:
    counts = {severity: report.count(severity) for severity in Severity}
    found = [f"{number:,} {severity}" for severity, number in counts.items() if number]
    total = len(report.clusters)
    unsure = f"; {len(report.suppressed):,} suppressed" if report.suppressed else ""
    unsure += f"; {count_of(len(report.unknown), 'check')} could not tell" if report.unknown else ""
    if not found:
        where = f" in {count_of(total, 'cluster')}" if total else ""
        trouble = "Nothing found" if total else "No cluster found" if not report.unknown else "No cluster could be read"
        return Verdict(trouble, where, unsure, None)
    hit = {cluster for item in report.active for cluster in clusters_of(item)}
    hit &= {item.cluster.id for item in report.clusters}
    where = f" in {count_of(total, 'cluster')}" if len(hit) in (0, total) else f" in {len(hit):,} of {total:,} clusters"
    known = f"; {_known(report)}" if report.compared else ""
    worst = next(severity for severity, number in counts.items() if number)
    return Verdict(", ".join(found), (where if hit else "") + known, unsure, worst)


def _known(report: Report) -> str:
    """How many of the findings are new."""
    new = len(report.new)
    known = len(report.active) - new
    if not new:
        return "all in the baseline"
    return f"{new:,} new, {known:,} in the baseline" if known else "all new since the baseline"


def clusters_of(item: ReportedFinding) -> set[ResourceId]:
    """The clusters that a finding concerns."""
    finding = item.finding
    ids = (finding.cluster_id, finding.resource_id, *finding.affected)
    return {cluster for i in ids if i and (cluster := i.ancestor("managedClusters"))}


def worst_first(report: Report) -> tuple[ReportedCluster, ...]:
    """The clusters, those with the worst findings first."""
    ranks: dict[ResourceId, int] = {}
    for item in report.active:
        for cluster in clusters_of(item):
            ranks[cluster] = max(ranks.get(cluster, 0), item.severity.rank + 1)
    return tuple(sorted(report.clusters, key=lambda item: (-ranks.get(item.cluster.id, 0), item.cluster.id)))


def fullest_first(report: Report) -> tuple[SubnetCapacity, ...]:
    """The subnets, those that are short of most addresses soonest first, then the fullest."""

    def order(capacity: SubnetCapacity) -> tuple[list[int], float, ResourceId]:
        short = [-(capacity.short(horizon) or 0) for horizon in HORIZONS]
        most = max((n for horizon in HORIZONS if (n := getattr(capacity.needed, horizon)) is not None), default=0)
        return short, -most / (capacity.usable or 1), capacity.subnet.id

    return tuple(sorted(report.subnets, key=order))


def by_rule(items: Iterable[ReportedFinding]) -> list[tuple[Rule, list[ReportedFinding]]]:
    """Findings under their rule, in the order in which they come."""
    groups: dict[str, tuple[Rule, list[ReportedFinding]]] = {}
    for item in items:
        groups.setdefault(item.rule.id, (item.rule, []))[1].append(item)
    return list(groups.values())


def by_gap(report: Report) -> list[tuple[Gap, list[ReportedUnknown]]]:
    """What could not be told under its Gap, the Gap that spoils most first; then Gaps that spoilt nothing."""
    groups: dict[Gap, list[ReportedUnknown]] = {gap: [] for gap in report.gaps}
    for item in report.unknown:
        groups.setdefault(item.gap, []).append(item)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0].resource_type, group[0].scope.lower()))


def alike(groups: list[tuple[Gap, list[ReportedUnknown]]]) -> list[tuple[list[Gap], list[ReportedUnknown]]]:
    """Gaps that differ in nothing but their place, and spoil the same rules, put together."""
    joined: dict[object, tuple[list[Gap], list[ReportedUnknown]]] = {}
    for gap, unknowns in groups:
        key = (gap.resource_type.lower(), gap.status, gap.code, gap.message, tuple(rules_of(unknowns)))
        gaps, all_unknowns = joined.setdefault(key, ([], []))
        gaps.append(gap)
        all_unknowns += unknowns
    return sorted(joined.values(), key=lambda group: -len(group[1]))


def rules_of(unknowns: list[ReportedUnknown]) -> list[str]:
    return sorted({item.rule.id for item in unknowns})


def first_step(item: ReportedFinding) -> str:
    """How to fix it, up to the first full stop or semicolon, and the first command where it is about the cluster."""
    text = item.rule.remediation.partition("\n")[0].partition(". ")[0].partition("; ")[0].rstrip(".")
    cluster = item.finding.cluster_id
    if cluster is None:
        return text
    group, name = shlex.quote(cluster.resource_group), shlex.quote(cluster.name)

    def named(command: str) -> str:
        return _PLACEHOLDERS.sub(lambda match: f"{match[1]} {group} {match[2]} {name}", command)

    command = item.rule.first_command
    if "`az " not in text and _PLACEHOLDERS.search(command):
        return f"{text.partition(': ')[0]}: `{named(command)}`"
    return named(text)


def remedy(gap: Gap) -> str:
    """What a person can do about a Gap."""
    match gap.status, gap.code:
        case 401 | 403, _:
            return "Reader on that scope is enough"
        case _, "InvalidValue":
            return "the value itself is wrong; correct it in Azure or in the file"
        case _, "NotCollected" | "NotInCassette":
            return "collect it too, or run with the scope that holds it"
        case 429, _:
            return "Azure was asked too often; run again later"
        case _:
            return ""


def gap_words(gap: Gap) -> str:
    """`403 AuthorizationFailed`."""
    return f"{gap.status} {gap.code}" if gap.status else gap.code


def gap_sentence(gap: Gap) -> str:
    """`Microsoft.Network/routeTables in /subscriptions/s: 403 AuthorizationFailed: no right to read`"""
    return f"{gap.resource_type} in {gap.scope}: {gap_words(gap)}: {gap.message}".rstrip(": ")


def value_words(value: str | int | bool | tuple[str, ...] | None, most: int = 12) -> str:
    """
    >>> value_words(None), value_words(True), value_words(()), value_words(("a", "b", "c"), 2)
    ('absent', 'true', 'empty', 'a, b and 1 more')
    """
    match value:
        case None:
            return "absent"
        case bool():
            return str(value).lower()
        case tuple():
            more = f" and {len(value) - most:,} more" if len(value) > most else ""
            return (", ".join(value[:most]) or "empty") + more
        case _:
            return str(value)


class Index:
    """The subnets and route tables of a report by id."""

    def __init__(self, report: Report) -> None:
        self.subnets = {capacity.subnet.id: capacity for capacity in report.subnets}
        self.tables = {table.id: table for table in report.route_tables}

    def route_words(self, item: ReportedCluster, node: ReportedNode) -> tuple[str, bool] | None:
        """How a kubenet node's pods are reached, and whether that is wrong; None for nodes of other models.

        A route that is not there is only called missing where its table was read whole.
        """
        if item.model is not NetworkModel.KUBENET:
            return None
        if node.routes is None:
            capacity = self.subnets.get(node.node.subnet_id) if node.node.subnet_id else None
            none = capacity is not None and capacity.subnet.route_table_id is None and not item.route_table_ids
            return ("no route table", True) if none else ("route not known", False)
        if node.routes.carrying:
            if node.node.nic.ip_forwarding is False:
                return "IP forwarding is off", True
            name = node.routes.carrying[0].name
            return (
                "via its route" if node_name_of(node.routes.carrying[0]) == node.node.name else f"via route {name}"
            ), False
        if node.routes.astray:
            route = node.routes.astray[0]
            return f"route {route.name} leads to {route.next_hop_address or route.next_hop_type}", True
        unread = any(self.tables[table].gap for table in item.route_table_ids if table in self.tables)
        return ("route not known", False) if unread else ("no route", True)

    def without_route(self, item: ReportedCluster) -> list[ReportedNode]:
        """The nodes of a cluster that no route leads to, and that none is named after."""
        lost = (n for n in item.nodes if not (n.routes and (n.routes.carrying or n.routes.astray)))
        return [node for node in lost if (words := self.route_words(item, node)) and words[1]]


def short_type(resource_type: str) -> str:
    """`Microsoft.Network/routeTables` without its provider."""
    return resource_type.partition("/")[2] or resource_type


def virtual_network_name(resource_id: ResourceId) -> str:
    """The name of the virtual network that a subnet is in."""
    parent = resource_id.ancestor(VIRTUAL_NETWORKS.rpartition("/")[2])
    return parent.name if parent else ""


def source_words(source: Source) -> str:
    """Where the facts come from and when they were collected: `demo, collected 2026-11-20T06:00:00Z`."""
    header = source.header
    when = f", collected {header.collected_at}" if header and header.collected_at else ""
    return f"{source.kind}{when}"


def need_words(capacity: SubnetCapacity, horizon: str) -> str:
    """The need at a horizon: `48`; `48+` where that is the least and more may not fit; `?` where it is not known."""
    need: int | None = getattr(capacity.needed, horizon)
    if need is None:
        return "?"
    return f"{need:,}" if capacity.fits(horizon) is not None else f"{need:,}+"
