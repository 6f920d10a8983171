"""Effective security rules: whether a flow is let through, and which rule decides.

Rules are tried by priority and the first that matches decides. A packet that leaves meets the group of the NIC, then
that of the subnet; one that arrives meets them in the opposite order; all of them must allow it, and a side without a
group does. Answers come back by themselves, since groups are stateful. What Virtual Network Manager's security admin
rules do before that is not to be seen in any group.

Source: https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ..inventory.records import Gap
from ..inventory.types import NETWORK_SECURITY_GROUPS
from ..model import RuleSide, SecurityGroup, SecurityRule
from ..model.security_group import ANY_PORT
from .default_security_rules import default_rules
from .flows import (
    ANY_PROTOCOL,
    PROTOCOLS,
    Allowed,
    Box,
    Decision,
    Denied,
    Endpoint,
    Flow,
    Layer,
    Part,
    PartlyDenied,
    Undecided,
    Verdict,
    ports_of,
)
from .intervals import (
    EVERYWHERE,
    IPV4,
    NOTHING,
    UNNUMBERED,
    Intervals,
    difference,
    intersection,
    is_within,
    of_networks,
    union,
)
from .service_tags import PUBLIC, VIRTUAL_NETWORK, VirtualNetworkTag, addresses_of, is_known


def judge(layers: Iterable[Layer], flow: Flow) -> Verdict:
    """Send a flow through groups, in the order in which it meets them."""
    passed = tuple(layers)
    gap = next((layer.group.gap for layer in passed if layer.group.gap), None)
    if gap:
        return Undecided(gap)
    verdicts = [_run(passed, flow, ends) for ends in _readings(passed, flow)]
    first = verdicts[0]
    if all(type(verdict) is type(first) for verdict in verdicts):
        return first
    undecided = next((verdict for verdict in verdicts if isinstance(verdict, Undecided)), None)
    if undecided:
        return undecided
    named = next((layer.group for layer in passed if _names_virtual_network(layer)), passed[0].group)
    return Undecided(_cannot_tell(named, "how far VirtualNetwork reaches there is not known"))


def _readings(layers: tuple[Layer, ...], flow: Flow) -> list[tuple[bool, bool]]:
    """For source and destination: whether VirtualNetwork is taken as wide as it may be, where that matters."""

    def options(place: Intervals) -> list[bool]:
        open_question = any(
            intersection(place, difference(layer.virtual_network.widest, layer.virtual_network.certain))
            for layer in layers
        )
        return [False, True] if open_question else [False]

    return [(wide, far) for wide in options(flow.source.place) for far in options(flow.destination.place)]


def _names_virtual_network(layer: Layer) -> bool:
    tags = [tag.lower() for rule in layer.group.rules for tag in (*rule.source.tags, *rule.destination.tags)]
    return VIRTUAL_NETWORK in tags


@dataclass(frozen=True, slots=True)
class _Travelling:
    box: Box
    by: tuple[Decision, ...] = ()
    doubt: Gap | None = None


def _run(layers: tuple[Layer, ...], flow: Flow, ends: tuple[bool, bool]) -> Verdict:
    travelling, denied = [_Travelling(flow.box)], list[Part]()
    for layer in layers:
        rules = _effective(layer, flow, ends)
        arriving, travelling = travelling, []
        for item in arriving:
            for box, rule, doubts in _decide(rules, item.box):
                decision = Decision(layer.group, rule)
                other = next((each for each in (rule, *doubts) if _access(each) != _access(rule)), None)
                if _access(rule) is None or other:
                    gap = item.doubt or _doubt(layer.group, other or rule)
                    travelling.append(_Travelling(box, (*item.by, decision), gap))
                elif rule.allows:
                    travelling.append(_Travelling(box, (*item.by, decision), item.doubt))
                else:
                    denied.append(Part(by=decision, box=box))
    through = tuple(Part(by=by, box=item.box) for item in travelling if not item.doubt for by in item.by)
    doubt = next((item.doubt for item in travelling if item.doubt), None)
    if denied:
        return PartlyDenied(tuple(denied), through) if travelling else Denied(tuple(denied))
    return Undecided(doubt, through) if doubt else Allowed(through)


def _access(rule: SecurityRule) -> bool | None:
    return {"allow": True, "deny": False}.get(rule.access.lower())


def _doubt(group: SecurityGroup, rule: SecurityRule) -> Gap:
    """Why a rule that may decide cannot be told to."""
    tags = (*rule.source.tags, *rule.destination.tags)
    if _access(rule) is None:
        return _cannot_tell(group, f"rule {rule.name} has the access {rule.access!r}, which is not known here")
    if tags and all(is_known(tag) for tag in tags):
        why = f"rule {rule.name} decides where {', '.join(tags)} has addresses, and those are not known here"
        return _cannot_tell(group, why, SERVICE_TAG)
    return _cannot_tell(group, f"what rule {rule.name} matches is not known here")


SERVICE_TAG: Final = "ServiceTagNotKnown"
"""The code of a Gap that only addresses of Azure's own services would close."""


