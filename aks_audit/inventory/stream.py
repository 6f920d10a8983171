"""Where records go: whatever collects or reads hands its records to a Sink, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .records import Complete, Gap, Resource


class Sink(Protocol):
    """Takes records in the order they come; called from one thread at a time."""

    def add(self, record: Resource | Gap) -> None: ...


class Journal(Protocol):
    """Notes how far a run has come, so that another can go on from there; called from one thread at a time."""

    def begin(self, subscriptions: Sequence[str], sink: Sink) -> Sequence[Complete]:
        """Start, with what an earlier run has read: its records go to the sink, what it has whole is returned."""
        ...

    def note(self, resource_type: str, scope: str, collected_at: str | None, *, is_listing: bool = True) -> None:
        """Something was read to its end: a listing, or one resource by its id."""
        ...

    @property
    def collected_at(self) -> str | None:
        """When the first answer of the earlier run came."""
        ...


class Unique:
    """A sink before a sink: passes each resource on once, and names the ids that stand for two things.

    ARM lists one resource at several places (an agent pool in its cluster's list, a scale set by group and
    by subscription), spelled differently. The first one counts. Two with one id and unlike content are a
    Gap `DuplicateId`.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._seen: dict[str, int | None] = {}
        self.resources = 0
        self.gaps = 0

    def settle(self) -> None:
        """Stop comparing with what came so far: what now comes under its ids was said at another time or place."""
        self._seen = dict.fromkeys(self._seen)

    def add(self, record: Resource | Gap) -> None:
        if isinstance(record, Gap):
            self.gaps += 1
            self._sink.add(record)
            return
        digest = hash(bytes(record.raw).lower())
        if record.id.key not in self._seen:
            self._seen[record.id.key] = digest
            self.resources += 1
            self._sink.add(record)
        elif self._seen[record.id.key] not in (None, digest):
            message = "two unlike resources have this id; the first counts"
            self.add(Gap(record.type, record.id.text, None, "DuplicateId", message))
