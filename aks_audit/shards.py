"""What a rule answers about a part of the clusters, such that the parts together say what the whole would.

A rule is asked about the part alone. Where it answers about something that clusters outside the part may share, it is
asked about all clusters, so that every part says the same of it and names everyone who suffers.
"""

from __future__ import annotations

from collections.abc import Hashable

from .findings import Finding, Rule, Unknown
from .inventory.resource_id import ResourceId
from .model import Network, Shard
from .model.network import remembered

Answer = Finding | Unknown


def part_of(network: Network, shard: Shard) -> Network:
    """The network with only the clusters of a part to judge."""
    return network.judging(tuple(cluster for cluster in network.clusters if shard.holds(cluster.id)))


def ask(rule: Rule, whole: Network, part: Network) -> list[Answer]:
    """What a rule says of the clusters in `part`, and of what they share with others."""
    given = list(rule.check(part))
    if all(answer.resource_id.ancestor("managedClusters") for answer in given):
        return given
    found = {_key(rule, answer) for answer in given}
    return [answer for answer in rule.check(whole) if _key(rule, answer) in found or _concerns(part, answer)]


def _key(rule: Rule, answer: Answer) -> Hashable:
    return rule.fingerprint(answer) if isinstance(answer, Finding) else (answer.resource_id, answer.gap)


def _concerns(part: Network, answer: Answer) -> bool:
    """Whether an answer names a cluster of the part, or none at all."""
    ids = [answer.resource_id]
    if isinstance(answer, Finding):
        ids += [*answer.affected, *([answer.cluster_id] if answer.cluster_id else [])]
    named = {cluster for one in ids for cluster in [_cluster_of(part, one)] if cluster}
    return not named or not named.isdisjoint(cluster.id for cluster in part.clusters)


def _cluster_of(network: Network, resource_id: ResourceId) -> ResourceId | None:
    """The cluster that a resource belongs to: what is below it, or in its node resource group."""
    group = resource_id.subscription, resource_id.resource_group.lower()
    return resource_id.ancestor("managedClusters") or _by_node_group(network).get(group)


@remembered
def _by_node_group(network: Network) -> dict[tuple[str, str], ResourceId]:
    return {(c.id.subscription, c.node_resource_group.lower()): c.id for c in network.all_clusters}