def _cannot_tell(group: SecurityGroup, why: str, code: str = "NotKnown") -> Gap:
    return Gap(NETWORK_SECURITY_GROUPS, group.id.text, None, code, why)


@dataclass(frozen=True, slots=True)
class _Region:
    """A rule with what it matches for certain, and at most."""

    rule: SecurityRule
    certain: Box | None
    possible: Box


def _effective(layer: Layer, flow: Flow, ends: tuple[bool, bool]) -> list[_Region]:
    rules = [rule for rule in layer.group.rules if (rule.is_inbound if layer.is_inbound else rule.is_outbound)]
    odd = [rule for rule in layer.group.rules if not rule.is_inbound and not rule.is_outbound]
    if not any(rule.is_default for rule in rules):  # every group has them, whether an answer lists them or not
        rules += default_rules(layer.is_inbound)
    ordered = sorted((*rules, *odd), key=lambda rule: (rule.priority, rule.name))
    regions = (_region(rule, layer, flow, ends, is_odd=rule in odd) for rule in ordered)
    return [region for region in regions if all(region.possible)]


def _region(rule: SecurityRule, layer: Layer, flow: Flow, ends: tuple[bool, bool], *, is_odd: bool) -> _Region:
    source = _side(rule, rule.source, flow.source, layer.virtual_network, is_wide=ends[0])
    destination = _side(rule, rule.destination, flow.destination, layer.virtual_network, is_wide=ends[1])
    protocol = ANY_PROTOCOL if rule.protocol == "*" else PROTOCOLS.get(rule.protocol.lower(), NOTHING)
    from_ports, to_ports = ports_of(rule.source_ports), ports_of(rule.destination_ports)
    certain: Box = (source[0], destination[0], protocol, from_ports, to_ports)
    possible: Box = (
        source[1],
        destination[1],
        protocol or ANY_PROTOCOL,
        from_ports or ports_of((ANY_PORT,)),
        to_ports or ports_of((ANY_PORT,)),
    )
    return _Region(rule, certain if all(certain) and not is_odd else None, possible)


def _side(
    rule: SecurityRule, side: RuleSide, endpoint: Endpoint, tag: VirtualNetworkTag, *, is_wide: bool
) -> tuple[Intervals, Intervals]:
    """What one side of a rule matches of an endpoint for certain, and what at most."""
    if side.is_any:
        return EVERYWHERE, EVERYWHERE
    if not (side.prefixes or side.tags or side.application_security_group_ids):
        return NOTHING, EVERYWHERE
    virtual_network = tag.widest if is_wide else tag.certain
    if rule.allows:
        virtual_network = union(virtual_network, tag.when_allowing)
    numbered = of_networks(side.prefixes)
    covered = [addresses_of(each, virtual_network, endpoint.service_tag) for each in side.tags]
    certain = [numbered, *(each for each, _ in covered)]
    possible = [numbered, *(each for _, each in covered)]
    if intersection(numbered, PUBLIC):
        possible.append(UNNUMBERED)
        certain.append(UNNUMBERED if is_within(IPV4, numbered) else NOTHING)
    groups = set(side.application_security_group_ids)
    if groups & endpoint.application_security_groups:
        certain.append(endpoint.place)
    if groups & (endpoint.application_security_groups | endpoint.some_application_security_groups):
        possible.append(endpoint.place)
    return union(*certain), union(*possible)


def _decide(rules: list[_Region], box: Box) -> Iterator[tuple[Box, SecurityRule, tuple[SecurityRule, ...]]]:
    """Cut packets up by the rule that decides; with each part the rules before it that may decide instead."""
    left: list[tuple[Box, tuple[SecurityRule, ...]]] = [(box, ())]
    for region in rules:
        undecided: list[tuple[Box, tuple[SecurityRule, ...]]] = []
        for piece, doubts in left:
            matched, rest = _cut(piece, region.certain) if region.certain else (None, [piece])
            if matched:
                yield matched, region.rule, doubts
            for each in rest:
                perhaps, untouched = _cut(each, region.possible)
                if perhaps:
                    undecided.append((perhaps, (*doubts, region.rule)))
                undecided += [(other, doubts) for other in untouched]
        left = undecided
        if not left:
            return


def _cut(box: Box, region: Box) -> tuple[Box | None, list[Box]]:
    """The part of a box inside a region, and the boxes that make up the rest."""
    common = [intersection(side, edge) for side, edge in zip(box, region, strict=True)]
    if not all(common):
        return None, [box]
    rest: list[Box] = []
    for place, side in enumerate(box):
        outside = difference(side, common[place])
        if outside:
            rest.append(_box([*common[:place], outside, *box[place + 1 :]]))
    return _box(common), rest


def _box(sides: list[Intervals]) -> Box:
    source, destination, protocol, source_ports, destination_ports = sides
    return source, destination, protocol, source_ports, destination_ports
