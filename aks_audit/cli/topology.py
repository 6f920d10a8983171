"""`aks-audit topology`: each cluster's network as it was reconstructed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ..collectors.input import Input
from ..collectors.load import load_network
from .completion import TOPOLOGY_FORMATS
from .configured import Config, configured
from .options import Quiet, Verbose, takes_input
from .output import chosen, progress, say, say_cost, targets_of, terminal_width, write_outputs

if TYPE_CHECKING:
    from ..report import Report


@takes_input
def topology(
    wanted: Input,
    output_format: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="text, json or mermaid; text if not given.",
            autocompletion=TOPOLOGY_FORMATS,
        ),
    ] = "",
    output: Annotated[
        list[str] | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to a file, format by suffix (.txt, .json, .mmd)."),
    ] = None,
    config: Config = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Draw each cluster's reconstructed network: subnets, nodes, routes, addresses."""
    from ..audit import audit
    from ..config.choice import Choice
    from ..reporters.topology import UNFOLDED, render_json, render_mermaid, render_text
    from ..rules import catalogue

    formats: dict[str, Callable[[Report], str]] = {
        "text": partial(render_text, width=terminal_width(UNFOLDED)),
        "json": render_json,
        "mermaid": render_mermaid,
    }
    if output_format:
        chosen("format", output_format, list(formats))
    suffixes = {".txt": "text", ".json": "json", ".mmd": "mermaid", ".mermaid": "mermaid"}
    targets = targets_of(output or [], output_format, "text", suffixes)
    settings = configured(config, quiet=quiet).settings
    with progress(quiet, verbose=verbose) as bar:
        network = load_network(wanted, None, bar, settings)
    report = audit(network, Choice().of(catalogue()))
    if not quiet:
        for note in network.source.notes:
            say(note)
    write_outputs(report, targets, formats, quiet=quiet)
    if not quiet:
        say_cost(network.source.stats)
    return 0
