"""Where records go: whatever collects or reads hands its records to a Sink, one by one."""

from __future__ import annotations

from typing import Protocol

from .records import Gap, Resource


class Sink(Protocol):
    """Takes records in the order they come; called from one thread at a time."""

    def add(self, record: Resource | Gap) -> None: ...


class Unique:
    """A sink before a sink: passes each resource on once, and names the ids that stand for two things.

    ARM lists one resource at several places (an agent pool in its cluster's list, a scale set by group and
    by subscription), spelled differently. The first one counts. Two with one id and unlike content are a
    Gap `DuplicateId`.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._seen: dict[str, int] = {}
        self.resources = 0
        self.gaps = 0

    def add(self, record: Resource | Gap) -> None:
        if isinstance(record, Gap):
            self.gaps += 1
            self._sink.add(record)
            return
        digest = hash(bytes(record.raw).lower())
        first = self._seen.get(record.id.key)
        if first is None:
            self._seen[record.id.key] = digest
            self.resources += 1
            self._sink.add(record)
        elif first != digest:
            message = "two unlike resources have this id; the first counts"
            self.add(Gap(record.type, record.id.text, None, "DuplicateId", message))
