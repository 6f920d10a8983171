"""What must not leave with a cassette: who the subscription and its people are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final

_GUID: Final = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_STAND_IN: Final = "00000000-0000-0000-0000-"
_IDENTITIES: Final = (
    re.compile(rf"/subscriptions/({_GUID})", re.IGNORECASE),
    re.compile(
        r'"[a-z-]*(?:subscription|tenant|principal|client|object|app|application)_?ids?"\s*:\s*"' rf"({_GUID})\"",
        re.IGNORECASE,
    ),
    re.compile(rf'"(?:createdBy|lastModifiedBy)"\s*:\s*"({_GUID})"', re.IGNORECASE),
    re.compile(rf"\.oic\.[a-z0-9.-]+/({_GUID})", re.IGNORECASE),
    re.compile(rf"/(?:managementGroups|tenants)/({_GUID})", re.IGNORECASE),
    re.compile(rf"login\.[a-z0-9.]+/({_GUID})", re.IGNORECASE),
    re.compile(rf"(?:client|object id|application|principal|tenant|subscription) '({_GUID})'", re.IGNORECASE),
)
_LISTED: Final = re.compile(
    r'"(?:subscriptions|[a-z]*(?:tenant|principal|client|object|app)ids)"\s*:\s*\[([^\]]*)\]', re.IGNORECASE
)
_ANY: Final = re.compile(_GUID)
_PERSON: Final = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


def identities_in(text: str) -> set[str]:
    """The ids of subscriptions, tenants and principals that a text names, in lower case."""
    found = {match.lower() for pattern in _IDENTITIES for match in pattern.findall(text)}
    return found.union(guid.lower() for inside in _LISTED.findall(text) for guid in _ANY.findall(inside))


def stand_in(guid: str) -> str:
    """Another id in its place, the same in every recording; an id that is one already stays.

    >>> stand_in("00000000-0000-0000-0000-000000000001")
    '00000000-0000-0000-0000-000000000001'
    >>> stand_in("3f0c2a54-8d0a-4f3e-9b43-0c8de0f6a001")
    '00000000-0000-0000-0000-4ac94b4b5691'
    """
    if guid.startswith(_STAND_IN):
        return guid.lower()
    return _STAND_IN + hashlib.sha256(guid.lower().encode()).hexdigest()[:12]


class Scrubber:
    """Replaces the identities that any of the texts it has seen names."""

    def __init__(self, identities: Iterable[str]) -> None:
        self._stand_ins = {guid: stand_in(guid) for guid in identities}

    def scrub(self, text: str) -> str:
        """The text with stand-ins, and without the mail addresses by which Azure names people."""
        without_ids = _ANY.sub(lambda match: self._stand_ins.get(match[0].lower(), match[0]), text)
        return _PERSON.sub("someone@example.com", without_ids)
