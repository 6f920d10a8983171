"""Runs every fault of the matrix and writes docs/reliability.md: `python -m tests.reliability [--check]`."""

from __future__ import annotations

import sys

from .bed import bed, healthy_estate
from .matrix import ROWS
from .observed import failures, observe
from .page import PAGE, page


def main(arguments: list[str]) -> None:
    with bed(healthy_estate()) as healthy:
        whole = healthy.audit()
    outcomes, red = {}, []
    for row in ROWS:
        with observe(row) as seen:
            outcomes[row.fault] = seen.outcome
            red += [f"{row.fault}: {failure}" for failure in failures(seen, whole)]
    text = page(outcomes)
    if arguments == ["--check"]:
        red += [] if PAGE.exists() and PAGE.read_text("utf-8") == text else [f"{PAGE.name} is out of date"]
    else:
        PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(ROWS)} faults, {len(red)} of them not as they should be\n")
    sys.exit("\n".join(red) if red else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
