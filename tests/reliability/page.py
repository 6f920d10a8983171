"""docs/reliability.md: what was seen of each fault, a line each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from .bed import Outcome
from .matrix import CANNOT, SECTIONS, Row

PAGE: Final = Path(__file__).parents[2] / "docs" / "reliability.md"
_HEAD: Final = """\
<!-- written by `python -m tests.reliability` from runs that were made; change the matrix, not this page -->

# Reliability

Azure has bad days, proxies have opinions, and rights end in mid-run. What becomes of a run then is always one of these:

- **The report is the same**, byte for byte: it was tried again, or what was missing was read in another way.
- **A Gap is named** in the report, with what was asked for and the code below. Rules that would have needed it say
  *unknown*, which ends with 3 where nothing else was found (`--allow-incomplete` makes that 0), and with 1 where
  something was. What else was read counts.
- **There is no report**: nothing at all could be read. One line on standard error says why; the exit code is 2.

Each line below was seen in a run of `aks-audit audit` against the ARM stand-in in `tests/arm/`, which serves a healthy
estate. That run is a test: every resource that is missing from it is accounted for by a Gap, no listing is called whole
that is not, no finding is there that is not there without the fault, none is gone unless its rule says *unknown*, and
no address is asked for more often than the retries allow.
"""
_TAIL: Final = """
## Bounds

| what | at most |
|:--|:--|
| reading, all of it | `--timeout` (`90`, `10m`, `1h`); without it there is no end but those below |
| connecting | 20 s |
| between two pieces of an answer | 120 s |
| one answer | 10 minutes, 1 GiB unpacked; packed ones beyond 64 MiB also 300 times what came in |
| trying again | 3 times, 0.8 s, 1.6 s, 3.2 s later, or as `Retry-After` asks, up to a minute each |
| pages of a listing | 10,000 |

An answer is kept in memory once, as it comes: a page of 300 MB takes 300 MB.

Ctrl-C ends a run at once, whatever it waits for. Files are written beside their place and moved there when they are
whole, so an interrupted run leaves none; `collect` keeps what it has in FILE.partial, for `--resume`.

`python -m tests.soak --minutes 5 --faults 0.2` makes runs with random faults in a fifth of the requests for as long as
you like, and holds each against the run without any: it is equal, or every difference has a Gap.
"""


def line(row: Row, outcome: Outcome) -> str:
    """What was seen, as a row of the table."""
    return f"| {row.fault.replace('|', '/')} | {_seen(row, outcome)} | {outcome.code} |"


def page(outcomes: Mapping[str, Outcome]) -> str:
    """The page, of what was seen of every fault."""
    parts = [_HEAD]
    for title, rows in SECTIONS.items():
        parts.append(f"\n## {title}\n\n| fault | what you see | exit code |\n|:--|:--|:--|\n")
        parts += [line(row, outcomes[row.fault]) + "\n" for row in rows]
    return "".join([*parts, _TAIL])


def _seen(row: Row, outcome: Outcome) -> str:
    if outcome.code == CANNOT:
        return f'no report; "{row.says}"'
    if not outcome.gaps:
        return "the same report"
    gaps = ", ".join(f"`{code}`" for code in sorted(outcome.codes))
    return f"Gap {gaps}; " + ("rules that need it are *unknown*" if outcome.unknown else "no rule needed it")
