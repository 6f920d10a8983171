"""Whole runs under random faults, each held against the run without: `python -m tests.soak --minutes 5 --faults 0.2`.

Every run either equals the fault-free one or is marked incomplete, with Gaps that explain each difference. Which
request meets which fault follows from the seed, whatever the order in which threads send: a seed can be run again.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from .arm import Fault
from .estate import Estate
from .example_estates import crowded_node_subnet, egress_with_faults, kubenet_with_faults
from .reliability.bed import (
    DATE,
    QUICK,
    Bed,
    Outcome,
    bed,
    healthy_estate,
    unaccounted_resources,
    unexplained_findings,
)

PATIENCE: Final = replace(QUICK, read_seconds=1.5, answer_seconds=3.0, answer_bytes=4 << 20)
"""Short enough for what stalls; a machine that is busy may stall as well, and is then named like any other fault."""
PASSING: Final[tuple[Mapping[str, Any], ...]] = (
    *({"status": status} for status in (500, 502, 503, 504)),
    {"status": 429},
    {"status": 429, "retry_after": "0.01"},
    {"status": 429, "retry_after": DATE},
    {"status": 429, "retry_after": "nan", "bare": True},
    {"status": 503, "retry_after": "0.01"},
    {"how": "reset"},
    {"how": "cut"},
    {"how": "gzip-garbage"},
)
"""What is tried again."""
LASTING: Final[tuple[Mapping[str, Any], ...]] = (
    {"status": 401},
    {"status": 403},
    {"status": 409},
    {"status": 302, "headers": {"Location": "https://arm.invalid/"}},
    {"how": "truncate"},
    {"how": "empty"},
    {"body": b"<html></html>", "content_type": "text/html"},
    {"how": "gzip-bomb"},
    {"how": "stall"},
)
"""What costs an answer."""
OF_LISTINGS: Final[tuple[Mapping[str, Any], ...]] = (
    {"status": 404},
    *({"how": how} for how in ("broken-element", "doubled", "unlike", "empty-page")),
    *({"how": how} for how in ("next-loop", "next-first", "next-other-host", "next-http")),
)
"""What only a page can have. A single resource that is said to be gone is gone, as far as anybody can tell."""


@dataclass
class Chance:
    """Whether a request meets a fault, and which: by the seed, the address, and how often it was asked for."""

    seed: int
    share: float
    struck: list[str] = field(default_factory=list)
    """The paths, in lower case."""
    _asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, path: str, query: str) -> Fault | None:
        place = path.lower(), query
        if place[0] == "/subscriptions":
            return None
        with self._lock:
            self._asked[place] += 1
            luck = random.Random(f"{self.seed}:{place}:{self._asked[place]}")
        if luck.random() >= self.share:
            return None
        kinds = [*[PASSING] * 6, LASTING, *([OF_LISTINGS] if is_listing(path) else [])]
        with self._lock:
            self.struck.append(place[0])
        return Fault(pattern="*", **luck.choice(luck.choice(kinds)))


def is_listing(path: str) -> bool:
    """Whether a path names a collection.

    >>> is_listing("/subscriptions/x/providers/A.B/c"), is_listing("/subscriptions/x/providers/A.B/c/d")
    (True, False)
    """
    return len(path.rpartition("/providers/")[2].split("/")) % 2 == 0


def faulty_estate() -> list[Estate]:
    return [kubenet_with_faults(), crowded_node_subnet(), egress_with_faults()]


ESTATES: Final[tuple[Callable[[], list[Estate]], ...]] = (lambda: [healthy_estate()], faulty_estate)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One run under faults."""

    seed: int
    outcome: Outcome
    faults: int
    failures: list[str]

    @property
    def is_equal(self) -> bool:
        return self.outcome.report is not None and not self.outcome.gaps


class Soak:
    """Stand-ins that stay up, and the reports without faults."""

    def __init__(self, beds: list[Bed]) -> None:
        self._beds = beds
        self._whole = [each.audit() for each in beds]
        assert all(whole.report and whole.report["complete"] for whole in self._whole)

    def trial(self, seed: int, share: float) -> Trial:
        """Run once, with faults in that share of the requests."""
        place = seed % len(self._beds)
        ours, whole = self._beds[place], self._whole[place]
        ours.standin.clear()
        ours.standin.chance = chance = Chance(seed, share)
        ours.patience = PATIENCE if share else QUICK
        outcome = ours.audit()
        ours.standin.chance = None
        failures = unexplained_findings(outcome, whole)
        if outcome.report:
            failures += unaccounted_resources(outcome.collected, whole.collected)
            failures += [f"a Gap without a fault: {gap}" for gap in outcome.gaps if not _has_cause(gap, chance.struck)]
        return Trial(seed=seed, outcome=outcome, faults=len(chance.struck), failures=failures)


@contextmanager
def soaking() -> Iterator[Soak]:
    with ExitStack() as running:
        yield Soak([running.enter_context(_served(make())) for make in ESTATES])


def _served(estates: list[Estate]) -> Any:
    first, *others = estates
    first.resources += [resource for other in others for resource in other.resources]
    return bed(first)


def _has_cause(gap: Mapping[str, Any], struck: list[str]) -> bool:
    """Whether a fault struck where a Gap says that something is missing."""
    scope, kind = gap["scope"].lower(), gap["resourceType"].rpartition("/")[2].lower()
    if gap["code"] == "DuplicateId":
        return any(path.endswith(kind) for path in struck)
    if gap["code"] in ("NotCollected", "ReadTimeout", "ConnectionError", "SlowAnswer"):  # a busy machine stalls too
        return True
    return any(path.startswith(scope) or scope.startswith(path) for path in struck)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--faults", type=float, default=0.2, metavar="SHARE", help="of the requests")
    parser.add_argument("--seed", type=int, default=1, help="of the first run; each that follows takes the next")
    options = parser.parse_args(arguments)
    counts: Counter[str] = Counter()
    end = time.monotonic() + 60 * options.minutes
    with soaking() as soak:
        seed = options.seed
        while time.monotonic() < end:
            trial = soak.trial(seed, options.faults)
            kind = "no report" if trial.outcome.report is None else "equal" if trial.is_equal else "incomplete"
            counts.update({"runs": 1, kind: 1, f"exit code {trial.outcome.code}": 1, "faults": trial.faults})
            if trial.failures:
                counts["unexplained"] += 1
                sys.stdout.write(f"seed {seed}:\n" + "".join(f"  {failure}\n" for failure in trial.failures))
            seed += 1
    sys.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()) + "\n")
    sys.exit(1 if counts["unexplained"] else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
