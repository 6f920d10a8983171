"""Flows through security groups, and what can be said of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..model import PortRange, SecurityGroup, SecurityRule
from ..model.security_group import ANY_PORT
from .intervals import NOTHING, UNNUMBERED, Intervals, as_prefixes, is_within, union
from .service_tags import VirtualNetworkTag

PROTOCOLS: Final = {"tcp": ((0, 0),), "udp": ((1, 1),), "icmp": ((2, 2),), "esp": ((3, 3),), "ah": ((4, 4),)}
ANY_PROTOCOL: Final[Intervals] = ((0, 4),)
TCP_AND_UDP: Final = "*"
"""What a flow with this protocol asks about: nothing in AKS hangs on the others."""

Box = tuple[Intervals, Intervals, Intervals, Intervals, Intervals]
"""Packets by source, destination, protocol, source port, destination port: all combinations of the five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One side of a flow."""

    addresses: Intervals = NOTHING
    service_tag: str = ""
    """In place of addresses: all that this tag stands for, such as `AzureCloud.westeurope`."""
    application_security_groups: frozenset[ResourceId] = frozenset()
    """What all NICs on this side are members of."""
    some_application_security_groups: frozenset[ResourceId] = frozenset()
    """What some of them are, or may be."""

    @property
    def place(self) -> Intervals:
        return UNNUMBERED if self.service_tag else self.addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Packets of new connections."""

    source: Endpoint
    destination: Endpoint
    protocol: str = TCP_AND_UDP
    ports: tuple[PortRange, ...] = (ANY_PORT,)
    """The destination's."""

    @property
    def box(self) -> Box:
        protocol = ((0, 1),) if self.protocol == TCP_AND_UDP else PROTOCOLS[self.protocol.lower()]
        return self.source.place, self.destination.place, protocol, ports_of((ANY_PORT,)), ports_of(self.ports)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A group that a flow passes, in one direction."""

    group: SecurityGroup
    is_inbound: bool
    virtual_network: VirtualNetworkTag


@dataclass(frozen=True, slots=True)
class Decision:
    """The rule that decides at one group."""

    group: SecurityGroup
    rule: SecurityRule

    def __str__(self) -> str:
        direction = "inbound" if self.rule.is_inbound else "outbound"
        return f"rule {self.rule.name} (priority {self.rule.priority}, {direction}) of {self.group.id.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some of a flow's packets, and the rule that decides about them at the last group they met."""

    by: Decision
    box: Box

    @property
    def source(self) -> Intervals:
        return self.box[0]

    @property
    def destination(self) -> Intervals:
        return self.box[1]

    @property
    def destination_ports(self) -> Intervals:
        return self.box[4]

    def __str__(self) -> str:
        protocols = [name.upper() for name, place in PROTOCOLS.items() if is_within(place, self.box[2])]
        return f"{' and '.join(protocols)} {show_ports(self.destination_ports)}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """All of it gets through."""

    parts: tuple[Part, ...]
    """By the rule that lets it through at each group."""


@dataclass(frozen=True, slots=True)
class Denied:
    """None of it gets through."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class PartlyDenied:
    """Some of it does not get through; the rest does, or cannot be told."""

    parts: tuple[Part, ...]
    """What is denied."""
    allowed: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """Nothing of it is denied for certain, and some cannot be told."""

    gap: Gap
    allowed: tuple[Part, ...] = ()
    """What gets through for certain."""


Verdict = Allowed | Denied | PartlyDenied | Undecided


@lru_cache(maxsize=4096)
def ports_of(ranges: tuple[PortRange, ...]) -> Intervals:
    return union((item.first, item.last) for item in ranges)


def show(addresses: Intervals, most: int = 3) -> str:
    """Addresses as prefixes, the first few of many."""
    texts = as_prefixes(addresses)
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def show_ports(ports: Intervals) -> str:
    if ports == ports_of((ANY_PORT,)):
        return "on every port"
    texts = [str(PortRange(first, last)) for first, last in ports]
    more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
    return f"on port {', '.join(texts[:3])}{more}"
