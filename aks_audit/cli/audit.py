"""`aks-audit audit`: the main job."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..collectors.input import Input
from ..collectors.load import load_network
from ..errors import UsageError
from ..inventory.run_stats import RunStats
from .annotations import MODES, annotate
from .completion import ANNOTATIONS, FORMATS
from .configured import Config, overruled
from .gate import exit_code
from .options import AllowIncomplete, FailOn, Ignore, Output, Profile, Quiet, Select, Verbose, day, takes_input, today
from .output import chosen, progress, say, say_cost, targets_of, write_outputs

if TYPE_CHECKING:
    from ..config import Choice
    from ..model import Network, Shard
    from ..report import Report


@takes_input
def audit(
    wanted: Input,
    output_format: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="terminal (if not given), markdown, html, json, sarif, junit, csv.",
            autocompletion=FORMATS,
        ),
    ] = "",
    output: Output = None,
    fail_on: FailOn = "",
    allow_incomplete: AllowIncomplete = False,
    profile: Profile = "",
    select: Select = None,
    ignore: Ignore = None,
    config: Config = None,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="FILE", help="Fail only on findings that this file lacks."),
    ] = None,
    write_baseline: Annotated[
        str | None, typer.Option("--write-baseline", metavar="FILE", help="Write what is found as a baseline.")
    ] = None,
    why: Annotated[
        tuple[str, str] | None,
        typer.Option("--why", metavar="RULE RESOURCE", help="Say why a rule did or did not fire at an id or name."),
    ] = None,
    shard: Annotated[
        str,
        typer.Option(
            "--shard", metavar="I/N", help="Report the I-th of N parts of the clusters, of a file collected before."
        ),
    ] = "",
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of",
            metavar="DATE",
            help="The day that dated rules and suppressions go by; else that of collection, and today.",
        ),
    ] = "",
    annotations: Annotated[
        str,
        typer.Option(
            "--annotations",
            metavar="WHEN",
            autocompletion=ANNOTATIONS,
            help="In GitHub Actions and Azure Pipelines, show findings beside the log: auto (if not given) or never.",
        ),
    ] = "auto",
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Collect (or read), reconstruct, judge, report. This is the main job."""
    from .. import baseline as baselines
    from ..audit import audit as run
    from ..reporters import RENDER, SUFFIXES
    from ..rules import catalogue
    from ..suppressions import suppress

    if output_format:
        chosen("format", output_format, sorted(RENDER))
    chosen("value of --annotations", annotations, list(MODES))
    if why:
        chosen("rule", why[0], [rule.id for rule in catalogue()])
    part = _shard(shard, wanted)
    targets, on = targets_of(output or [], output_format, "terminal", SUFFIXES), day(as_of)
    settled = overruled(config, profile=profile, select=select, ignore=ignore, fail_on=fail_on, quiet=quiet)
    known = baselines.read(_file("--baseline", baseline)) if baseline is not None else None
    to_write = _writable("--write-baseline", write_baseline) if write_baseline is not None else ""
    with progress(quiet, verbose=verbose) as bar:
        network = load_network(wanted, on, bar, settled.settings)
    stats = network.source.stats or RunStats()
    with stats.during("analyse"):
        report = run(network, settled.choice.of(catalogue()), settled.severities, part)
    report, network = replace(report, fail_on=settled.fail_on), report.network
    whole = not (wanted.clusters or wanted.resource_groups or part)
    report = suppress(report, settled.suppressions, on or today(), whole=whole)
    if known is not None:
        report = baselines.compare(report, known, network, whole=whole)
    if not quiet:
        for note in (*network.source.notes, *(notice.message for notice in report.notices)):
            say(note)
    with stats.during("report"):
        write_outputs(report, targets, RENDER, quiet=quiet)
    annotate(report, annotations)
    if to_write:
        count = baselines.write(report, to_write)
        if not quiet:
            say(f"wrote {to_write}: a baseline of {count} finding{'' if count == 1 else 's'}")
    if why:
        for line in reasons(network, report, settled.choice, *why):
            say(line)
    if not quiet:
        say_cost(network.source.stats)
    return exit_code(report, allow_incomplete=allow_incomplete)


def reasons(network: Network, report: Report, choice: Choice, rule_id: str, resource: str) -> list[str]:
    """What --why says; on standard error, since the report has standard output to itself."""
    from ..rules import catalogue
    from ..why import why

    rule = next(rule for rule in catalogue() if rule.id == rule_id)
    return why(network, report, rule, resource, choice.reason_against(rule))


def _shard(text: str, wanted: Input) -> Shard | None:
    """The value of --shard; None where it was not given.

    Raises:
        UsageError: it is no part, or the run would ask Azure for the whole estate in each of its jobs.
    """
    from ..model import Shard

    if not text:
        return None
    shard = Shard.parse(text)
    if shard is None:
        raise UsageError(f"--shard {text!r} is no part", "write it as I/N with 1 <= I <= N, for instance 2/8")
    if not (wanted.inventory or wanted.replay or wanted.demo):
        raise UsageError(
            "--shard is for a file: each job would ask Azure for everything again",
            "run 'aks-audit collect' once, and give every job its --inventory",
        )
    return shard


def _file(option: str, value: str) -> str:
    if not value:
        raise UsageError(f"{option} has no value", "name a file")
    return value


def _writable(option: str, value: str) -> str:
    """A file that can be written as far as can be seen before the run."""
    path = Path(_file(option, value))
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(f"cannot write {value}", "name a file in a folder that exists")
    return value
