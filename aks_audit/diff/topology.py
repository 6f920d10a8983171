"""Clusters, pools, subnets and routes of two reports against each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from .document import Cluster, Document, Egress, NodePool, Subnet
from .scope import Scope
from .shapes import Addresses, FieldChange, ThingChange, ThingKind, Use

Facts = dict[str, Any]
_ORDER: Final[tuple[ThingKind, ...]] = ("cluster", "nodePool", "subnet", "route")


def topology(old: Document, new: Document) -> tuple[ThingChange, ...]:
    """What was added, removed or changed, by kind and id."""
    scope = Scope(new)
    before, after = _things(old), _things(new)
    found = [change for key in before.keys() | after.keys() for change in _change(key, before, after, scope)]
    return tuple(sorted(found, key=lambda item: (_ORDER.index(item.kind), item.id.lower())))


Key = tuple[ThingKind, str]
Things = dict[Key, tuple[str, Facts]]
"""By kind and id in lower case: the id as spelled, and what is known."""


def _change(key: Key, before: Things, after: Things, scope: Scope) -> Iterator[ThingChange]:
    kind, _ = key
    if key not in before:
        yield ThingChange(kind=kind, change="added", id=after[key][0], changes=())
    elif key not in after:
        spelled = before[key][0]
        is_gone = scope.would_show(kind, spelled)
        yield ThingChange(kind=kind, change="removed" if is_gone else "notRead", id=spelled, changes=())
    elif changes := field_changes(before[key][1], after[key][1]):
        yield ThingChange(kind=kind, change="changed", id=after[key][0], changes=changes)


def field_changes(before: Facts, after: Facts) -> tuple[FieldChange, ...]:
    """The fields whose values differ in more than the case of their letters, as Azure's spelling does."""
    return tuple(
        FieldChange(field=field, before=before[field], after=after[field])
        for field in before
        if _bare(before[field]) != _bare(after[field])
    )


def _bare(value: Any) -> Any:
    if isinstance(value, str):
        return value.lower()
    return tuple(map(_bare, value)) if isinstance(value, tuple) else value


def _things(document: Document) -> Things:
    return {(kind, text.lower()): (text, facts) for kind, text, facts in _all(document)}


def _all(document: Document) -> Iterator[tuple[ThingKind, str, Facts]]:
    for cluster in document.clusters:
        yield "cluster", cluster.id, _cluster(cluster)
        for pool in cluster.node_pools:
            yield "nodePool", f"{cluster.id}/agentPools/{pool.name}", _pool(pool)
        for route in (node.route for node in cluster.nodes if node.route):
            facts = _facts(route)
            table, name = facts.pop("routeTableId"), facts.pop("name")
            yield "route", f"{table or cluster.id}/routes/{name}", facts
    for subnet in document.subnets:
        yield "subnet", subnet.id, {"prefixes": subnet.prefixes, "usable": subnet.usable}


def _facts(part: msgspec.Struct) -> Facts:
    return {field.encode_name: getattr(part, field.name) for field in msgspec.structs.fields(part)}


def _cluster(cluster: Cluster) -> Facts:
    return {name: value for name, value in _facts(cluster).items() if name not in ("id", "nodePools", "nodes")}


def _pool(pool: NodePool) -> Facts:
    facts = {name: value for name, value in _facts(pool).items() if name not in ("name", "egress", "podEgress")}
    for name, egress in (("egress", pool.egress), ("podEgress", pool.pod_egress)):
        facts |= {f"{name}.{field}": value for field, value in _facts(egress or Egress()).items()}
    return facts


def addresses(old: Document, new: Document) -> tuple[Addresses, ...]:
    """The addresses of every subnet in either report."""
    before, after = ({subnet.id.lower(): subnet for subnet in document.subnets} for document in (old, new))
    return tuple(
        Addresses(
            subnet_id=(after.get(key) or before[key]).id,
            before=_use(before.get(key)),
            after=_use(after.get(key)),
        )
        for key in sorted(before.keys() | after.keys())
    )


def _use(subnet: Subnet | None) -> Use | None:
    if subnet is None:
        return None
    needed = {name: getattr(subnet.needed, name) for name in subnet.needed.__struct_fields__}
    return Use(usable=subnet.usable, used=subnet.used, free=subnet.free, **needed)
