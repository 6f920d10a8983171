"""`aks-audit audit`: the main job."""

from __future__ import annotations

from typing import Annotated

import typer

from ..collectors.input import Input
from ..collectors.load import load_network
from ..findings import Rule, Severity
from .gate import exit_code
from .options import day, takes_input
from .output import chosen, progress, say, targets_of, write_outputs

_FAIL_ON = [*(severity.value for severity in Severity if severity is not Severity.INFO), "never"]


@takes_input
def audit(
    wanted: Input,
    output_format: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="terminal, markdown or json; terminal if not given.")
    ] = "",
    output: Annotated[
        list[str] | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to a file; the suffix says the format; repeatable."),
    ] = None,
    fail_on: Annotated[
        str, typer.Option(metavar="SEVERITY", help="Exit 1 from this severity up: critical, high, medium, low, never.")
    ] = "high",
    allow_incomplete: Annotated[bool, typer.Option("--allow-incomplete", help="Exit 0 instead of 3.")] = False,
    select: Annotated[
        list[str] | None, typer.Option("--select", metavar="RULE", help="Only this rule; repeatable.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="RULE", help="Not this rule; repeatable.")
    ] = None,
    as_of: Annotated[
        str,
        typer.Option("--as-of", metavar="DATE", help="The day dated rules judge by; else that of collection."),
    ] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no messages, errors aside.")] = False,
) -> int:
    """Collect (or read), reconstruct, judge, report. This is the main job."""
    from ..audit import audit as run
    from ..reporters import RENDER, SUFFIXES

    if output_format:
        chosen("format", output_format, sorted(RENDER))
    chosen("severity", fail_on, _FAIL_ON)
    targets = targets_of(output or [], output_format, "terminal", SUFFIXES)
    rules, as_of_day = _chosen_rules(select or [], ignore or []), day(as_of)
    with progress(quiet) as bar:
        network = load_network(wanted, as_of_day, bar)
    if not quiet:
        for note in network.source.notes:
            say(note)
    report = run(network, rules)
    write_outputs(report, targets, RENDER, quiet=quiet)
    return exit_code(report, fail_on, allow_incomplete=allow_incomplete)


def _chosen_rules(select: list[str], ignore: list[str]) -> list[Rule]:
    from ..rules import catalogue

    known = [rule.id for rule in catalogue()]
    for name in (*select, *ignore):
        chosen("rule", name, known)
    return [rule for rule in catalogue() if (not select or rule.id in select) and rule.id not in ignore]
