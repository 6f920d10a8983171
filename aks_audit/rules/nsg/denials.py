"""What the rules about denied flows share: one Finding a deciding rule, whatever number of clusters it hits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...analysis.flow_ends import RequiredFlow, Unasked
from ...analysis.flows import Decision, Denied, Part, PartlyDenied, Undecided, show
from ...analysis.intervals import Intervals, union
from ...analysis.node_places import node_places
from ...analysis.required_flows import Need, judged
from ...findings import Evidence, Finding, Severity, Unknown, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, SecurityRule

Cause = tuple[ResourceId, str]
"""A group, and the rule in it that decides."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A part of a flow that a rule denies."""

    cluster: ManagedCluster
    required: RequiredFlow
    part: Part


def cause_of(decision: Decision) -> Cause:
    return decision.group.id, decision.rule.path.lower()


def hits_of(network: Network, cluster: ManagedCluster, need: Need) -> Iterator[Hit]:
    """What is denied of the flows of one kind that a cluster needs."""
    for answer in judged(network, cluster, need):
        if isinstance(answer, tuple) and isinstance(answer[1], Denied | PartlyDenied):
            yield from (Hit(cluster, answer[0], part) for part in answer[1].parts)


def causes(network: Network, cluster: ManagedCluster, need: Need) -> set[Cause]:
    return {cause_of(hit.part.by) for hit in hits_of(network, cluster, need)}


def report(
    network: Network,
    need: Need,
    *,
    told_elsewhere: tuple[Need, ...] = (),
    concerns: Callable[[ManagedCluster], bool] | None = None,
    counts: Callable[[Hit], bool] | None = None,
    severity: Callable[[list[Hit]], Severity] | None = None,
) -> Iterator[Finding | Unknown]:
    """One Finding for each rule that denies flows of a kind; one Unknown a cluster and Gap.

    Args:
        told_elsewhere: kinds of flow of another rule's; what they are denied by is left to it.
        concerns: whether a cluster is asked at all.
        counts: whether a denied part is trouble at all.
        severity: where it differs from the rule's own.
    """
    found: dict[Cause, list[Hit]] = {}
    for cluster in network.clusters:
        if concerns and not concerns(cluster):
            continue
        told = {cause for other in told_elsewhere for cause in causes(network, cluster, other)}
        for hit in hits_of(network, cluster, need):
            if cause_of(hit.part.by) not in told and (counts is None or counts(hit)):
                found.setdefault(cause_of(hit.part.by), []).append(hit)
        yield from _unknowns(network, cluster, need)
    for _, hits in sorted(found.items()):
        yield finding(hits, severity(hits) if severity else None)


def _unknowns(network: Network, cluster: ManagedCluster, need: Need) -> Iterator[Unknown]:
    answers: list[Unknown] = [unknown(place, gap) for place, gap in node_places(network, cluster).unread]
    for answer in judged(network, cluster, need):
        if isinstance(answer, Unasked):
            answers.append(unknown(cluster.id, answer.gap))
        elif isinstance(answer[1], Undecided):
            answers.append(unknown(cluster.id, answer[1].gap))
    yield from dict.fromkeys(answers)


def finding(hits: list[Hit], severity: Severity | None = None) -> Finding:
    """What one rule denies, of all clusters together."""
    decision = hits[0].part.by
    clusters = {hit.cluster.id: hit.cluster for hit in hits}
    subnets = dict.fromkeys(subnet for hit in hits for subnet in hit.required.subnet_ids)
    pools = {hit.cluster.id.child("agentPools", pool): None for hit in hits for pool in hit.required.pools}
    what = ", ".join(dict.fromkeys(hit.required.what for hit in hits))
    names = ", ".join(sorted(cluster.name for cluster in clusters.values()))
    return Finding(
        decision.group.id,
        f"{decision} denies {what} of {names}: {extent(hits)}",
        (*rule_evidence(decision.group.id, decision.rule), *_where(hits)),
        cluster_id=next(iter(clusters)) if len(clusters) == 1 else None,
        affected=(*(clusters if len(clusters) > 1 else ()), *subnets, *pools),
        severity=severity,
        key=decision.rule.path,
    )


def extent(hits: list[Hit]) -> str:
    """The packets that a rule denies: protocol and ports, from where, to where."""
    parts = [hit.part for hit in hits]
    tags = dict.fromkeys(
        hit.required.flow.destination.service_tag for hit in hits if hit.required.flow.destination.service_tag
    )
    to = [*tags, show(union(*(part.destination for part in parts)))]
    return (
        f"{', '.join(sorted({str(part) for part in parts}))} from {show(union(*(part.source for part in parts)))} "
        f"to {', '.join(text for text in to if text)}"
    )


def ports_of_hits(hits: list[Hit]) -> Intervals:
    return union(*(hit.part.destination_ports for hit in hits))


def rule_evidence(group: ResourceId, rule: SecurityRule) -> tuple[Evidence, ...]:
    """The deciding line of a group, and its rank in it."""
    return (
        Evidence(group, f"{rule.path}.properties.access", rule.access),
        Evidence(group, f"{rule.path}.properties.priority", rule.priority),
    )


def _where(hits: list[Hit]) -> Iterator[Evidence]:
    """The subnets at whose door the group stands; none of them where it stands on NICs alone."""
    group = hits[0].part.by.group
    for subnet in sorted({subnet for hit in hits for subnet in hit.required.subnet_ids}):
        if subnet in group.subnet_ids:
            yield Evidence(subnet, "properties.networkSecurityGroup.id", group.id.text)
