"""A second opinion on security groups: packet by packet, from ARM's JSON itself, without any set arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from .estate import Json

SPACE = "10.0.0.0/30"
HOST = "168.63.129.16"


@dataclass(frozen=True)
class Packet:
    source: str
    destination: str
    protocol: str
    port: int


def deciding_rule(group: Json, packet: Packet, direction: str, contents: Mapping[str, str]) -> Json:
    """The first rule by priority that matches a packet. `contents` is what stands behind tags, in prefixes."""
    properties = group["properties"]
    rules = [*properties["securityRules"], *properties["defaultSecurityRules"]]
    for rule in sorted(rules, key=lambda item: int(item["properties"]["priority"])):
        words = rule["properties"]
        if (
            words["direction"] == direction
            and words["protocol"].lower() in ("*", packet.protocol.lower())
            and _side(words, "source", packet.source, contents)
            and _side(words, "destination", packet.destination, contents)
            and _port(words, packet.port)
        ):
            found: Json = rule
            return found
    raise AssertionError("the default rules match everything")


def allows(rule: Json) -> bool:
    return str(rule["properties"]["access"]).lower() == "allow"


def _texts(words: Json, field: str) -> list[str]:
    return [text for text in (words.get(field), *words.get(f"{field}{'es' if 'Prefix' in field else 's'}", ())) if text]


def _side(words: Json, side: str, address: str, contents: Mapping[str, str]) -> bool:
    return any(_is_in(address, text, contents) for text in _texts(words, f"{side}AddressPrefix"))


def _is_in(address: str, text: str, contents: Mapping[str, str]) -> bool:
    in_space = ip_address(address) in ip_network(SPACE) or address == HOST
    match text.lower():
        case "*":
            return True
        case "virtualnetwork":
            return in_space
        case "internet":
            return not in_space
        case "azureloadbalancer":
            return address == HOST
        case tag if tag in contents:
            return ip_address(address) in ip_network(contents[tag])
        case prefix:
            return ip_address(address) in ip_network(prefix)


def _port(words: Json, port: int) -> bool:
    for text in _texts(words, "destinationPortRange"):
        first, _, last = text.partition("-")
        if text == "*" or int(first) <= port <= int(last or first):
            return True
    return False
