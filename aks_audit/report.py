"""The Report: everything that reporters show, in one plain structure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .analysis.egress_path import EgressPath
from .analysis.kubenet_routes import NodeRoutes
from .analysis.network_model import NetworkModel
from .analysis.nodes import Node
from .capacity.subnets import SubnetCapacity
from .findings import Finding, Rule, Severity, Weight
from .inventory.records import Gap, Source
from .inventory.resource_id import ResourceId
from .model import ManagedCluster, Network, Route, RouteTable, Shard


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Why a finding is known and accepted."""

    reason: str
    owner: str | None
    expires: str | None
    """The last day, ISO 8601; None: until it is taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFinding:
    """A finding with what its rule adds."""

    rule: Rule
    severity: Severity
    finding: Finding
    fingerprint: str
    suppressed: Suppression | None = None
    baselined: bool = False
    """The baseline has it, as bad as this or worse: it does not fail the run."""

    @property
    def sufferers(self) -> frozenset[ResourceId]:
        """The cluster and what else suffers."""
        found = self.finding
        return frozenset((*found.affected, *((found.cluster_id,) if found.cluster_id else ())))

    @property
    def weight(self) -> Weight:
        return Weight(self.severity, self.finding.latent, frozenset(place.key for place in self.sufferers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A finding as a baseline keeps it."""

    rule: str
    severity: Severity
    resource_id: ResourceId
    message: str
    fingerprint: str
    is_latent: bool | None = None
    sufferers: tuple[str, ...] | None = None
    """The cluster and what else suffered, by id; None in a baseline that does not say."""

    @property
    def weight(self) -> Weight:
        known = None if self.sufferers is None else frozenset(text.lower() for text in self.sufferers)
        return Weight(self.severity, self.is_latent, known)


NoticeKind = Literal["suppression-expired", "suppression-expiring", "suppression-unused", "baseline-unchecked", "shard"]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that wants attention and is no trouble: the team's suppressions and baseline, a part of a report."""

    kind: NoticeKind
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedUnknown:
    """A rule that could not tell about a resource."""

    rule: Rule
    resource_id: ResourceId
    gap: Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedNode:
    """A node and the route that carries its pods (kubenet only)."""

    node: Node
    routes: NodeRoutes | None
    route_table_id: ResourceId | None = None
    """The table that `routes` stand in."""

    @property
    def route(self) -> Route | None:
        """The route that carries the node's pods, else the one that is named after it, else None."""
        found = (*self.routes.carrying, *self.routes.astray) if self.routes else ()
        return next(iter(found), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedPool:
    """A pool with what it amounts to."""

    name: str
    model: NetworkModel
    surge_nodes: int | None
    node_subnet_id: ResourceId | None
    egress: EgressPath
    """By what its nodes leave."""
    pod_egress: EgressPath | None
    """By what its pods leave, where they have a subnet of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedCluster:
    """A cluster as it was reconstructed."""

    cluster: ManagedCluster
    model: NetworkModel
    pools: tuple[ReportedPool, ...]
    """In the order of `cluster.node_pools`."""
    nodes: tuple[ReportedNode, ...]
    nodes_gap: Gap | None
    """Why there may be more nodes than these."""
    route_table_ids: tuple[ResourceId, ...]
    """Of its node subnets, each once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an audit found. Everything is sorted; nothing in it depends on when it was made."""

    source: Source
    gaps: tuple[Gap, ...]
    clusters: tuple[ReportedCluster, ...]
    subnets: tuple[SubnetCapacity, ...]
    findings: tuple[ReportedFinding, ...]
    """The worst first, then by rule and resource."""
    unknown: tuple[ReportedUnknown, ...]
    route_tables: tuple[RouteTable, ...] = ()
    """Of the subnets above, sorted by id."""
    ran: tuple[Rule, ...] = ()
    """The rules that ran, by family and id."""
    fail_on: str = "high"
    """The severity from which on a finding fails the run, or `never`."""
    compared: bool = False
    """It was held against a baseline."""
    gone: tuple[Known, ...] = ()
    """What the baseline has, and what is no more; the worst first."""
    notices: tuple[Notice, ...] = ()
    shard: Shard | None = None
    """The part of the clusters that it is about; None: all that were asked for."""
    network: Network = field(repr=False, compare=False)
    """What was judged. Pictures are worked out of it when they are drawn, so that other formats need not wait."""

    @property
    def rules(self) -> frozenset[str]:
        """The ids of the rules that ran."""
        return frozenset(rule.id for rule in self.ran)

    @property
    def active(self) -> tuple[ReportedFinding, ...]:
        """The findings that are not suppressed."""
        return tuple(finding for finding in self.findings if finding.suppressed is None)

    @property
    def suppressed(self) -> tuple[ReportedFinding, ...]:
        """The findings that somebody answers for."""
        return tuple(finding for finding in self.findings if finding.suppressed)

    @property
    def new(self) -> tuple[ReportedFinding, ...]:
        """The findings that count for the exit code: neither suppressed nor in the baseline."""
        return tuple(finding for finding in self.active if not finding.baselined)

    @property
    def failing(self) -> tuple[ReportedFinding, ...]:
        """The findings that fail the run."""
        if self.fail_on == "never":
            return ()
        return tuple(finding for finding in self.new if finding.severity >= Severity(self.fail_on))

    @property
    def complete(self) -> bool:
        """Nothing that was asked for was refused or did not parse."""
        return not self.gaps

    def count(self, severity: Severity) -> int:
        """How many findings of a severity there are, without the suppressed ones."""
        return sum(1 for finding in self.active if finding.severity is severity)
