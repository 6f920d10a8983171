"""Records with stand-ins in place of who and where: what `properties.txt` says of each property decides how."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import msgspec

from ..analysis.service_tags import KNOWN, PLATFORM
from ..inventory.properties import Tree, below, kind_of, tree_of
from ..inventory.records import Complete, Gap, Header, Resource
from ..inventory.resource_id import ResourceId
from ..inventory.secrets import REMOVED
from ..inventory.split import NOT_JSON
from ..inventory.stream import Sink
from .addresses import Addresses
from .cipher import Cipher
from .names import Names

NO_ADDRESS: Final = "(not an address)"
_TAGS: Final = KNOWN | PLATFORM | {"virtualnetwork", "internet", "azureloadbalancer", "any"}
_AZURES_WORD: Final = re.compile(r"[\w./*+% -]{0,100}")
"""How the values look that Azure chooses: states, SKUs, versions, ports, actions."""
_PRIVATE: Final = re.compile(r"\d+\.\d+\.\d+\.\d+|[0-9a-f]{8}-[0-9a-f]{4}-|/subscriptions/", re.IGNORECASE)
_TOKEN_DIGITS: Final = 24
_CODE: Final = re.compile(r"\w{1,60}")


class Anonymizer:
    """Stand-ins for everything that says whose an estate is; the same for the same key.

    Args:
        key: the secret. With it, a guess of a name can be tested.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = Cipher(key)
        self.names = Names(self._cipher)
        self.addresses = Addresses(self._cipher)
        self._of: Mapping[str, Callable[[str], str]] = {
            "": _of_azure,
            "id": self.names.resource_id,
            "name": self.names.name,
            "dns": self.names.domain,
            "guid": self.names.guid,
            "address": self.address,
            "text": lambda text: text and REMOVED,
        }

    def before(self, sink: Sink) -> Sink:
        """A sink that gives everything its stand-in on its way to another."""
        return _Anonymous(sink, self)

    def header(self, header: Header) -> Header:
        """When and by what it was collected stays."""
        return Header(
            tool=header.tool,
            collected_at=header.collected_at,
            subscriptions=tuple(self.names.guid(subscription) for subscription in header.subscriptions),
            complete=tuple(
                sorted(Complete(item.resource_type, self.names.resource_id(item.scope)) for item in header.complete)
            ),
        )

    def gap(self, gap: Gap) -> Gap:
        """Its message is free text, in which anything may stand: the code has to do."""
        scope = self.names.resource_id(gap.scope) if gap.scope.startswith("/subscriptions/") else self.scope(gap.scope)
        code = gap.code if _CODE.fullmatch(gap.code) else "Other"
        return Gap(_of_azure(gap.resource_type), scope, gap.status, code, "")

    def resource(self, resource: Resource) -> Resource:
        """With stand-ins, and with nothing but the properties on the list."""
        resource_id = ResourceId.of(self.names.resource_id(resource.id.text))
        try:
            value = self.value(msgspec.json.decode(resource.raw), tree_of(resource.type))
        except NOT_JSON:
            value = {"type": resource.type, "properties": ""}
        raw = msgspec.json.encode({**value, "id": resource_id.text})
        return replace(resource, id=resource_id, raw=raw)

    def value(self, value: Any, tree: Tree) -> Any:
        """What of a decoded value is on the list, with stand-ins."""
        if isinstance(value, list):
            return [self.value(item, tree) for item in value]
        if isinstance(value, dict):
            found = ((key, below(tree, key)) for key in value)
            return {self._key(key, tree): self.value(value[key], inner) for key, inner in found if inner is not None}
        if tree:
            return None if value is None else ""
        return self._of[kind_of(tree)](value) if isinstance(value, str) else value

    def address(self, text: str) -> str:
        """The stand-in of an address or prefix; a service tag stays, and so does `*`."""
        word = text.strip()
        if word in ("", "*"):
            return word
        if word[0].isalpha() and ":" not in word and "/" not in word:
            return word if word.lower().partition(".")[0] in _TAGS else self.names.name(word)
        try:
            if "/" not in word:
                return str(self.addresses.address(ipaddress.ip_address(word)))
            written, network = ipaddress.ip_interface(word), ipaddress.ip_network(word, strict=False)
        except ValueError:
            return NO_ADDRESS
        stand_in = self.addresses.prefix(network)
        if written.ip == network.network_address:
            return str(stand_in)
        host = int(self.addresses.address(written.ip)) & int(network.hostmask) or 1  # bits that should not be there
        return f"{stand_in.network_address + host}/{network.prefixlen}"

    def token(self, text: str) -> str:
        """The stand-in of something that nobody can read, such as what Azure's next page is asked for with."""
        return self._cipher.hex("token", text, _TOKEN_DIGITS) if text else text

    def scope(self, text: str) -> str:
        """Where a Gap is that has no id: a management group, everything, or a line of a file."""
        return self.names.resource_id(text) if text.startswith("/providers/") else ("/" if text == "/" else "(a file)")

    def _key(self, key: str, tree: Tree) -> str:
        return self._of[kind_of(tree["*"])](key) if key not in tree and "*" in tree else key


class _Anonymous:
    """The sink before the sink."""

    def __init__(self, sink: Sink, anonymizer: Anonymizer) -> None:
        self._sink = sink
        self._anonymizer = anonymizer

    def add(self, record: Resource | Gap) -> None:
        if isinstance(record, Gap):
            self._sink.add(self._anonymizer.gap(record))
        else:
            self._sink.add(self._anonymizer.resource(record))


def _of_azure(text: str) -> str:
    """A value that Azure chooses; one that does not look like it is taken out."""
    return text if _AZURES_WORD.fullmatch(text) and not _PRIVATE.search(text) else REMOVED
