"""How much patience there is with Azure, all of it in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """With one answer, and with trying again."""

    connect_seconds: float = 20
    read_seconds: float = 120
    """Between two pieces of an answer."""
    answer_seconds: float = 600
    """From the request to the end of its answer."""
    answer_bytes: int = 1 << 30
    """Unpacked. A page of 1,000 scale-set NICs with 250 addresses each takes 159 MB."""
    free_bytes: int = 64 << 20
    """So much may come out of however little that is packed."""
    most_times: int = 300
    """Beyond that, so many times what came in: JSON packs to a fiftieth, and a bomb to a thousandth."""
    retries: int = 4
    """How often a failed read is tried again."""
    pause_seconds: float = 1.0
    """After a refusal for a quota that does not say how long to wait; twice as long after each one that follows."""
    backoff_seconds: float = 0.8
    """Before the first retry; twice as long before each one that follows."""
