"""What an inventory is made of: a header, ARM resources as ARM words them, and Gaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import msgspec

from .resource_id import ResourceId
from .run_stats import RunStats
from .secrets import without_secrets

SCHEMA_VERSION: Final = 1
"""Of the inventory file; a file with a higher one is refused."""


class Gap(msgspec.Struct, frozen=True, rename="camel", order=True):
    """Something that was asked for and not obtained."""

    resource_type: str
    scope: str
    """The subscription, resource group or resource that was asked about."""
    status: int | None
    """The HTTP status; null where no answer came or none was asked for."""
    code: str
    """ARM's error code, or one of ours: `NotCollected`, `InvalidValue`, `DuplicateId`, `Truncated` ..."""
    message: str
    """Never with what looks like a secret: it often is Azure's own word."""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "message", without_secrets(self.message))


def gap_order(gap: Gap) -> tuple[str, str, str, int, str]:
    """By what Gaps are sorted wherever they are shown."""
    return gap.resource_type, gap.scope.lower(), gap.code, gap.status or 0, gap.message


class Complete(msgspec.Struct, frozen=True, rename="camel", order=True):
    """A listing that came back whole: what is not in it does not exist."""

    resource_type: str
    scope: str


class Header(msgspec.Struct, frozen=True, rename="camel"):
    """The first line of an inventory file."""

    schema_version: int = SCHEMA_VERSION
    tool: str | None = None
    collected_at: str | None = None
    """UTC, ISO 8601 with seconds and `Z`, or null where the source does not say."""
    subscriptions: tuple[str, ...] = ()
    complete: tuple[Complete, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """One ARM resource, undecoded."""

    id: ResourceId
    type: str
    """In the one spelling of `inventory.types`."""
    raw: bytes | memoryview
    """The JSON object as ARM sent it."""


@dataclass(slots=True)
class Source:
    """Where an inventory comes from and what is known to be whole."""

    kind: str
    """`live`, `cassette`, `inventory` or `demo`."""
    header: Header | None = None
    """None for input without a header: completeness is then taken from what is there."""
    notes: list[str] = field(default_factory=list)
    """Lines for the person running it, for instance a differing api-version in a cassette."""
    stats: RunStats | None = None
    """What it cost, where it was live and without a recording."""
