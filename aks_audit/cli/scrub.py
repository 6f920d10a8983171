"""`aks-audit scrub`: a file with stand-ins for names, ids and addresses, to show to strangers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..collectors.input import Input
from ..errors import UsageError
from ..inventory.write import InventoryWriter
from .inventories import KeyFile, anonymizer_of, write_inventory
from .options import Quiet
from .output import progress, say

_CASSETTES = (".yaml", ".yml")


def scrub(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An inventory, or a cassette (.yaml); - is stdin.")],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to write; - (if not given) is stdout.")
    ] = "-",
    key_file: KeyFile = None,
    quiet: Quiet = False,
) -> int:
    """Write an inventory or a cassette anew, with stand-ins for names, ids and addresses; findings stay."""
    if not file:
        raise UsageError("no file is named", "name an inventory or a cassette")
    if output != "-" and Path(output).resolve() == Path(file).resolve():
        raise UsageError(f"{output} is the file itself", "name another one with -o: the original is not to be lost")
    anonymizer = anonymizer_of(key_file)
    if Path(file).suffix.lower() in _CASSETTES:
        from ..collectors.cassettes.anonymous import anonymize
        from ..collectors.cassettes.cassette import Cassette

        count = anonymize(Cassette.load(file), output, anonymizer)
        told = f"{count} answers"
    else:
        with progress(quiet) as bar:
            tally = write_inventory(Input(inventory=file), InventoryWriter(output), bar, anonymizer)[1]
        told = f"{tally.resources.total()} resources, {len(tally.gaps)} gaps"
    if not quiet:
        say(f"{told}{'' if output == '-' else f' in {output}'}; look at it before you share it")
        if not key_file:
            say("the key was thrown away: with --key-file FILE, another file would get the same stand-ins")
    return 0
