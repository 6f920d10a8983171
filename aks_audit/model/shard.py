"""A part of the clusters, for one job of several that share the work."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from ..inventory.resource_id import ResourceId

_WRITTEN: Final = re.compile(r"(\d{1,9})/(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` parts. A cluster's id decides where it belongs, on every machine and in every run."""

    index: int
    """Counted from 1."""
    count: int

    @staticmethod
    def parse(text: str) -> Shard | None:
        """A part as people write it; None where the text is none.

        >>> Shard.parse("2/4"), Shard.parse("0/4"), Shard.parse("5/4"), Shard.parse("2")
        (Shard(index=2, count=4), None, None, None)
        """
        found = _WRITTEN.fullmatch(text.strip())
        shard = Shard(int(found[1]), int(found[2])) if found else None
        return shard if shard and 1 <= shard.index <= shard.count else None

    def holds(self, cluster_id: ResourceId) -> bool:
        """Whether a cluster belongs to this part; ids compare without case."""
        digest = hashlib.sha256(cluster_id.key.encode()).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.index - 1

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"
