"""Network security groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, Int, IpNetwork, Reading, SubResource, references

MOST_PORTS: Final = 65535


class _Rule(ArmStruct):
    class Properties(ArmStruct):
        priority: Int | None = None
        direction: str | None = None
        access: str | None = None
        protocol: str | None = None
        source_port_range: str | None = None
        source_port_ranges: list[str] | None = None
        destination_port_range: str | None = None
        destination_port_ranges: list[str] | None = None
        source_address_prefix: str | None = None
        source_address_prefixes: list[str] | None = None
        destination_address_prefix: str | None = None
        destination_address_prefixes: list[str] | None = None
        source_application_security_groups: list[SubResource] | None = None
        destination_application_security_groups: list[SubResource] | None = None

    name: str | None = None
    properties: Properties | None = None


class _SecurityGroup(ArmStruct):
    class Properties(ArmStruct):
        security_rules: list[_Rule] | None = None
        default_security_rules: list[_Rule] | None = None
        subnets: list[SubResource] | None = None

    properties: Properties | None = None


class PortRange(msgspec.Struct, frozen=True, order=True):
    """Ports from first to last, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        if (self.first, self.last) == (0, MOST_PORTS):
            return "*"
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


ANY_PORT: Final = PortRange(0, MOST_PORTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSide:
    """Whom one side of a security rule means. Singular and plural fields in one, so that nobody forgets the plural."""

    is_any: bool
    """`*`: every address of both families."""
    prefixes: tuple[IpNetwork, ...]
    tags: tuple[str, ...]
    """Service tags as sent: `VirtualNetwork`, `AzureLoadBalancer`, `AzureCloud.westeurope`."""
    application_security_group_ids: tuple[ResourceId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityRule:
    """One rule of a group. Source: properties.securityRules and properties.defaultSecurityRules."""

    name: str
    priority: int
    """The smallest number that matches decides."""
    direction: str
    """`Inbound` or `Outbound`, kept as sent."""
    access: str
    """`Allow` or `Deny`, kept as sent: Azure adds values to its enums."""
    protocol: str
    """`Tcp`, `Udp`, `Icmp`, `*`, kept as sent; "" where absent, which tells nothing."""
    source: RuleSide
    destination: RuleSide
    source_ports: tuple[PortRange, ...]
    destination_ports: tuple[PortRange, ...]
    is_default: bool
    """One of the six that Azure puts into every group."""

    @property
    def is_inbound(self) -> bool:
        return self.direction.lower() == "inbound"

    @property
    def is_outbound(self) -> bool:
        return self.direction.lower() == "outbound"

    @property
    def allows(self) -> bool:
        return self.access.lower() == "allow"

    @property
    def path(self) -> str:
        """Where it stands in the group, in ARM's words."""
        return f"properties.{'defaultSecurityRules' if self.is_default else 'securityRules'}[{self.name}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup:
    """A network security group. Source: Microsoft.Network/networkSecurityGroups."""

    id: ResourceId
    rules: tuple[SecurityRule, ...]
    """The owner's rules and Azure's default ones, the smallest priority first within a direction."""
    subnet_ids: tuple[ResourceId, ...]
    gap: Gap | None
    """A rule of it did not parse: what it decides cannot be told."""


def security_group_from_arm(resource: Resource) -> tuple[SecurityGroup, list[Gap]]:
    reading = Reading(resource)
    properties = reading.decode(resource.raw, _SecurityGroup).properties
    properties = reading.present(properties, "properties", _SecurityGroup.Properties())
    own = [_rule(reading, n, rule, is_default=False) for n, rule in enumerate(properties.security_rules or ())]
    default = [
        _rule(reading, n, rule, is_default=True) for n, rule in enumerate(properties.default_security_rules or ())
    ]
    group = SecurityGroup(
        id=resource.id,
        rules=tuple(sorted((*own, *default), key=lambda rule: (rule.direction.lower(), rule.priority, rule.name))),
        subnet_ids=references(properties.subnets),
        gap=reading.gap,
    )
    return group, reading.gaps


def _rule(reading: Reading, number: int, arm: _Rule, *, is_default: bool) -> SecurityRule:
    path = f"properties.{'defaultSecurityRules' if is_default else 'securityRules'}[{arm.name or number}]"
    properties = reading.present(arm.properties, path, _Rule.Properties())
    if properties.priority is None and arm.properties is not None:
        reading.invalid(f"{path}.priority", None)
    source = [*_both(properties.source_address_prefix, properties.source_address_prefixes)]
    destination = [*_both(properties.destination_address_prefix, properties.destination_address_prefixes)]
    from_ports = _both(properties.source_port_range, properties.source_port_ranges)
    to_ports = _both(properties.destination_port_range, properties.destination_port_ranges)
    return SecurityRule(
        name=arm.name or "",
        priority=properties.priority if properties.priority is not None else MOST_PORTS,
        direction=properties.direction or "",
        access=properties.access or "",
        protocol=properties.protocol or "",
        source=_side(reading, source, properties.source_application_security_groups, f"{path}.sourceAddressPrefix"),
        destination=_side(
            reading, destination, properties.destination_application_security_groups, f"{path}.destinationAddressPrefix"
        ),
        source_ports=_ports(reading, from_ports, f"{path}.sourcePortRange"),
        destination_ports=_ports(reading, to_ports, f"{path}.destinationPortRange"),
        is_default=is_default,
    )


def _both(single: str | None, several: list[str] | None) -> list[str]:
    """The singular and the plural field in one; either may be empty."""
    return list(dict.fromkeys(text.strip() for text in (single, *(several or ())) if text and text.strip()))


def _side(reading: Reading, texts: list[str], groups: list[SubResource] | None, path: str) -> RuleSide:
    names = [text for text in texts if text[0].isalpha() and ":" not in text and "/" not in text]
    words = [text for text in texts if text not in names and text != "*"]
    found = (reading.prefix(text, path) for text in words)
    return RuleSide(
        is_any="*" in texts or any(name.lower() == "any" for name in names),
        prefixes=tuple(network for network in found if network is not None),
        tags=tuple(name for name in names if name.lower() != "any"),
        application_security_group_ids=references(groups),
    )


def _ports(reading: Reading, texts: list[str], path: str) -> tuple[PortRange, ...]:
    found: list[PortRange] = []
    for text in texts:
        first, dash, last = (part.strip() for part in text.partition("-"))
        if text == "*":
            found.append(ANY_PORT)
        elif first.isdecimal() and (last.isdecimal() or not dash) and int(first) <= int(last or first) <= MOST_PORTS:
            found.append(PortRange(int(first), int(last or first)))
        else:
            reading.invalid(path, text)
    return tuple(found)
