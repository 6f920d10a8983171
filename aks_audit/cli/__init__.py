"""The command line: options in, one library call, text and exit code out. One module a command."""

from __future__ import annotations

import gc
import os
import sys
import threading

from ..errors import AksAuditError
from .output import say

CANNOT = 2
"""Exit code: the run could not be done."""
INTERRUPTED = 130
_RARELY = 50_000, 20, 100
"""What is read stays to the end: looking for rings of garbage in it as often as Python does takes a fifth of a run."""


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(*_RARELY)
    code = run(sys.argv[1:])
    if code == INTERRUPTED:  # at once: the interpreter would wait for answers that are still under way
        os._exit(code)
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # or the interpreter would try again, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if threading.active_count() > 1:  # something did not heed --timeout; the interpreter would wait for it
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run a command line; returns the exit code.

    What goes wrong comes out as one line on standard error, never as a traceback, unless AKS_AUDIT_TRACEBACK is set.
    """
    from .app import command

    try:
        result = command().main(args=arguments, prog_name="aks-audit", standalone_mode=False)
        if result == INTERRUPTED:  # typer's answer to Ctrl-C
            say("interrupted")
        return result if isinstance(result, int) else 0
    except AksAuditError as error:
        return _cannot(str(error))
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except SystemExit:  # click's answer to a reader that went away, as 'head' does; there was nothing more to say
        return 0
    except Exception as error:
        if type(error).__name__ == "Abort":
            return INTERRUPTED
        if hasattr(error, "format_message"):  # click's usage errors, wherever typer keeps its click
            return _cannot(f"{error.format_message().rstrip('. ')}; 'aks-audit --help' shows what there is")
        if os.environ.get("AKS_AUDIT_TRACEBACK"):
            raise
        return _cannot(
            f"a fault in aks-audit itself: {type(error).__name__}: {error};"
            " please report it, with AKS_AUDIT_TRACEBACK=1 set for the details"
        )


def _cannot(message: str) -> int:
    say(message)
    return CANNOT
