"""Why a rule did or did not fire at a resource.

For "looked at and fine" the rule is asked once more, of a network in which that resource notes which of its fields are
read. What is told is what the rule went by, not what somebody thinks that it should have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

from .findings import Rule
from .inventory.resource_id import ResourceId
from .model import Network
from .report import Report, ReportedFinding
from .suppressions import matches

_SHOWN: Final = 5
_LONGEST: Final = 100


def why(network: Network, report: Report, rule: Rule, resource: str, against: str | None) -> list[str]:
    """The answer, in lines.

    Args:
        resource: an id or a name.
        against: why the rule did not run; None: it did.
    """
    if against:
        return [f"{rule.id} did not run: {against}"]
    places = places_of(network, resource)
    if not places:
        gaps = [gap for gap in network.gaps if resource.lower() in gap.scope.lower()]
        refused = "".join(f"; {gap.resource_type} of {gap.scope}: {gap.code}" for gap in gaps[:1])
        return [f"{resource} is not in what was read{refused}, so nothing is known about it"]
    lines = [line for place in places[:_SHOWN] for line in _at(network, report, rule, place)]
    if len(places) > _SHOWN:
        lines.append(f"and {len(places) - _SHOWN} more resources of that name; give an id")
    return lines


def places_of(network: Network, resource: str) -> list[ResourceId]:
    """The resources of that id or name, sorted; those that are embedded in another are among them."""
    known = {*network.resource_types, *network.subnets}
    known |= {
        cluster.id.child("agentPools", pool.name) for cluster in network.all_clusters for pool in cluster.node_pools
    }
    return sorted(place for place in known if matches(resource.replace("*", ""), place))


def _at(network: Network, report: Report, rule: Rule, place: ResourceId) -> Iterator[str]:
    """What came of one rule at one resource."""
    own = [item for item in report.findings if item.rule.id == rule.id]
    there = [item for item in own if item.finding.resource_id == place]
    elsewhere = [item for item in own if item not in there and _names(item, place)]
    yield from (f"{place.name}: {_finding(item)}" for item in there)
    for item in elsewhere:
        at = item.finding.resource_id.name
        yield f"{place.name}: it is named in what was found at {at}: {_finding(item)}"
    gaps = [u.gap for u in report.unknown if u.rule.id == rule.id and _concerns(u.resource_id, place)]
    for gap in gaps:
        yield f"{place.name}: {rule.id} could not tell: {gap.resource_type} of {gap.scope}: {gap.code} {gap.message}"
    if not (there or gaps):
        doubts = [u.resource_id.name for u in report.unknown if u.rule.id == rule.id]
        yield from _quiet(network, rule, place, bool(elsewhere), doubts)


def _names(item: ReportedFinding, place: ResourceId) -> bool:
    finding = item.finding
    named = (finding.cluster_id, *finding.affected, *(seen.resource_id for seen in finding.evidence))
    return place in named or _concerns(finding.resource_id, place)


def _concerns(scope: ResourceId, place: ResourceId) -> bool:
    """Whether something said of a scope is said of a resource too: it is that, or stands in it."""
    return place == scope or place.key.startswith(f"{scope.key}/")


def _finding(item: ReportedFinding) -> str:
    text = f"{item.rule.id} found ({item.severity}): {item.finding.message}"
    if item.suppressed:
        promise = item.suppressed
        text += f"; suppressed until {promise.expires} by {promise.owner}: {promise.reason}"
    elif item.baselined:
        text += "; the baseline has it"
    return text


def _quiet(network: Network, rule: Rule, place: ResourceId, named: bool, doubts: list[str]) -> Iterator[str]:
    cluster = place.ancestor("managedClusters")
    if cluster and cluster in {c.id for c in network.all_clusters} - {c.id for c in network.clusters}:
        yield f"{place.name}: its cluster {cluster.name} is not among those that were to be judged"
        return
    read = values_read(network, rule, cluster or place)
    where = cluster.name if cluster and cluster != place else "it"
    more = " more" if named else ""
    if read is None:
        yield f"{place.name}: {rule.id} found nothing{more} here; what it reads of such a resource is not recorded"
    elif not read:
        yield f"{place.name}: {rule.id} did not look at {where}; see 'aks-audit explain {rule.id}' for what it looks at"
    else:
        told = ", ".join(f"{name} = {_short(value)}" for name, value in read.items())
        yield f"{place.name}: {rule.id} looked at {where} and found nothing{more}; it read {told}"
    if doubts:
        rest = f" and {len(doubts) - _SHOWN} more" if len(doubts) > _SHOWN else ""
        yield f"{place.name}: but {rule.id} could not tell about {', '.join(doubts[:_SHOWN])}{rest}"


def values_read(network: Network, rule: Rule, resource_id: ResourceId) -> dict[str, Any] | None:
    """The fields of a resource that a rule reads, with their values; None: the model keeps no such resource."""
    read: dict[str, Any] = {}
    changed: dict[str, Any] = {"memory": {}}
    for item in fields(network):
        if not item.init or item.name in changed:
            continue
        kept = getattr(network, item.name)
        if isinstance(kept, tuple):
            noted = tuple(_noting(value, read) if _is(value, resource_id) else value for value in kept)
            if any(_is(value, resource_id) for value in kept):
                changed[item.name] = noted
        elif isinstance(kept, dict) and _is(kept.get(resource_id), resource_id):
            changed[item.name] = {**kept, resource_id: _noting(kept[resource_id], read)}
    if len(changed) == 1:
        return None
    asked = replace(network, **changed)
    read.clear()  # what the network itself looks at while it is put together
    for _ in rule.check(asked):
        pass
    read.pop("id", None)
    return read


def _is(value: Any, resource_id: ResourceId) -> bool:
    return is_dataclass(value) and not isinstance(value, type) and getattr(value, "id", None) == resource_id


def _noting(value: Any, read: dict[str, Any]) -> Any:
    """The same value, of a subclass that writes down which of its fields are read."""
    shape, names = type(value), [item.name for item in fields(value)]

    def look(self: Any, name: str) -> Any:
        found = object.__getattribute__(self, name)
        if name in names:
            read[name] = found
        return found

    def is_equal(self: Any, other: object) -> bool:
        return self is other or bool(value == other)

    def hashed(_: Any) -> int:
        return hash(value)

    methods = {"__slots__": (), "__getattribute__": look, "__eq__": is_equal, "__hash__": hashed}
    noting: Any = object.__new__(type(shape.__name__, (shape,), methods))
    for name in names:
        object.__setattr__(noting, name, getattr(value, name))
    return noting


def _short(value: Any) -> str:
    """A value in a few words."""
    if isinstance(value, (tuple, list, set, frozenset)):
        text = f"{len(value)} items: {', '.join(map(_word, _some(value)))}" if value else "none"
    else:
        text = _word(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _some(values: Iterable[Any]) -> list[Any]:
    return list(values)[:_SHOWN]


def _word(value: Any) -> str:
    if value is None or value == "":
        return "absent"
    if isinstance(value, ResourceId):
        return value.name
    if is_dataclass(value):
        name = getattr(value, "name", None) or getattr(getattr(value, "id", None), "name", None)
        return str(name or "set")
    return str(value).lower() if isinstance(value, bool) else str(value)
