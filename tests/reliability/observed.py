"""What was seen of a fault: the run of its row."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from ..arm import StandIn
from .bed import Bed, Outcome, bed, healthy_estate, repeated, unaccounted_resources, unexplained_findings
from .matrix import CANNOT, CANNOT_TELL, Row


@dataclass(frozen=True)
class Seen:
    """A run under a fault."""

    row: Row
    bed: Bed
    outcome: Outcome

    @property
    def standin(self) -> StandIn:
        return self.bed.standin


@contextlib.contextmanager
def observe(row: Row) -> Iterator[Seen]:
    """Run a row of the matrix."""
    with contextlib.ExitStack() as held, bed(healthy_estate(), row.patience) as ours:
        row.prepare(ours.standin)
        if row.away == "refused":
            with socket.create_server(("127.0.0.1", 0)) as server:  # a port that is free again in a moment
                port = server.getsockname()[1]
            ours.environment["AKS_AUDIT_ARM_ENDPOINT"] = f"https://127.0.0.1:{port}"
        elif row.away == "untrusted":
            stranger = held.enter_context(StandIn([]))
            ours.environment["AKS_AUDIT_ARM_ENDPOINT"] = stranger.base_url
        yield Seen(row, ours, ours.audit(*row.words))


def failures(seen: Seen, whole: Outcome) -> list[str]:
    """What is not as the matrix and the rules of the house have it.

    Args:
        whole: what comes without faults.
    """
    row, outcome = seen.row, seen.outcome
    found = unexplained_findings(outcome, whole)
    if (outcome.code, outcome.codes) != (row.exit_code, row.codes):
        found.append(f"exit code {outcome.code} with {sorted(outcome.codes)}: {outcome.said}")
    if bool(outcome.unknown) != (row.exit_code == CANNOT_TELL):
        found.append(f"unknown are {sorted(outcome.unknown)}")
    if repeated(seen.standin) > row.most_asked:
        found.append(f"an address was asked for {repeated(seen.standin)} times")
    if row.exit_code != CANNOT:
        found += unaccounted_resources(outcome.collected, whole.collected)
    elif row.says not in outcome.said or outcome.said.count("\n") != 1:
        found.append(f"it says {outcome.said!r}")
    return found
