"""Where a SARIF result stands: ARM resources as files of a folder `azure`, and as logical locations with their ids.

Code scanning wants a file with a relative path that stays the same from run to run. An ARM id is a path already; ids
differ in case from answer to answer, so the path is in lower case, and the logical location has the id as spelled.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final
from urllib.parse import quote

from ..findings import Evidence
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..report import ReportedUnknown
from .escape import ID, TEXT, visible
from .sarif_text import text_of
from .words import kind_of, name_of, value_words

_MOST_OF_NAME: Final = 120
_MOST_NAMES: Final = 24


def place(resource_id: ResourceId) -> dict[str, Any]:
    """The location of a resource."""
    logical = {
        "name": visible(name_of(resource_id), ID),
        "fullyQualifiedName": visible(resource_id.text, TEXT),
        "kind": kind_of(resource_id) or "resource",
    }
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri_of(resource_id)},
            "region": {"startLine": 1, "startColumn": 1},
        },
        "logicalLocations": [{key: value for key, value in logical.items() if value}],
    }


def seen_at(seen: Evidence, number: int) -> dict[str, Any]:
    """The location of one value that proves a finding."""
    words = f"{visible(seen.path, ID)} = {value_words(seen.value)}"
    return {"id": number, **place(seen.resource_id), "message": {"text": text_of(words)}}


def uri_of(resource_id: ResourceId) -> str:
    """A relative path for a resource, the same for every spelling of its id.

    >>> uri_of(ResourceId("/subscriptions/S/resourceGroups/rg/providers/Microsoft.Network/routeTables/rt a"))
    'azure/subscriptions/s/resourcegroups/rg/providers/microsoft.network/routetables/rt%20a'
    >>> uri_of(ResourceId("../../etc/passwd"))
    'azure/_/_/etc/passwd'
    """
    names = [_segment(name) for name in resource_id.key.split("/") if name]
    if len(names) > _MOST_NAMES:
        names = [*names[:_MOST_NAMES], _digest(resource_id.key)]
    return "/".join(["azure", *names])


def _segment(name: str) -> str:
    """One name of the path; a long one is cut, and what tells it apart is its digest."""
    if set(name) <= {"."}:
        return "_"
    if len(name) > _MOST_OF_NAME:
        name = f"{name[:_MOST_OF_NAME]}-{_digest(name)}"
    return quote(name, safe="", errors="replace")


def gap_place(gap: Gap, unknowns: list[ReportedUnknown]) -> ResourceId:
    """Where a Gap is: its scope, else the first resource that could not be judged."""
    return ResourceId.of(gap.scope) if gap.scope else min(item.resource_id for item in unknowns)


def gap_fingerprint(gap: Gap) -> str:
    """The same from run to run for the same Gap, whatever the wording of the refusal."""
    return _digest("\n".join((gap.resource_type.lower(), gap.scope.lower(), gap.code)))[:32]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
