"""Stand-ins for names: of resources and groups, in ids, in DNS, and GUIDs.

A name has one stand-in wherever it stands and however it is capitalised. What Azure itself gave a name keeps its form,
since rules go by it: `aks-np1-12345678-vmss000001` is a node of pool `np1` afterwards too, under another pool's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from string import ascii_lowercase, digits
from typing import Final

from ..analysis.azure_roles import AZURE_ROLES
from .cipher import LETTERS_AND_DIGITS, Cipher

_NAMES_OF_AZURE: Final = (
    "gatewaysubnet azurefirewallsubnet azurefirewallmanagementsubnet azurebastionsubnet routeserversubnet aks-subnet "
    "aks-apiserver-subnet aks-delegation azurekubernetesservice kubernetes kubernetes-internal kube-apiserver "
    "aksoutboundrule aksoutboundbackendpool aksoutboundrule-ipv6 aksoutboundbackendpool-ipv6 allowvnetinbound "
    "allowazureloadbalancerinbound denyallinbound allowvnetoutbound allowinternetoutbound denyalloutbound default "
    "system none msi"
)
WELL_KNOWN: Final = frozenset(_NAMES_OF_AZURE.split())
"""Names that Azure gives, the same everywhere, in lower case."""
_LABELS_OF_AZURE: Final = (
    "privatelink private hcp azmk8s cx prod service azk8s io us cn com net azure windows microsoft nic local internal"
)
_DNS_WORDS: Final = frozenset(_LABELS_OF_AZURE.split())
"""Labels of domains of Azure's and of everybody's."""
_GUID: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SIMPLE: Final = re.compile("[a-z][a-z0-9]{0,11}")
_SHORTEST: Final = 13
"""Of the stand-ins of other names: with so many characters no two names get the same one."""
_FORMS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # nodes, their scale sets, machines, interfaces and routes
        r"(aks|k8s)(-)(?P<pool>[a-z0-9]+)(-)(?P<number>\d+)(-)(vmss[0-9a-z]{6})(____)(?P<letters>[0-9a-f]+)",
        r"(aks|k8s)(-)(?P<pool>[a-z0-9]+)(-)(?P<number>\d+)(-)(vmss(?:[0-9a-z]{6})?|(?:vms?|nic-)?\d+)",
        r"(aks|k8s)(-)(?P<pool>[a-z0-9]+)(-)(?P<number>\d+)(-)(vmss_)(?P<letters>[0-9a-z]+)",
        r"(aks)(?P<pool>[a-z0-9]{1,6})(000[0-9a-z]{3})?",
        # what AKS makes beside them
        r"(aks-)(vnet|agentpool)(-)(?P<number>\d+)(-nsg|-routetable)?",
        r"(mc_)(?P<name>.+)",
        r"(aks-)(?P<name>.+)(-)(?P<letters>[a-z0-9]{5})",  # nodes that AKS provisions by itself
        r"(aks-)(?P<name>.+)",
        # what Kubernetes makes of a service
        r"(a)(?P<hex>[0-9a-f]{31})(?:(-)(?P<parts>.+))?",
        r"(shared-)(?P<name>.+)",
        r"(k8s-azure-lb_)(?P<name>.+)",
        # the hub of a virtual WAN and the peering to it
        r"(hv_|remotevnettohubpeering_)(?P<name>.+)",
        r"(ipconfig\d*)",
        r"(azurefirewallipconfiguration\d*)",
    )
)
_TYPE: Final = re.compile("[a-z]+")
"""A word in an id that says of what the next one is the name."""
_NAMED_BY_GUID: Final = ("subscriptions", "roledefinitions", "roleassignments")
_PARTS: Final = re.compile("tcp|udp|sctp|ipv[46]|[0-9]{1,5}")


class Names:
    """The stand-ins that a key gives."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher
        self.name = lru_cache(maxsize=1 << 17)(self._name)
        self.resource_id = lru_cache(maxsize=1 << 17)(self._resource_id)
        self._of: dict[str, Callable[[str], str]] = {
            "pool": self._pool,
            "number": self._number,
            "letters": self._letters,
            "name": self.name,
            "hex": lambda text: self._cipher.hex("hex", text, len(text)),
            "parts": self._parts,
        }

    def guid(self, text: str) -> str:
        """The stand-in of a GUID; those of Azure's own roles stay. What is none is a name."""
        low = text.lower()
        if low in AZURE_ROLES:
            return text
        if not _GUID.fullmatch(low):
            return self.name(text)
        digest = self._cipher.hex("guid", low, 32)
        return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:]))

    def _name(self, text: str) -> str:
        low = text.lower()
        if not low or low in WELL_KNOWN:
            return text
        if _GUID.fullmatch(low):
            return self.guid(low)
        if "/" in low:  # a child is named after its parent in some answers
            return "/".join(map(self.name, low.split("/")))
        if "." in low:
            return self.domain(low)
        for form in _FORMS:
            match = form.fullmatch(low)
            if match:
                return self._in_form(match)
        if _SIMPLE.fullmatch(low):
            return self._pool(low)
        length = max(len(low), _SHORTEST)
        return "n" + self._cipher.hex("name", low, length - 1)

    def domain(self, text: str) -> str:
        """The stand-in of a domain name, label by label; Azure's words and the region before them stay."""
        labels = text.lower().split(".")
        region_before = {"azmk8s", "cx"}
        kept = (
            label in _DNS_WORDS or (place + 1 < len(labels) and labels[place + 1] in region_before)
            for place, label in enumerate(labels)
        )
        return ".".join(
            label if keep or not label else self.name(label) for label, keep in zip(labels, kept, strict=True)
        )

    def _resource_id(self, text: str) -> str:
        if not text.startswith("/"):
            return self.name(text)
        segments = text.split("/")
        result = segments[:1]
        before, in_provider = "", False
        for segment in segments[1:]:
            low = segment.lower()
            if low == "providers" or (not in_provider and low in ("subscriptions", "resourcegroups") and not before):
                in_provider, before = False, low
                result.append(segment)
            elif before == "providers":  # its namespace
                in_provider, before = True, ""
                result.append(segment)
            elif before:
                result.append(self._named(before, segment))
                before = ""
            elif _TYPE.fullmatch(low):
                before = low
                result.append(segment)
            else:
                result.append(self.name(segment))
        return "/".join(result)

    def _named(self, kind: str, segment: str) -> str:
        """A name in an id, after the word that says of what."""
        if segment.isdecimal() and kind == "virtualmachines":  # an instance of a scale set
            return segment
        if kind == "locations":
            return segment
        return (
            self.guid(segment)
            if kind in ("subscriptions", "roledefinitions", "roleassignments")
            else self.name(segment)
        )

    def _in_form(self, match: re.Match[str]) -> str:
        spans = {match.span(name): name for name, value in match.groupdict().items() if value is not None}
        parts = [
            (match.span(number), value) for number, value in enumerate(match.groups(), start=1) if value is not None
        ]
        return "".join(self._of[spans[span]](value) if span in spans else value for span, value in parts)

    def _pool(self, text: str) -> str:
        first = ascii_lowercase if text[0] in ascii_lowercase else digits
        return self._cipher.permuted(text, [first, *[LETTERS_AND_DIGITS] * (len(text) - 1)])

    def _number(self, text: str) -> str:
        return self._cipher.permuted(text, [digits] * len(text))

    def _letters(self, text: str) -> str:
        return self._cipher.permuted(text, [digits if c in digits else ascii_lowercase for c in text])

    def _parts(self, text: str) -> str:
        return "-".join(part if _PARTS.fullmatch(part) else self.name(part) for part in text.split("-"))
