"""The comparison as JSON, schemaVersion 1. Fields are added, never changed or taken away; `null` means not known."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from ..findings import Severity

SCHEMA_VERSION: Literal[1] = 1


class Shape(msgspec.Struct, rename="camel"):
    """Base of everything in the comparison."""


class Side(Shape):
    """One of the two reports."""

    tool_version: str
    kind: str
    collected_at: str | None
    subscriptions: tuple[str, ...] | None
    clusters: int
    findings: int
    unknown: int


class FieldChange(Shape):
    """One value, before and after."""

    field: str
    before: Any
    after: Any


class FindingChange(Shape):
    """A finding that is new, gone, changed, or that NEW did not look at again."""

    rule: str
    severity: Severity
    message: str
    resource_id: str
    cluster_id: str | None
    latent: bool
    suppressed: bool
    fingerprint: str
    fails: bool
    """It fails the run: it counts in NEW, at or above --fail-on, and did not count in OLD as much."""
    note: str | None
    changes: tuple[FieldChange, ...]
    worse: bool
    """More severe than in OLD, broken where it was latent, or something suffers that did not in OLD."""


class Findings(Shape):
    new: tuple[FindingChange, ...]
    gone: tuple[FindingChange, ...]
    changed: tuple[FindingChange, ...]
    not_looked_at: tuple[FindingChange, ...]
    """In OLD and not in NEW, which does not mean that they are gone."""
    unchanged: int

    @property
    def worse(self) -> tuple[FindingChange, ...]:
        """Of `changed` what got worse."""
        return tuple(item for item in self.changed if item.worse)

    @property
    def otherwise(self) -> tuple[FindingChange, ...]:
        """Of `changed` the rest."""
        return tuple(item for item in self.changed if not item.worse)


class UnknownChange(Shape):
    """A check that could not tell in NEW and could in OLD, or the other way round."""

    rule: str
    resource_id: str


class Unknowns(Shape):
    new: tuple[UnknownChange, ...]
    gone: tuple[UnknownChange, ...]


ThingKind = Literal["cluster", "nodePool", "subnet", "route"]


class ThingChange(Shape):
    """A cluster, pool, subnet or route that was added, removed or changed."""

    kind: ThingKind
    change: Literal["added", "removed", "changed", "notRead"]
    """`notRead`: in OLD, and NEW could not look."""
    id: str
    changes: tuple[FieldChange, ...]


class Use(Shape):
    """Addresses of a subnet."""

    usable: int | None
    used: int | None
    free: int | None
    now: int | None
    upgrade: int | None
    upgrade_one_pool: int | None
    autoscale_max: int | None
    worst: int | None


class Addresses(Shape):
    """Addresses of a subnet in both reports; null where one does not have it."""

    subnet_id: str
    before: Use | None
    after: Use | None


class Difference(Shape, kw_only=True):
    """What is new, gone or changed. Sorted; the same input gives the same bytes."""

    schema_version: Literal[1]
    old: Side
    new: Side
    fail_on: str
    findings: Findings
    unknown: Unknowns
    topology: tuple[ThingChange, ...]
    addresses: tuple[Addresses, ...]
    notes: tuple[str, ...]

    @property
    def fails(self) -> bool:
        """Something at or above `fail_on` is new, got worse, or is suppressed no longer."""
        return any(item.fails for item in (*self.findings.new, *self.findings.changed))
